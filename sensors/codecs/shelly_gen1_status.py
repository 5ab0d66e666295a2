"""What Shelly devices of generation 1 say in JSON: the whole status (``info``), and that of a part.

Names are those of the ``/status`` object in the vendor's document (shelly-api-docs.shelly.cloud/gen1) and of the
statuses captured in home-assistant-libs/aioshelly; lists are named by one of their kind (``relays`` → ``relay.ison``).

- ``unixtime`` is UTC and dates a status. A meter's ``timestamp`` is shifted by the site's offset from UTC: it dates a
  meter that comes alone.
- A meter belongs to the part of the same number: to the roller, relay or light that it measures. Meters count
  Watt-minutes, energy meters Wh.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sensors.draft import Draft, Malformed, number
from sensors.leaves import Way, leaves
from sensors.model import Field
from sensors.times import epoch_ms, local_ms

WORDS = {
    **dict.fromkeys(("on", "true", "open", "opened"), 1),
    **dict.fromkeys(("off", "false", "close", "closed", "overpower"), 0),
    **dict.fromkeys(("mild", "heavy"), 1),  # gas
    "none": 0,
}
WORDS_OF_NONE = ("", "null", "unknown", "test", "opening", "closing", "checking", "failure", "not_connected")

_LOADS = ("light", "color", "white", "roller")

STATUS_FIELDS = {
    **{f"{kind}.ison": Field("actuator.on") for kind in ("relay", "light", "color", "white")},
    **{f"{kind}.brightness": Field("actuator.level") for kind in ("light", "white")},
    **{f"{kind}.power": Field("electricity.power") for kind in (*_LOADS, "meter", "emeter")},
    "meter.total": Field("electricity.energy", unit="Wmin"),
    "emeter.reactive": Field("electricity.reactive_power"),
    "emeter.voltage": Field("electricity.voltage"),
    "emeter.current": Field("electricity.current"),
    "emeter.pf": Field("electricity.power_factor"),
    "emeter.total": Field("electricity.energy"),
    "emeter.total_returned": Field("electricity.energy_export"),
    "emeter_n.current": Field("electricity.current", channel="emeter_n"),
    "total_power": Field("electricity.power"),
    "roller.current_pos": Field("actuator.level", absent=(-1, 101)),
    "voltage": Field("electricity.voltage"),
    "temperature": Field("device.temperature", absent=(999,)),
    "tmp.tC": Field("device.temperature", absent=(999,)),
    "tmp.value": Field("climate.temperature", absent=(999,)),
    "thermostat.tmp.value": Field("climate.temperature", absent=(999,)),
    "thermostat.target_t.value": Field("climate.setpoint"),
    "target_t.value": Field("climate.setpoint"),
    **dict.fromkeys(("thermostat.pos", "pos"), Field("actuator.valve_position", absent=(-1,))),
    "hum.value": Field("climate.humidity", absent=(999,)),
    **dict.fromkeys(("lux", "lux.value"), Field("climate.illuminance", absent=(-1,))),
    **dict.fromkeys(("bat", "bat.value"), Field("device.battery", absent=(-1,))),
    "bat.voltage": Field("device.voltage"),
    **dict.fromkeys(("motion", "sensor.motion"), Field("occupancy.motion")),
    "sensor.state": Field("opening.contact", absent=(-1,)),
    "flood": Field("water.leak"),
    "smoke": Field("safety.smoke"),
    "gas_sensor.alarm_state": Field("safety.gas"),
    "ext_temperature.tC": Field("climate.temperature", absent=(999,)),
    "ext_humidity.hum": Field("climate.humidity", absent=(999,)),
    "ext_switch.input": Field("input.on"),
    "input.input": Field("input.on"),
    "adc.voltage": Field("input.voltage"),
    "valve.state": Field("actuator.valve_position", 100),
    "wifi_sta.rssi": Field("device.rssi", absent=(0,)),
}

STATUS_LEFT = {
    "meter.counters": "energy of the last minutes; total holds the register",
    "meter.timestamp": "local time of the meter's register, or unixtime in other words",
    "power beside a meter": "the meter of the same number says the same",
    "tmp.tC beside others": "temperature or tmp.value says the same",
    **dict.fromkeys(("tF", "temperature_f", "tmp.units", "target_t.units", "units"), "the same in °F; units"),
    **dict.fromkeys(("is_valid", "hwID", "overpower", "overtemperature", "temperature_status", "inputs_overload"),
                    "validity, identity and alarms of a part"),
    **dict.fromkeys(("source", "has_timer", "timer_duration", "timer_remaining", "timer_started", "transition",
                     "default_state", "relay_num", "event", "event_cnt", "last_sequence", "charger", "total_work_time"),
                    "cause of a change, timers and buttons"),
    **dict.fromkeys(("mode", "red", "green", "blue", "light.white", "color.white", "gain", "light.temp", "effect"),
                    "setting of a light"),
    **dict.fromkeys(("roller.state", "roller.last_direction", "roller.stop_reason", "roller.is_valid",
                     "roller.safety_switch", "roller.calibrating", "roller.positioning"),
                    "movement of a cover; current_pos is where it is"),
    **dict.fromkeys(("target_t.enabled", "thermostat.target_t.enabled", "thermostat.schedule",
                     "thermostat.schedule_profile", "thermostat.boost_minutes", "thermostat.window_open",
                     "temperature_offset", "calibrated"), "setting of a thermostat"),
    "concentration": "combustible gas in ppm, no quantity of ours; its alarm is taken",
    "gas_sensor": "running of the sensor; its alarm is taken",
    **dict.fromkeys(("lux.illumination", "accel", "sensor.vibration", "vibration"),
                    "illuminance in words; position and shaking of a window, no quantity of ours"),
    **dict.fromkeys(("emeter_n.ixsum", "emeter_n.mismatch"), "check of the neutral against the phases"),
    **dict.fromkeys(("wifi_sta", "cloud", "mqtt", "update", "actions_stats", "time", "unixtime", "timestamp", "serial",
                     "mac", "cfg_changed_cnt", "has_update", "ram_total", "ram_free", "ram_lwm", "fs_size", "fs_free",
                     "fs_mounted", "v_data", "uptime", "ext_sensors", "active", "act_reasons", "connect_retries",
                     "sensor_error", "ct_calst", "debug", "input_event"),
                    "running of the device, its clock and network"),
}  # fmt: skip

_PARTS = ("relay", "meter", "emeter", "light", "roller", "input", "adc", "valve", "thermostat")
_ONE_OF = {f"{part}s": part for part in _PARTS}
_MEASURED = {"rollers": "roller", "relays": "relay", "lights": "light"}
_OF_THE_DEVICE = ("thermostat", "emeter_n")


def take_status(draft: Draft, way: list[str], values: Any) -> None:
    """The JSON of a topic; `way` is the topic's part after the device."""
    if not isinstance(values, dict):
        raise Malformed("no JSON object")
    seconds = number(values.get("unixtime"))
    if seconds is not None and 0 < seconds < 1e10:
        draft.at_ms = epoch_ms(seconds)
    parts, owner = _parts(draft, way, values)
    for inner, raw in leaves(parts):
        _take(draft, parts, inner, raw, owner)


