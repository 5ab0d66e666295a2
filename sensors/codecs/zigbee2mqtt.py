"""Zigbee2MQTT: a flat JSON object per device on ``zigbee2mqtt/<friendly name>``, the name with or without slashes.

Names and units are those a device exposes (Koenkk/zigbee-herdsman-converters, src/lib/exposes.ts and src/devices). An
object repeats what was last known of everything, so its time is `last_seen` where that is switched on, else that of
receipt. What is not plain from the name:

- `voltage` is of the battery, in mV, beside `battery` or `battery_low` and without `power` or `current`, and wherever
  it is 1000 or more; else it is of the mains, in V.
- `energy` is in kWh. Versions that report Wh are named so in the estate: ``zigbee2mqtt/Wh``.
- `voc` is in µg/m³; devices that report ppb (their definition says so) are named ``zigbee2mqtt/ppb``.
- `formaldehyd` is in mg/m³ or, from some devices, in µg/m³: from 1 on it may be either, and is refused.
- `pressure` is in hPa or kPa, `power_factor` a fraction or in percent: their figures tell which.
- Meters with a name of `zigbee2mqtt_linky` are read by that table.
- `contact` is true when closed; here open is 1.
- Where attributes are published one by one, the last level of the topic is the name, the payload its value.
- `illuminance` is in lx, but raw beside `illuminance_lux`.
- A name with an endpoint behind it (`state_l1`, `power_left`, `current_phase_b`) is a channel; beside `power_phase_b`
  and without `power_phase_a` a plain `power` is that of phase a.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sensors.codecs.words import state_of
from sensors.codecs.zigbee2mqtt_linky import ROW, is_linky, phase_of, unit_of_registers
from sensors.codecs.zigbee2mqtt_tables import BESIDE, ENDPOINT, FIELDS, LEFT
from sensors.draft import Draft, Malformed, drafted, number, parsed_object, text_of
from sensors.model import Codec, Field, Reason
from sensors.quantities import QUANTITIES
from sensors.times import text_ms

NAME = "zigbee2mqtt"

MOST_MAINS_V = 1000

MOST_KPA = 200

LEAST_DOUBTFUL_MG = 1
"""mg/m³ of formaldehyde: ten times what is tolerable in a room, and in µg/m³ next to none."""

MOST_VALUES = 500

MOST_LETTERS = 64  # of a name that can have an endpoint


def _fill(draft: Draft) -> None:
    levels = draft.message.topic.split("/")[1:]
    if not levels:
        raise Malformed("the topic is not zigbee2mqtt/<friendly name>")
    if levels[0] == "bridge" or levels[-1] == "availability" or {"set", "get"}.intersection(levels[1:][-2:]):
        draft.control()
        return
    payload = draft.message.payload
    if len(levels) > 1 and payload[:1] not in (b"", b"{") and _known(levels[-1]):
        values: dict[str, Any] = {levels.pop(): text_of(payload)}
    else:
        values = parsed_object(payload) if payload else {}  # empty: the broker's copy is removed
    draft.device = draft.context.device or "/".join(levels)
    if len(values) > MOST_VALUES:
        raise Malformed(f"{len(values)} values of one device are more than {MOST_VALUES}")
    draft.at_ms = _time(draft, values.get("last_seen"))
    linky = is_linky(values)
    for name, raw in values.items():
        if linky and (f"{ROW}{name}" in FIELDS or f"{ROW}{name}" in LEFT):
            _of_linky(draft, values, name, raw)
        else:
            _measure(draft, values, name, raw)


def _time(draft: Draft, said: Any) -> int | None:
    """`last_seen` in any of the forms that can be set: text, or milliseconds since the epoch."""
    if said is None or said == "":
        return None
    at_ms = number(said)
    if at_ms is not None:
        return round(at_ms)
    if not isinstance(said, str):
        raise Malformed(f"last_seen: {str(said)[:40]!r} is no time")
    return text_ms(said, draft.context.zone, draft.message.received_ms)


def _of_linky(draft: Draft, values: Mapping[str, Any], name: str, raw: Any) -> None:
    row = f"{ROW}{name}"
    field = FIELDS.get(row)
    if field is None or field.unit != "kWh":
        draft.take(row, raw, phase_of(values, name))
        return
    unit = draft.context.model if draft.context.model in ("kWh", "Wh") else unit_of_registers(values)
    if unit:
        draft.put(field._replace(unit=unit), raw, name)
    else:
        draft.refuse(Reason.AMBIGUOUS, f"{name} is in kWh or in Wh: name the device zigbee2mqtt/kWh or zigbee2mqtt/Wh")


def _measure(draft: Draft, values: Mapping[str, Any], name: str, raw: Any) -> None:
    base, channel = _split(name) if len(name) <= MOST_LETTERS else (name, None)
    if channel is None:
        base, channel = _by_company(values, name)
    if base == "voltage" and _of_battery(values, number(raw)):
        base = "voltage of a battery"
    field = FIELDS.get(base)
    if field is None and raw is None:
        draft.absent(name)
        return
    if field is None:
        draft.take(base if base in LEFT else name, raw)
        return
    if base == "formaldehyd" and (number(raw) or 0) >= LEAST_DOUBTFUL_MG:
        draft.refuse(Reason.AMBIGUOUS, f"{name} {raw} is in mg/m³ or in µg/m³: teach it with a profile")
        return
    field = _in_its_unit(field, base, raw, draft.context.model)
    if raw is None or QUANTITIES[field.quantity].kind != "state":
        draft.put(field, raw, name, channel)
    else:
        _state(draft, field, base, raw, channel)


def _in_its_unit(field: Field, base: str, raw: Any, model: str) -> Field:
    """The field in the unit that the device's model, or the figure itself, is in."""
    if field.unit == "kWh" and model == "Wh":
        return field._replace(unit="Wh")
    if base == "voc" and model == "ppb":
        return field._replace(quantity="climate.tvoc")
    value = number(raw)
    if base == "pressure" and value is not None and 0 < value < MOST_KPA:
        return field._replace(unit="kPa")
    if base == "power_factor" and value is not None and abs(value) > 1:
        return field._replace(scale=0.01)
    return field


