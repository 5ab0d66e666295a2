"""Shelly of generations 2, 3 and 4: the status of components, alone or in notifications, over MQTT.

Facts from the vendor's document (shelly-api-docs.shelly.cloud/gen2: MQTT, Notifications, and a page for each
component) and from the captured statuses in home-assistant-libs/aioshelly.

- ``<prefix>/status/<component>`` is one component, without a time. ``<prefix>/events/rpc`` holds NotifyStatus (what
  changed), NotifyFullStatus and NotifyEvent, each with its time, ``params.ts``. ``<prefix>/rpc`` may answer
  Shelly.GetStatus, whose result is also read on ``<prefix>/status``. The device is the last level of the prefix, which
  is its id unless somebody changed it.
- The channel is the component's key (``switch:0``, ``em1:2``, ``temperature:100``), also when there is only one, but:
  a sensor of the device itself (``temperature:0``, ``humidity:0``, ``devicepower:0`` …) has none; `em:0` and
  `emdata:0` are the device's own meter: none for the total, ``a``, ``b``, ``c`` and ``n`` for its conductors; and
  `em1data:1` is a part of `em1:1`.
- ``aenergy.minute_ts`` is when the last full minute began, not when the register was read: it dates nothing.
- `temperature:0` is the room's, but inside an energy meter it is the device's: told by the id that such a meter has
  by default, by its other components in a full status, or by naming the model (``shelly_gen2/em``).
- Sensors of Shelly BLU: what the vendor's script for gateways emits as ``shelly-blu`` events is of a device named by
  its address. `bthomesensor` components say no more than a number that the user gave a meaning: unmapped.
"""

import re
from typing import Any

from sensors.draft import Draft, UnknownTopic, drafted, number, parsed_object
from sensors.leaves import MOST_NAME, leaves
from sensors.model import Codec, Field
from sensors.times import epoch_ms

_SWITCHES = ("switch", "light", "rgb", "rgbw", "cct", "rgbcct", "cover", "pm1")

_METER = {
    "apower": Field("electricity.power"),
    "aprtpower": Field("electricity.apparent_power"),
    "voltage": Field("electricity.voltage"),
    "current": Field("electricity.current"),
    "pf": Field("electricity.power_factor"),
    "freq": Field("electricity.frequency"),
    "aenergy.total": Field("electricity.energy"),
    "ret_aenergy.total": Field("electricity.energy_export"),
    "temperature.tC": Field("device.temperature"),
}

_CONDUCTOR = {
    "act_power": "electricity.power",
    "aprt_power": "electricity.apparent_power",
    "voltage": "electricity.voltage",
    "current": "electricity.current",
    "pf": "electricity.power_factor",
    "freq": "electricity.frequency",
}

