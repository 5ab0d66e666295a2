"""The envelopes of LoRaWAN network servers: which codec reads the bytes, with what context, and when they were sent."""

import base64
import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sensors.codecs import chirpstack, tts
from sensors.codecs.lorawan import best
from sensors.draft import Draft, NeedsTime, drafted
from sensors.model import Codec, Context, Decoded, Field, Ignored, Message, Reason, Rejected, Unused
from sensors.times import rfc3339_ms

RECEIVED = rfc3339_ms("2026-11-23T08:15:00Z")
SENT = "2026-11-23T08:14:58.5Z"
FIELDS = {"count": Field("pulse.count")}
SEEN: list[tuple[int | None, str, str, bool]] = []


def _fill(draft: Draft) -> None:
    """A vendor's codec for tests: the first byte is a count; 0xFF is an interval without time, 0xFE a join."""
    context = draft.context
    SEEN.append((context.fport, context.device, context.model, draft.message.retained))
    first = draft.message.payload[0]
    if first == 0xFF:
        raise NeedsTime("the amount of an interval")
    if first == 0xFE:
        draft.control()
    else:
        draft.take("count", first)


VENDOR = Codec("lorawan_vendor", "", "", drafted(_fill, FIELDS, {}), models={"two": "counts twice"}, lorawan=True)
INNER = {VENDOR.name: VENDOR, "lorawan_elsys": VENDOR}


def chirp(document: dict[str, Any], context: Context | None = None, retained: bool = False) -> Decoded:
    topic = "application/a/device/70b3d5/event/up"
    message = Message(topic, json.dumps(document).encode(), RECEIVED, 1, retained)
    return chirpstack.codec(INNER).decode(message, context or Context(ZoneInfo("Europe/Paris")))


def up(payload: bytes = b"\x07", **fields: Any) -> dict[str, Any]:
    return {
        "time": SENT,
        "deviceInfo": {"devEui": "70b3d5", "tags": {"codec": "lorawan_vendor"}},
        "fPort": 3,
        "data": base64.b64encode(payload).decode(),
        **fields,
    }


def things(uplink: dict[str, Any]) -> Decoded:
    document = {"end_device_ids": {"dev_eui": "70B3D5"}, "uplink_message": {"frm_payload": "Bw==", **uplink}}
    message = Message("v3/a@t/devices/d/up", json.dumps(document).encode(), RECEIVED, 1, False)
    return tts.codec(INNER).decode(message, Context(ZoneInfo("Europe/Paris")))


def test_bytes_are_read_at_the_time_they_were_sent() -> None:
    """The time of the uplink is that of its readings, even of a retained message."""
    decoded = chirp(up(), retained=True)

    assert [("70b3d5", 7.0, rfc3339_ms(SENT))] == [(r.device, r.value, r.at_ms) for r in decoded.readings]


def test_inner_codec_knows_port_device_and_model() -> None:
    """The codec of the bytes is given port, device and model, and a message that is not retained."""
    context = Context(ZoneInfo("Europe/Paris"), codecs={"70b3d5": "lorawan_vendor/two"})

    chirp(up(), context, retained=True)

    assert (3, "70b3d5", "two", False) == SEEN[-1]


def test_estate_names_the_codec_first() -> None:
    """What the estate names holds against the tag of the envelope."""
    context = Context(ZoneInfo("Europe/Paris"), codecs={"70b3d5": "lorawan_other"})

    problem = chirp(up(), context).problem

    assert isinstance(problem, Rejected)
    assert (Reason.NEEDS_CODEC, "70b3d5") == (problem.reason, problem.device)
    assert "lorawan_other" in problem.detail


def test_refusal_from_inside_carries_the_envelope() -> None:
    """A refusal of the inner codec is one of the whole message, as it came."""
    decoded = chirp(up(b"\xff"))

    assert isinstance(decoded.problem, Rejected)
    assert (Reason.NEEDS_TIME, "70b3d5") == (decoded.problem.reason, decoded.problem.device)
    assert decoded.problem.message.topic.endswith("/up")
    assert b"deviceInfo" in decoded.problem.message.payload


def test_control_from_inside() -> None:
    """A frame that the inner codec calls control makes the message control."""
    problem = chirp(up(b"\xfe")).problem

    assert isinstance(problem, Ignored)
    assert problem.reason == Unused.CONTROL


@pytest.mark.parametrize("fields", [{"data": ""}, {"fPort": 0}])
def test_network_commands_only(fields: dict[str, Any]) -> None:
    """Without payload, or on port 0, there is nothing for a codec."""
    problem = chirp(up(**fields)).problem

    assert isinstance(problem, Ignored)
    assert problem.reason == Unused.CONTROL


@pytest.mark.parametrize(
    "fields",
    [
        {"data": 7},
        {"data": "B"},
        {"fPort": "3"},
        {"fPort": 10**30},
        {"rxInfo": [3]},
        {"rxInfo": {}},
        {"deviceInfo": []},
        {"deviceInfo": {}},
        {"time": 5},
        {"time": "yesterday"},
        {"time": "2026-11-23T08:14:58"},
    ],
)
def test_other_types_than_promised(fields: dict[str, Any]) -> None:
    """An envelope whose fields have other types is malformed."""
    problem = chirp(up(**fields)).problem

    assert isinstance(problem, Rejected)
    assert problem.reason == Reason.MALFORMED


def test_brand_names_the_codec() -> None:
    """The brand leads to the codec; the model is handed on only when the codec lists it."""
    for model in ("two", "three"):
        things({"version_ids": {"brand_id": "elsys", "model_id": model}})

    assert ["two", ""] == [model for _, _, model, _ in SEEN[-2:]]


@pytest.mark.parametrize(
    ("gateway", "expected"),
    [
        ("2026-11-23T08:14:58Z", "2026-11-23T08:14:58Z"),  # in time
        ("2026-11-23T03:00:00Z", "2026-11-23T03:00:00Z"),  # kept while the gateway had no link
        ("2026-11-23T09:14:58Z", "2026-11-23T08:14:59Z"),  # an hour ahead
        ("1980-01-06T00:00:00Z", "2026-11-23T08:14:59Z"),  # never set
        ("0001-01-01T00:00:00Z", "2026-11-23T08:14:59Z"),  # none
    ],
)
def test_clock_of_the_gateway(gateway: str, expected: str) -> None:
    """The gateway's time holds unless the network server's shows that its clock is wrong."""
    heard = {"time": gateway, "rssi": -80, "snr": 5}
    uplink = {"rx_metadata": [heard], "received_at": "2026-11-23T08:14:59Z", "version_ids": {"brand_id": "elsys"}}

    assert {rfc3339_ms(expected)} == {reading.at_ms for reading in things(uplink).readings}


def test_best_gateway() -> None:
    """The best gateway has the highest signal-to-noise ratio, then strength; zero is left out by protobuf's JSON."""
    gateways: list[dict[str, Any]] = [
        {"rssi": -60, "snr": -2},
        {"rssi": -90},
        {"rssi": -80},
        {"snr": 9},
        {"rssi": "strong", "snr": 9},
    ]

    assert {"rssi": -80} == best(gateways)