def _state(draft: Draft, field: Field, base: str, raw: Any, channel: str | None) -> None:
    text = str(raw)[:40]
    if base == "gas" and not isinstance(raw, bool) and number(raw) is not None:
        draft.unmapped(base)  # a volume in m³ or a share of the explosion limit, not an alarm
        return
    if base == "state" and text.upper() not in ("ON", "OFF"):
        draft.take(f"state {text}", raw)
        return
    state = state_of(text)
    if state is None and text.strip():
        draft.refuse(Reason.MALFORMED, f"{base}: {text!r} is no state")
    elif state is None:
        draft.absent(base)
    else:
        draft.put(field, 1 - state if base == "contact" else state, base, channel)


def _by_company(values: Mapping[str, Any], name: str) -> tuple[str, str | None]:
    """The name a value is read by, and its channel, when that depends on what stands beside it."""
    other, third = BESIDE.get(name, ("", ""))
    if other in values:
        return third, None
    if f"{name}_phase_b" in values and f"{name}_phase_a" not in values:
        return name, "a"
    return name, None


def _of_battery(values: Mapping[str, Any], value: float | None) -> bool:
    if value is not None and value >= MOST_MAINS_V:
        return True
    mains = "power" in values or "current" in values
    return not mains and ("battery" in values or "battery_low" in values)


@lru_cache(maxsize=4096)
def _split(name: str) -> tuple[str, str | None]:
    """A name, and its endpoint when it has one behind a name that is known."""
    if name in FIELDS or name in LEFT:
        return name, None
    parts = ENDPOINT.fullmatch(name)
    return (parts[1], parts[2]) if parts and (parts[1] in FIELDS or parts[1] in LEFT) else (name, None)


def _known(name: str) -> bool:
    return _split(name)[0] in FIELDS or _split(name)[0] in LEFT


CODEC = Codec(
    name=NAME,
    title="Zigbee2MQTT",
    families="Zigbee devices of any vendor behind Zigbee2MQTT 1 and 2",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("zigbee2mqtt/#",),
    fields=FIELDS,
    left=LEFT,
    models={
        "Wh": "versions and devices whose `energy` is in Wh, not kWh; Linky meters whose registers are",
        "kWh": "Linky meters whose registers are in kWh, where nothing beside them tells it",
        "ppb": "devices whose `voc` is in ppb, not µg/m³",
    },
)