FIELDS = {
    **{f"{kind}.{name}": field for kind in _SWITCHES for name, field in _METER.items()},
    **{f"{kind}.output": Field("actuator.on") for kind in (*_SWITCHES[:-2], "thermostat")},
    **{f"{kind}.brightness": Field("actuator.level") for kind in _SWITCHES[1:-2]},
    "cover.current_pos": Field("actuator.level"),
    **{f"em.{p}_{name}": Field(quantity, channel=p) for p in "abc" for name, quantity in _CONDUCTOR.items()},
    "em.n_current": Field("electricity.current", channel="n"),
    "em.total_act_power": Field("electricity.power"),
    "em.total_aprt_power": Field("electricity.apparent_power"),
    "em.total_current": Field("electricity.current"),
    **{f"emdata.{p}_total_act_energy": Field("electricity.energy", channel=p) for p in "abc"},
    **{f"emdata.{p}_total_act_ret_energy": Field("electricity.energy_export", channel=p) for p in "abc"},
    "emdata.total_act": Field("electricity.energy"),
    "emdata.total_act_ret": Field("electricity.energy_export"),
    **{f"em1.{name}": Field(quantity) for name, quantity in _CONDUCTOR.items()},
    "em1data.total_act_energy": Field("electricity.energy"),
    "em1data.total_act_ret_energy": Field("electricity.energy_export"),
    "input.state": Field("input.on"),
    "input.counts.total": Field("pulse.count"),
    "voltmeter.voltage": Field("input.voltage"),
    "temperature.tC": Field("climate.temperature"),
    "temperature.tC in a meter": Field("device.temperature"),
    "humidity.rh": Field("climate.humidity"),
    "illuminance.lux": Field("climate.illuminance"),
    "devicepower.battery.percent": Field("device.battery"),
    "devicepower.battery.V": Field("device.voltage"),
    "smoke.alarm": Field("safety.smoke"),
    "flood.alarm": Field("water.leak"),
    "presence.state": Field("occupancy.presence"),
    "presence.num_objects": Field("occupancy.count"),
    **dict.fromkeys(("presencezone.state", "presencezone.value"), Field("occupancy.presence")),
    "presencezone.num_objects": Field("occupancy.count"),
    "thermostat.current_C": Field("climate.temperature"),
    "thermostat.target_C": Field("climate.setpoint"),
    "thermostat.current_humidity": Field("climate.humidity"),
    "thermostat.pos": Field("actuator.valve_position"),
    "blutrv.current_C": Field("climate.temperature"),
    "blutrv.target_C": Field("climate.setpoint"),
    "blutrv.pos": Field("actuator.valve_position"),
    "blutrv.battery": Field("device.battery"),
    "blutrv.rssi": Field("device.rssi"),
    "bthomedevice.battery": Field("device.battery"),
    "bthomedevice.rssi": Field("device.rssi"),
    "wifi.rssi": Field("device.rssi", absent=(0,)),
    "shelly-blu.temperature": Field("climate.temperature"),
    "shelly-blu.humidity": Field("climate.humidity"),
    "shelly-blu.illuminance": Field("climate.illuminance"),
    "shelly-blu.motion": Field("occupancy.motion"),
    "shelly-blu.window": Field("opening.contact"),
    "shelly-blu.moisture": Field("soil.moisture"),
    "shelly-blu.pressure": Field("climate.pressure"),
    "shelly-blu.battery": Field("device.battery"),
    "shelly-blu.rssi": Field("device.rssi"),
}

LEFT = {
    **dict.fromkeys(("by_minute", "minute_ts"), "energy of the last minutes; total holds the register"),
    **dict.fromkeys(("tF", "target_F", "current_F"), "the same in °F"),
    **dict.fromkeys(("id", "source", "errors", "flags", "calibration", "user_calibrated_phase", "last_updated_ts",
                     "packet_id", "timer_started_at", "timer_duration", "restart_required"),
                    "identity, cause of a change, faults and timers"),
    **dict.fromkeys(("rgb", "white", "ct", "mode", "transition", "night_mode", "effect"), "setting of a light"),
    **dict.fromkeys(("cover.state", "cover.target_pos", "cover.move_timeout", "cover.move_started_at", "cover.slat_pos",
                     "cover.pos_control", "cover.last_direction"), "movement of a cover; current_pos is where it is"),
    **dict.fromkeys(("input.percent", "input.xpercent", "input.freq", "input.xfreq", "input.counts.xtotal",
                     "input.counts.xby_minute", "voltmeter.xvoltage"),
                    "position, pace or user's scaling of an input: the user alone knows what it means"),
    **{f"em.{p}_errors": "faults" for p in "abcn"},
    "illumination": "illuminance in words",
    "presence.live_track": "setting of the tracking that an app shows",
    "service": "running of a vendor's program on the device",
    **dict.fromkeys(("smoke.mute", "flood.mute", "devicepower.external"), "silenced alarm; whether it is plugged in"),
    **dict.fromkeys(("thermostat.enable", "thermostat.schedules", "thermostat.target_humidity", "thermostat.boost",
                     "thermostat.override", "thermostat.window_open"), "setting of a thermostat"),
    **dict.fromkeys(("blutrv.paired", "blutrv.rpc", "blutrv.rsv", "bthomedevice.paired", "bthomedevice.rpc",
                     "bthomedevice.rsv"), "pairing with the gateway"),
    **dict.fromkeys(("wifi.sta_ip", "wifi.sta_ip6", "wifi.status", "wifi.ssid", "wifi.bssid", "wifi.mac",
                     "wifi.ap_client_count", "wifi.gw", "wifi.nameserver", "wifi.netmask"), "network"),
    **dict.fromkeys(("sys", "cloud", "mqtt", "ble", "ws", "script", "eth", "modbus", "knx", "matter", "zigbee",
                     "bthome", "blugw", "ui", "plugs_ui", "ht_ui", "wd_ui", "powerstrip_ui", "schedule", "media",
                     "awaiting_auth_code"),
                    "running of the device, no measurement"),
    **dict.fromkeys(("shelly-blu.encryption", "shelly-blu.BTHome_version", "shelly-blu.pid", "shelly-blu.address",
                     "shelly-blu.button", "shelly-blu.rotation", "shelly-blu.device_type"),
                    "frame, identity and buttons of a BLU device"),
    "emdata.event": "records of the past minutes: amounts and extremes; the registers are taken",
}  # fmt: skip

