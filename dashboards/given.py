"""Readings that are brought over HTTP: imports, meters read by hand, and scripts. `POST /api/readings`."""

from typing import Any

from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError

from dashboards.api.french import french
from dashboards.api.params import QuantityName
from dashboards.api.problems import Problem
from dashboards.api.wrong import Words, in_french
from estate.model import Estate
from ingest.history.bulk import MOST_READINGS, Taken, take_in
from ingest.history.by_hand import Given, reading_of
from ingest.intake import Intake

MOST_BYTES = 4 * 2**20


class ReadingGiven(BaseModel):
    """One reading, of any age."""

    model_config = ConfigDict(extra="forbid")

    device: str = Field(min_length=1, max_length=128)
    channel: str = Field("", max_length=64)  # of a device that has several of a kind
    quantity: QuantityName
    value: FiniteFloat
    unit: str = ""  # that of the quantity when empty
    time: str = Field("", max_length=64)  # RFC 3339, or local time of the site; now when empty


class ReadingsGiven(BaseModel):
    """Readings to be stored: all are taken, or none."""

    model_config = ConfigDict(extra="forbid")

    readings: list[ReadingGiven] = Field(min_length=1, max_length=MOST_READINGS)


class TakenAnswer(BaseModel):
    """How many readings were stored, and how many messages of them are in the quarantine, by reason."""

    readings: int
    quarantined: dict[str, int]

    @classmethod
    def of(cls, taken: Taken) -> "TakenAnswer":
        return cls(readings=taken.readings, quarantined=dict(taken.quarantined))


DESCRIBED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": ReadingsGiven.model_json_schema()}},
    }
}
"""What OpenAPI is told of the body, which is read by hand so that it is bounded."""


async def take_given(request: Request, estate: Estate, intake: Intake) -> TakenAnswer:
    """Take the readings of a request through the pipeline."""
    body = await _body(request)
    try:
        asked = ReadingsGiven.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "body"
        said = first["msg"].removeprefix("Value error, ")
        in_words = in_french(first)
        fr = Words(f"{where} : {in_words}", "corrigez, et renvoyez le tout") if in_words else None
        raise Problem(where, f"{where}: {said}", "see ReadingsGiven in /openapi.json", fr) from error
    now_ms = intake.clock()
    readings = []
    for number, row in enumerate(asked.readings):
        series = f"{row.device}@{row.channel}" if row.channel else row.device
        try:
            readings.append(reading_of(estate, Given(series, row.value, row.unit, row.time, row.quantity), now_ms))
        except ValueError as error:
            next_step, fr = "correct it, and send all of them again", Words(french(str(error)), "corrigez, et renvoyez")
            raise Problem(f"readings.{number}", str(error), next_step, fr) from error
    return TakenAnswer.of(await take_in(intake, estate, readings))


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            fr = Words(f"plus de {MOST_BYTES} octets", "envoyez moins de relevés à la fois")
            raise Problem(None, f"more than {MOST_BYTES} bytes", "send fewer readings at a time", fr, 413)
    return bytes(body)
