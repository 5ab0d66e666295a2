"""Yobiiq meters and gateways: registers of a channel byte, a type byte and a value, by LoRaWAN port.

EM2101 and EM4301 meters, the DSMR gateway (its first and its present firmware), the RM200 relays, the OpenTherm
gateway and the SD-1001 smoke detector. From the vendor's codecs, see `registers`.

The families use the same bytes for different things. A model settles it; without one, the family is the first whose
registers fill the frame exactly: on port 1, where every published frame of one comes, a meter is tried before the
DSMR gateway, on the others after it.

A clock that stands before 2020 was never set: then the time of the uplink holds, and ages count back from it.
"""

from collections.abc import Callable, Iterator, Sequence

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed, NeedsCodec, drafted
from sensors.lorawan.yobiiq import opentherm
from sensors.lorawan.yobiiq.fields import FIELDS, LEFT
from sensors.lorawan.yobiiq.registers import (
    DSMR,
    LOG,
    METER,
    METER_INFO,
    METER_LOG,
    METER_STATE,
    OLD_DSMR,
    OLD_INFO,
    OPENTHERM_ALARM,
    OPENTHERM_SETTINGS,
    RELAYS,
    SMOKE,
    SMOKE_INFO,
    TEXT,
    Register,
    Table,
    Value,
)
from sensors.model import Codec
from sensors.units import clean, convert

NAME = "lorawan_yobiiq"

MOST_BYTES = 242
"""Of a LoRaWAN payload (LoRaWAN Regional Parameters, RP002-1.0.4)."""

_CLOCK_SET_MS = 1_577_836_800_000  # 2020-01-01

_VALVES = ("breakerControlState", "relay1ControlState", "relay2ControlState", "valvePositionGasChannel")

_Reader = Callable[[bytes, int], Iterator[Value]]


def _registers(payload: bytes, table: Table, channels: range, aged: bool = False) -> Iterator[Value]:
    """The registers of a frame. Raises Malformed where a channel, type or length is not of this table."""
    frame = Cursor(payload)
    while frame.left:
        channel, kind = frame.unsigned(1), frame.unsigned(1)
        register = table.get(channel << 8 | kind) or table.get(kind)
        if channel not in channels or register is None:
            raise Malformed(f"byte {frame.at - 2}: channel {channel:#04x}, type {kind:#04x} is not known")
        age_s = frame.unsigned(2) if aged else 0
        yield Value(register.name, _raw(frame, register, channel), age_s)


def _raw(frame: Cursor, register: Register, channel: int) -> int:
    if register.size == TEXT:
        while frame.peek() not in (None, channel):
            frame.take(1)
        return 0
    if register.size == LOG:
        entries = int.from_bytes(frame.take(4), "little")
        frame.take(min(8 * entries, frame.left))
        return 0
    return frame.signed(register.size) if register.signed else frame.unsigned(register.size)


def _meter(payload: bytes, port: int) -> Iterator[Value]:
    """The channel byte of a meter's values counts them."""
    ports = {50: METER_INFO, 11: METER_STATE, 60: METER_LOG}
    if 1 <= port <= 10:
        return _registers(payload, METER, range(1, 12))
    return _registers(payload, ports.get(port, {}), range(256))


def _gateway(table: Table, last_port: int) -> _Reader:
    """The ports of the DSMR gateway and of the RM200: data, alarms, history, information and parameters."""

    def registers(payload: bytes, port: int) -> Iterator[Value]:
        if port == 20:
            yield from _registers(payload[:6], table, range(1, 2))
            yield from _registers(payload[6:], table, range(0xA0, 0x100), aged=True)
        elif port == 11:
            yield from _registers(payload, table, range(0xA0, 0xB0))
        elif 1 <= port <= last_port:
            yield from _registers(payload, table, range(1, 2))
        else:
            yield from _registers(payload, table, range(0xFF, 0x100))

    return registers


def _dsmr(payload: bytes, port: int) -> Iterator[Value]:
    """Frames of its first firmware begin with channel 0xDD, or with channel 0xFF and types of their own."""
    if payload[0] == 0xDD or (payload[0] == 0xFF and payload[1:2] in _OLD_TYPES):
        return _registers(payload, OLD_DSMR if 1 <= port <= 10 else OLD_INFO, range(0xDD, 0x100))
    return _new_dsmr(payload, port)


_OLD_TYPES = {bytes([kind]) for kind in (*OLD_INFO, 0xFE)}
_new_dsmr = _gateway(DSMR, 10)