_OF_THE_DEVICE = ("temperature", "humidity", "illuminance", "devicepower", "smoke", "flood", "presence", "wifi")
_METERS = ("em", "emdata", "em1", "em1data")
_METER_ID = re.compile(r"shelly(pro)?(3?em)", re.IGNORECASE)
_FAULTY = ("temperature", "humidity", "illuminance", "voltmeter")
"""Sensors whose value is worth nothing beside errors; the errors of a switch are about what it switches."""

_DATED = ("blutrv", "bthomedevice")
"""Components that tell when their device was last heard."""


def _fill(draft: Draft) -> None:
    levels = draft.message.topic.split("/")
    tail = levels[1:]
    if levels[-2:] == ["events", "rpc"]:
        _name(draft, levels[:-2])
        _notified(draft, parsed_object(draft.message.payload))
    elif len(levels) > 2 and levels[-2] == "status":
        _name(draft, levels[:-2])
        _components(draft, {levels[-1]: parsed_object(draft.message.payload)})
    elif tail[-1:] == ["status"]:
        _name(draft, levels[:-1])
        _full(draft, parsed_object(draft.message.payload), None)
    elif tail[-1:] == ["rpc"]:
        _answered(draft, parsed_object(draft.message.payload))
    elif tail[-1:] in (["online"], ["announce"], ["command"]) or levels[-2:-1] == ["command"]:
        _name(draft, levels[:-1])
        draft.control()
    else:
        raise UnknownTopic("a Shelly publishes on <prefix>/status/<component>, <prefix>/events/rpc and <prefix>/online")


def _name(draft: Draft, prefix: list[str]) -> None:
    draft.device = draft.context.device or (prefix[-1] if prefix else "")


def _notified(draft: Draft, frame: dict[str, Any]) -> None:
    params = frame.get("params")
    if not isinstance(params, dict):
        draft.control()
        return
    _at(draft, params.pop("ts", None))
    if frame.get("method") in ("NotifyStatus", "NotifyFullStatus"):
        _components(draft, params, frame.get("src"))
        return
    draft.control()
    events = params.get("events")
    leaves(events)  # whatever they are: no more than a device tells at once
    for event in events if isinstance(events, list) else ():
        if isinstance(event, dict):
            _event(draft, event)


def _answered(draft: Draft, frame: dict[str, Any]) -> None:
    """The answer to a request, which goes to whom asked: its sender is the device."""
    source, result = frame.get("src"), frame.get("result")
    draft.device = draft.context.device or _id(source)
    if not isinstance(result, dict) or not isinstance(result.get("sys"), dict):
        draft.control()  # only the answer to Shelly.GetStatus names the components
        return
    _full(draft, result, source)


