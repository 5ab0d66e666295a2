"""ESPHome over MQTT: one plain value per topic, ``<node>/<component>/<object id>/state``, without time or unit.

Topics as in the MQTT client component (esphome/esphome, esphome/components/mqtt), units those that ESPHome's sensors
have unless reconfigured (°C, %, hPa, W, V, A, km/h). Two things have no unit of ESPHome's own, and a register must not
be off by a thousand in silence: they are refused (ambiguous) until somebody says which it is.

- Energy is in kWh from some components (BL0939, DSMR, SDM, PZEM DC …) and in Wh from others (HLW8012, CSE7766, PZEM AC,
  ATM90E, ADE7880): the estate names the node ``esphome/kWh`` or ``esphome/Wh``.
- Volumes, flows, water pressure and thermal power are in what their user wrote: a profile says it.

The last words of the object id say what is measured, the words before them are the channel; the node's own name in
front is dropped. In binary sensors on means open, detected, wet.
"""

from sensors.codecs.words import BOOLEAN, FIELDS, meaning, state_of
from sensors.draft import Draft, Malformed, drafted, number, parsed_object, text_of
from sensors.model import Codec, Field, Reason
from sensors.quantities import QUANTITIES

NAME = "esphome"

PARTS = {
    "climate/current_temperature": Field("climate.temperature"),
    "climate/current_humidity": Field("climate.humidity"),
    "climate/target_temperature": Field("climate.setpoint"),
    "climate/target_temperature_low": Field("climate.setpoint", channel="low"),
    "climate/target_temperature_high": Field("climate.setpoint", channel="high"),
    "cover/position": Field("actuator.level"),
    "valve/position": Field("actuator.valve_position"),
    "light/brightness": Field("actuator.level", scale=100 / 255),
    "light/state": Field("actuator.on"),
    "switch/state": Field("actuator.on"),
    "fan/state": Field("actuator.on"),
}
"""By component and what it tells; the object id is the channel."""

LEFT = {
    **dict.fromkeys(("text", "lock/state", "alarm_control_panel/state", "event/state"), "words, no measure"),
    **dict.fromkeys(("climate/mode", "climate/action", "climate/fan_mode"), "words, no measure"),
    **dict.fromkeys(("climate/swing_mode", "climate/preset", "fan/oscillation", "fan/direction"), "words, no measure"),
    **dict.fromkeys(("number/state", "select/state", "text/state", "date/state", "time/state"), "a setting"),
    **dict.fromkeys(("datetime/state", "update/state", "climate/target_humidity"), "a setting"),
    **dict.fromkeys(("cover/state", "valve/state"), "which way it stands or moves; its position is the measure"),
    "fan/speed_level": "a step of as many as the fan has",
    "cover/tilt": "a setting of the slats",
    "uptime": "running time of the device",
    "formaldehyde in ppb or µg/m³": "as the sensor has it: teach it with a profile",
}

MEASURING = ("sensor", "binary_sensor", "switch", "light", "fan", "cover", "valve", "climate")
"""Components whose states are measurements."""

INNER = ("climate", "cover", "valve")
"""Components that tell several things, each on a topic one level deeper."""

COMPONENTS = frozenset((*MEASURING, "lock", "alarm_control_panel", "event", "number", "select", "text", "date",
                        "time", "datetime", "update"))  # fmt: skip

ENERGIES = ("Wh", "varh")
USERS_OWN = ("m³", "m³/h")
USERS_OWN_TOO = ("water.pressure", "heat.power")
"""Units of the table, and quantities, whose unit at the source is anybody's guess."""

OTHERWISE = {"weather.wind_speed": "km/h"}
"""By quantity: the unit in ESPHome where that is not the one of names without a unit elsewhere."""