def _parts(draft: Draft, way: list[str], values: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The status as parts, whatever the topic held of it, and to which kind of part its meters belong."""
    kind, index = (way[0], way[1]) if len(way) > 1 and way[1].isdecimal() else (way[0] if way else "", "0")
    if "power" in values and "total" in values:
        draft.at_ms = _metered(draft, values.get("timestamp"))
        counts_wh = "total_returned" in values or "voltage" in values
        part = "emeter" if counts_wh else "meter"
        return {part: {index: values}}, kind if kind in _MEASURED.values() else part
    if kind in ("light", "color", "white", "relay", "input_event"):
        return {kind: {index: values}}, kind
    if kind in ("ext_temperatures", "ext_humidities"):
        return {{"ext_temperatures": "ext_temperature"}.get(kind, "ext_humidity"): values}, ""
    owner = next((part for parts, part in _MEASURED.items() if values.get(parts)), "meter")
    return {_ONE_OF.get(key, key): value for key, value in values.items()}, owner


def _metered(draft: Draft, timestamp: Any) -> int | None:
    """The time of a meter that comes alone: local time, counted as if it were UTC."""
    seconds = number(timestamp)
    if seconds is None or not 0 < seconds < 1e10:
        return draft.at_ms
    local = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return local_ms(local, draft.context.zone, draft.message.received_ms)


def _take(draft: Draft, parts: dict[str, Any], way: Way, raw: Any, owner: str) -> None:
    index = next((part for part in way[1:] if part.isdecimal()), "")
    names = tuple(part for position, part in enumerate(way) if not position or not part.isdecimal())
    name = _lookup(parts, names)
    field = STATUS_FIELDS.get(name)
    if not name:
        draft.unmapped(".".join(way))
    elif field is not None and _beside(parts, way).get("is_valid") is False:
        draft.absent(name)
    elif field is not None:
        kind = owner if names[0] == "meter" else names[0]
        channel = f"{kind}/{index}" if index and kind not in _OF_THE_DEVICE else field.channel
        fahrenheit = names[-1] == "value" and _beside(parts, way).get("units") == "F"
        _put(draft, field._replace(unit="°F") if fahrenheit else field, raw, name, channel)


def _put(draft: Draft, field: Field, raw: Any, name: str, channel: str) -> None:
    word = raw.strip().lower() if isinstance(raw, str) else ""
    if isinstance(raw, str) and word in WORDS_OF_NONE:
        draft.absent(name)
    else:
        draft.put(field, WORDS.get(word, raw), name, channel)


def _beside(parts: dict[str, Any], way: Way) -> Mapping[str, Any]:
    """The object that a value stands in."""
    inner: Any = parts
    for step in way[:-1]:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    return inner if isinstance(inner, dict) else {}


def _lookup(parts: dict[str, Any], names: Way) -> str:
    """The name in the tables; empty when nobody mapped it."""
    name = ".".join(names)
    if name == "tmp.tC" and ("temperature" in parts or "value" in parts["tmp"]):
        return "tmp.tC beside others"
    if names[0] in _LOADS and names[1:] == ("power",) and "meter" in parts:
        return "power beside a meter"
    if name in STATUS_FIELDS:
        return name
    heads = [".".join(names[:stop]) for stop in range(1, len(names) + 1)]
    return next((part for part in (*heads, *names) if part in STATUS_LEFT), "")
