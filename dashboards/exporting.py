"""Answers of the API → rows of a file: one column per unit, named with it, times in UTC and with the site's offset.

What is exported is what the API answers, span by span, so that memory does not grow with the file. Pure.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from energy.derived.indicators import INDICATORS
from energy.flows.allocation import placement_at
from estate.calendar import Every
from estate.model import Estate
from estate.vocabulary import CARRIERS
from sensors.quantities import QUANTITIES

What = Literal["consumption", "allocation", "cost", "carbon", "indicators", "series"]
Cell = str | int | float | None
Answer = Any  # JSON


class Column(NamedTuple):
    """A column of the file; `type` is DuckDB's."""

    name: str
    type: str


TAGS: dict[What, tuple[str, ...]] = {
    "consumption": ("building", "meter", "role", "tenant", "carrier"),
    "allocation": ("building", "meter", "carrier", "tenant"),
    "cost": ("building", "meter", "tenant", "carrier", "tariff", "line", "period", "price", "price unit"),
    "carbon": ("building", "meter", "tenant", "carrier"),
    "indicators": ("of", "id"),
    "series": ("building", "zone", "device", "channel"),
}
"""What tells rows apart; a column that was not asked for stays empty."""

PIECES: dict[str, tuple[Every, int]] = {
    "15m": ("1h", 168), "30m": ("1h", 168), "1h": ("1d", 31), "1d": ("1d", 366), "1mo": ("1mo", 60), "1y": ("1y", 60),
}  # fmt: skip
"""By step: what the span is cut along, and how many of those are asked for at once; fewer when that is too much."""

SERIES_PIECES: tuple[Every, int] = ("1h", 24)


def columns(what: What, estate: Estate, carriers: Sequence[str], quantities: Sequence[str]) -> list[Column]:
    """The header; `carriers` and `quantities` are what was asked for, none is all."""
    zone, time = estate.site.zone.key, "time" if what == "series" else "start"
    first = [Column(f"{time} [UTC]", "TIMESTAMPTZ"), Column(f"{time} [{zone}]", "VARCHAR")]
    tags = [Column(name, "VARCHAR") for name in TAGS[what]]
    if what == "series":
        return [*first, *tags, *(Column(f"{name} [{QUANTITIES[name].unit}]", "DOUBLE") for name in quantities)]
    if what == "indicators":
        return [*first, *tags, *(Column(indicator_column(row.id, row.unit), "DOUBLE") for row in INDICATORS.values())]
    known = {*(meter.carrier for meter in estate.meters.values()), *(each.carrier for each in estate.virtuals.values())}
    units = dict.fromkeys(CARRIERS[name].unit for name in (carriers or sorted(known)))
    amounts = [Column(f"amount [{unit}]", "BIGINT") for unit in units]
    share = Column("estimated [1]", "DOUBLE")
    if what == "cost":
        return [*first, *tags, Column("cost [EUR]", "DECIMAL(38,9)")]
    if what == "carbon":
        return [*first, *tags, Column("amount [Wh]", "BIGINT"), share, Column("carbon [kgCO2e]", "DECIMAL(38,9)")]
    return [*first, *tags, *amounts, share, Column("settled [UTC]", "TIMESTAMPTZ")]


def rows(what: What, header: Sequence[Column], answers: Mapping[str, Answer], estate: Estate) -> Iterator[list[Cell]]:
    """The rows of one span in order of time; `answers` by quantity or place, or the one answer under ""."""
    zone = estate.site.zone
    roles = {meter.id: meter.role for meter in estate.meters.values()} | dict.fromkeys(estate.virtuals, "virtual")
    found = [
        cells
        for key, answer in answers.items()
        for group in (answer["groups"] if what == "cost" else answer)
        for cells in ({**group["tags"], **cells} for cells in CELLS[what](key, group))
    ]
    for cells in found:
        if role := roles.get(str(cells.get("meter"))):
            cells["role"] = role  # what is behind another meter, or made of others, counts twice in a sum
            cells.setdefault("building", _stood(estate, str(cells["meter"]), str(cells["at"])))
    timed = [(datetime.fromisoformat(str(cells["at"])), cells) for cells in found]  # not by text: an hour comes twice
    timed.sort(key=lambda row: (row[0], *(str(row[1].get(tag, "")) for tag in TAGS[what])))
    for at, cells in timed:
        local = at.astimezone(zone).isoformat()
        yield [_utc(at), local, *(cells.get(column.name, "") for column in header[2:])]


def _stood(estate: Estate, name: str, at: str) -> str:
    """The building a meter was in then."""
    meter = estate.meters.get(name)
    if meter is None:
        return estate.virtuals[name].building
    if len(places := estate.placements[meter.device]) == 1:
        return places[0].building
    return placement_at(estate, meter, round(datetime.fromisoformat(at).timestamp() * 1000)).building


Cells = dict[str, Cell]  # by column; "at" is the row's time


def _consumption(_: str, group: Answer) -> Iterator[Cells]:
    for at, amount, estimated, settled in zip(
        *map(group.get, ("start", "amount", "estimated", "settled")), strict=True
    ):
        when = _utc(datetime.fromisoformat(settled)) if settled else ""
        yield {"at": at, f"amount [{group['unit']}]": amount, "estimated [1]": estimated, "settled [UTC]": when}


def _allocation(_: str, group: Answer) -> Iterator[Cells]:
    name = f"amount [{group['unit']}]"
    for share in group["shares"]:
        steps = zip(group["start"], share["amount"], share["estimated"], group["settled"], strict=True)
        for at, amount, estimated, settled in steps:
            when = _utc(datetime.fromisoformat(settled)) if settled else ""
            yield {
                "tenant": share["tenant"], "at": at, name: amount, "estimated [1]": estimated, "settled [UTC]": when,
            }  # fmt: skip


def _cost(_: str, group: Answer) -> Iterator[Cells]:
    for line in group["lines"]:
        said = {name: line[name] for name in ("tariff", "period", "price")}
        for at, amount in zip(group["start"], line["amount"], strict=True):
            yield {**said, "line": line["name"], "price unit": line["unit"], "at": at, "cost [EUR]": nano(amount)}


def _carbon(_: str, group: Answer) -> Iterator[Cells]:
    names = ("start", "quantity", "estimated", "amount")
    for at, quantity, estimated, amount in zip(*map(group.get, names), strict=True):
        yield {"at": at, "amount [Wh]": quantity, "estimated [1]": estimated, "carbon [kgCO2e]": nano(amount)}


def _indicators(_: str, group: Answer) -> Iterator[Cells]:
    found = {indicator_column(each["id"], each["unit"]): each["value"] for each in group["indicators"]}
    yield {"at": group["start"], **found}


def indicator_column(name: str, unit: str) -> str:
    return f"{name} [{unit}]"


def _series(quantity: str, group: Answer) -> Iterator[Cells]:
    name = f"{quantity} [{QUANTITIES[quantity].unit}]"
    for at, value in zip(group["time"], group["value"], strict=True):
        yield {"at": at, name: value}


CELLS: dict[What, Callable[[str, Answer], Iterator[Cells]]] = {
    "consumption": _consumption, "allocation": _allocation, "cost": _cost, "carbon": _carbon,
    "indicators": _indicators, "series": _series,
}  # fmt: skip
"""The rows of one group of an answer, without its tags."""


def nano(amount: int) -> str:
    """Integers of 1e-9 as the decimal number they are, exactly."""
    whole, rest = divmod(abs(amount), 10**9)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:09}"


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