def _id(value: Any) -> str:
    """A name that the payload gives a device; empty when it is none."""
    return value if isinstance(value, str) and len(value) <= MOST_NAME else ""


def _full(draft: Draft, status: dict[str, Any], source: Any) -> None:
    """The status of all components, dated by the device's clock."""
    system = status.get("sys")
    _at(draft, system.get("unixtime") if isinstance(system, dict) else None)
    _components(draft, status, source)


def _at(draft: Draft, seconds: Any) -> None:
    value = number(seconds)
    if value is not None and 0 < value < 1e10:
        draft.at_ms = epoch_ms(value)


def _event(draft: Draft, event: dict[str, Any]) -> None:
    """Buttons, alarms and records of meters are no readings; the values of BLU devices are told as events."""
    name, data = event.get("event"), event.get("data")
    if name != "shelly-blu" or not isinstance(data, dict):
        return
    gateway = draft.device
    draft.device = _id(data.get("address")) or gateway
    for way, raw in leaves(data):
        name = f"shelly-blu.{way[0]}"
        draft.take(name, raw, "/".join(way[1:]))
    draft.device = gateway


def _components(draft: Draft, components: dict[str, Any], source: Any = None) -> None:
    time = draft.at_ms
    within = draft.context.model == "em" or _is_meter(components, (source, draft.device))
    for way, raw in leaves(components):
        kind, _, index = way[0].partition(":")
        draft.at_ms = _heard(kind, components[way[0]], time)
        name = _lookup(kind, way[1:], within and index == "0")
        if name in FIELDS and kind in _FAULTY and _faults(components[way[0]]):
            draft.absent(name)
        elif name:
            draft.take(name, raw, _channel(kind, index, way[0], FIELDS.get(name)))
        else:
            draft.unmapped(".".join(way))
    draft.at_ms = time


def _faults(component: Any) -> bool:
    """Whether a sensor says that its value is none: -275 °C of one that is not there, for example."""
    return isinstance(component, dict) and bool(component.get("errors"))


def _is_meter(components: dict[str, Any], names: tuple[Any, ...]) -> bool:
    """Whether the device is an energy meter, whose own temperature is that of its case."""
    kinds = {key.partition(":")[0] for key in components}
    return not kinds.isdisjoint(_METERS) or any(isinstance(name, str) and _METER_ID.match(name) for name in names)


def _heard(kind: str, component: Any, time: int | None) -> int | None:
    if kind not in _DATED or not isinstance(component, dict):
        return time
    seconds = number(component.get("last_updated_ts"))
    return epoch_ms(seconds) if seconds is not None and 0 < seconds < 1e10 else time


def _lookup(kind: str, inner: tuple[str, ...], within_meter: bool) -> str:
    """The name in the tables of a value within a component; empty when nobody mapped it."""
    name = ".".join((kind, *inner))
    if within_meter and name == "temperature.tC":
        return "temperature.tC in a meter"
    if name in FIELDS:
        return name
    parts = [".".join((kind, *inner[:stop])) for stop in range(len(inner) + 1)]
    return next((part for part in (*parts, *inner) if part in LEFT), "")


def _channel(kind: str, index: str, key: str, field: Field | None) -> str:
    conductor = field.channel if field else ""
    if kind in ("em", "emdata"):
        return "/".join(part for part in ("" if index in ("", "0") else f"em:{index}", conductor) if part)
    if kind == "em1data":
        return f"em1:{index}"
    return "" if kind in _OF_THE_DEVICE and index in ("", "0") else key


CODEC = Codec(
    name="shelly_gen2",
    title="Shelly, generations 2 to 4",
    families="Plus, Pro, Mini, Gen3 and Gen4, Wall Display, H&T, Flood, Smoke, Presence, BLU devices behind a gateway",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("+/status/+", "+/events/rpc", "+/online"),
    fields=FIELDS,
    left=LEFT,
    models={"em": "an energy meter with a prefix of its own: temperature:0 is the device's, not the room's"},
)