def _smoke(payload: bytes, port: int) -> Iterator[Value]:
    if port == 50 or payload[:9:4] == b"\xff\xff\xff":
        yield from _registers(payload, SMOKE_INFO, range(0xFF, 0x100))
    elif port != 8 or len(payload) % 3 or not all(1 <= channel <= len(SMOKE) for channel in payload[::3]):
        raise Malformed("no run of channels 1 to 7, each with a type and a value, on port 8")
    else:
        yield from (Value(SMOKE[channel - 1], raw) for channel, raw in zip(payload[::3], payload[2::3], strict=True))


def _opentherm(payload: bytes, port: int) -> Iterator[Value]:
    if 1 <= port <= 5:
        return opentherm.values(payload)
    if port == 11:
        return _registers(payload, OPENTHERM_ALARM, range(0xAA, 0xAB))
    return _registers(payload, OLD_INFO if port == 50 else OPENTHERM_SETTINGS, range(0xFF, 0x100))


_FAMILIES: dict[str, _Reader] = {
    "sd-1001": _smoke,
    "em2101": _meter,
    "em4301-ct": _meter,
    "em4301": _meter,
    "dsmr": _dsmr,
    "iq-dsmr-lrw": _dsmr,
    "iq-rm200-lrw": _gateway(RELAYS, 5),
    "iq-opentherm-lrw": _opentherm,
}


def _fill(draft: Draft) -> None:
    payload, port, model = draft.message.payload, draft.context.fport, draft.context.model.lower()
    if port == 0 or payload in (b"\x00", b"\x01"):
        draft.control()  # radio commands; the acknowledgement of a downlink
        return
    if port is None:
        raise Malformed("the LoRaWAN port is needed to read it")
    if not 0 < len(payload) <= MOST_BYTES:
        raise Malformed(f"{len(payload)} bytes are no LoRaWAN payload")
    if model and model not in _FAMILIES:
        raise NeedsCodec(f"no model {model[:40]!r}, but one of {', '.join(_FAMILIES)}")
    _take(draft, list(_FAMILIES[model](payload, port)) if model else _first_that_fits(payload, port))


def _first_that_fits(payload: bytes, port: int) -> Sequence[Value]:
    reasons = []
    readers = {reader: name for name, reader in _FAMILIES.items()}
    for reader, name in sorted(readers.items(), key=lambda item: port != 1 and item[0] is _meter):
        try:
            return list(reader(payload, port))
        except Malformed as reason:
            reasons.append(f"{name}: {reason}")
    raise Malformed(f"the frame is of no family ({'; '.join(reasons)})")


def _take(draft: Draft, values: Sequence[Value]) -> None:
    draft.at_ms = _clock_ms(values)
    now_ms = draft.message.received_ms if draft.at_ms is None else draft.at_ms
    totals: dict[tuple[str, str, int], float] = {}
    for name, raw, age_s in values:
        field = FIELDS.get(name)
        at_ms = now_ms - 1000 * age_s if age_s else draft.at_ms
        if field is None or raw in field.absent or not field.quantity.endswith("power"):
            state = {2: 0}.get(raw, raw) if name.startswith(_VALVES) else raw  # 2: off, and ready to be put on
            draft.take(name, state, at_ms=at_ms)
            continue
        value = convert(raw * field.scale, field.unit) if field.unit else raw * field.scale
        key = field.quantity, field.channel, age_s
        totals[key] = clean(totals.get(key, 0.0) + value)
    for (quantity, channel, age_s), value in totals.items():
        draft.add(quantity, value, channel, now_ms - 1000 * age_s if age_s else draft.at_ms)


def _clock_ms(values: Sequence[Value]) -> int | None:
    """When the values were read, or else when the frame was made; None when the device has no clock that was set."""
    times = {name: 1000 * raw for name, raw, _ in values if 1000 * raw >= _CLOCK_SET_MS}
    return times.get("dataloggerTimestamp", times.get("timestamp"))


CODEC = Codec(
    name=NAME,
    title="Yobiiq",
    families="EM2101, EM4301, iQ DSMR, RM200, iQ OpenTherm, SD-1001",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    models={
        "em2101": "single-phase meter",
        "em4301": "three-phase meter",
        "em4301-ct": "three-phase meter with current transformers",
        "dsmr": "DSMR gateway",
        "iq-dsmr-lrw": "DSMR gateway",
        "iq-rm200-lrw": "relays",
        "iq-opentherm-lrw": "OpenTherm gateway",
        "sd-1001": "smoke detector",
    },
    lorawan=True,
)