def _fill(draft: Draft) -> None:
    *path, leaf = draft.message.topic.split("/")
    if leaf in ("status", "debug", "command"):
        draft.control()
        return
    at = next((at for at in (-2, -3) if len(path) > -at and path[at] in COMPONENTS), None)
    if leaf != "state" or at is None:
        raise Malformed("the topic is not <node>/<component>/<object id>/state")
    draft.device = draft.context.device or "/".join(path[:at])
    component, name = path[at], path[at + 1]
    part = f"{component}/{leaf if at == -2 else path[-1]}"
    text = text_of(draft.message.payload).strip()
    if text.lower() in ("", "nan"):
        draft.absent(part)
    elif part in ("sensor/state", "binary_sensor/state"):
        _measure(draft, name.removeprefix(path[at - 1].replace("-", "_") + "_"), text, component == "binary_sensor")
    elif part == "light/state" and text.startswith("{"):
        _light(draft, name, text)
    else:
        _part(draft, part, name, text)


def _measure(draft: Draft, name: str, text: str, binary: bool) -> None:
    found = meaning(name, BOOLEAN if binary else "", assume=True)
    if found is None:
        draft.take(name if binary or number(text) is not None else "text", text)
        return
    field, channel = found
    unit = QUANTITIES[field.quantity].unit
    if binary:
        _put_state(draft, field, name, text, channel)
    elif field.quantity == "climate.formaldehyde":
        draft.take("formaldehyde in ppb or µg/m³", text)
    elif unit in ENERGIES:
        _energy(draft, field, name, text, channel)
    elif unit in USERS_OWN or field.quantity in USERS_OWN_TOO:
        draft.refuse(Reason.AMBIGUOUS, f"{name}: no unit is told, and several are in use: a profile says which")
    else:
        draft.put(_as_here(field), text, name, channel)


def _energy(draft: Draft, field: Field, name: str, text: str, channel: str) -> None:
    if draft.context.model in ("kWh", "Wh"):
        unit = draft.context.model.replace("Wh", "Wh" if field.unit == "kWh" else "varh")
        draft.put(field._replace(unit=unit), text, name, channel)
    else:
        draft.refuse(Reason.AMBIGUOUS, f"{name} is in kWh or in Wh: name the node esphome/kWh or esphome/Wh")


def _as_here(field: Field) -> Field:
    return field._replace(unit=OTHERWISE.get(field.quantity, field.unit))


def _is_told(field: Field) -> bool:
    """Whether this is ever read: what is refused for its unit is not."""
    unit = QUANTITIES[field.quantity].unit
    return unit not in USERS_OWN and field.quantity not in (*USERS_OWN_TOO, "climate.formaldehyde")


def _part(draft: Draft, part: str, name: str, text: str) -> None:
    field = PARTS.get(part)
    if field is None:
        draft.take(part, text)
    elif field.quantity == "actuator.on":
        _put_state(draft, field, part, text, name)
    else:
        draft.put(field, text, part, f"{name}_{field.channel}" if field.channel else name)


def _light(draft: Draft, name: str, text: str) -> None:
    """A light's state is an object; what is not in it has not changed. Colours are settings."""
    values = parsed_object(text.encode())
    if (state := values.get("state")) is not None:
        _put_state(draft, PARTS["light/state"], "state", str(state), name)
    if (brightness := values.get("brightness")) is not None:
        draft.put(PARTS["light/brightness"], brightness, "brightness", name)


def _put_state(draft: Draft, field: Field, name: str, text: str, channel: str) -> None:
    state = state_of(text)
    if state is None:
        draft.refuse(Reason.MALFORMED, f"{name}: {text[:40]!r} is neither on nor off")
    else:
        draft.put(field, state, name, channel)


CODEC = Codec(
    name=NAME,
    title="ESPHome",
    families="any node with the MQTT component; sensors are known by the last words of their names",
    decode=drafted(_fill, {}, LEFT),
    topics=(
        *(f"+/{component}/+/state" for component in MEASURING),
        *(f"+/{component}/+/+/state" for component in INNER),
    ),
    fields={**{name: _as_here(field) for name, field in FIELDS.items() if _is_told(field)}, **PARTS},
    left=LEFT,
    models={unit: f"nodes whose energy is in {unit}: without one of the two it is refused" for unit in ("kWh", "Wh")},
)
