"""Shelly of generation 1: one plain value for each topic under ``shellies/<device>``, and some JSON.

Facts from the vendor's document (shelly-api-docs.shelly.cloud/gen1: MQTT, and a section for each device); the JSON
is read in `shelly_gen1_status`.

- The channel is the part of the device as the topic names it: ``relay/0``, ``emeter/2``, ``ext_temperature/1``. What
  the device has once (``sensor/…``, ``temperature``, ``voltage``) has none.
- ``energy`` counts Watt-minutes and starts at 0 with the device. An `emeter` counts twice: ``total`` in Wh lasts, its
  ``energy`` is a channel of its own (``emeter/0/energy``).
- ``sensor/temperature`` is in the unit set on the device, which it does not send: taken as °C.
"""

from sensors.codecs.shelly_gen1_status import STATUS_FIELDS, STATUS_LEFT, WORDS, WORDS_OF_NONE, take_status
from sensors.draft import Draft, UnknownTopic, drafted, parsed_json, text_of
from sensors.model import Codec, Field

_LOADS = ("relay", "light", "color", "white", "roller")

TOPIC_FIELDS = {
    **{kind: Field("actuator.on") for kind in ("relay", "light", "color", "white")},
    **{f"{kind}.power": Field("electricity.power") for kind in (*_LOADS, "emeter")},
    **{f"{kind}.energy": Field("electricity.energy", unit="Wmin") for kind in _LOADS},
    "emeter.energy": Field("electricity.energy", unit="Wmin", channel="energy"),
    "emeter.returned_energy": Field("electricity.energy_export", unit="Wmin", channel="energy"),
    "emeter.total": Field("electricity.energy"),
    "emeter.total_returned": Field("electricity.energy_export"),
    "emeter.reactive_power": Field("electricity.reactive_power"),
    "emeter.voltage": Field("electricity.voltage"),
    "emeter.current": Field("electricity.current"),
    "emeter.pf": Field("electricity.power_factor"),
    "emeter_n.current": Field("electricity.current"),
    "roller.pos": Field("actuator.level", absent=(-1, 101)),
    "voltage": Field("electricity.voltage"),
    "temperature": Field("device.temperature", absent=(999,)),
    "ext_temperature": Field("climate.temperature", absent=(999,)),
    "ext_humidity": Field("climate.humidity", absent=(999,)),
    "ext_switch": Field("input.on"),
    "input": Field("input.on"),
    "adc": Field("input.voltage"),
    "valve.state": Field("actuator.valve_position", 100),
    "sensor.temperature": Field("climate.temperature", absent=(999,)),
    "sensor.humidity": Field("climate.humidity", absent=(999,)),
    "sensor.battery": Field("device.battery", absent=(-1,)),
    "sensor.lux": Field("climate.illuminance", absent=(-1,)),
    "sensor.motion": Field("occupancy.motion", absent=(-1,)),
    "sensor.flood": Field("water.leak", absent=(-1,)),
    "sensor.smoke": Field("safety.smoke", absent=(-1,)),
    "sensor.gas": Field("safety.gas"),
    "sensor.state": Field("opening.contact", absent=(-1,)),
}

TOPIC_LEFT = {
    "roller": "movement of a cover; pos is where it is",
    "roller.stop_reason": "why a cover stopped",
    **dict.fromkeys(("relay.overpower_value", "light.overpower_value"), "power at which the device switched off"),
    **dict.fromkeys(("temperature_f", "ext_temperature_f"), "the same in °F"),
    **dict.fromkeys(("overtemperature", "temperature_status", "overload", "loaderror"), "the device's alarms"),
    **dict.fromkeys(("input_event", "longpush", "sensor.act_reasons", "sensor.charger", "sensor.ext_power",
                     "sensor.error", "sensor.active", "sensor.operation", "sensor.self_test"),
                    "buttons, wake-up reason, supply and faults of the device"),
    **dict.fromkeys(("sensor.tilt", "sensor.vibration"), "position and shaking of a window, no quantity of ours"),
    "sensor.illumination": "illuminance in words",
    "sensor.concentration": "combustible gas in ppm, no quantity of ours; its alarm is taken",
}  # fmt: skip

FIELDS = {**TOPIC_FIELDS, **STATUS_FIELDS}
LEFT = {**TOPIC_LEFT, **STATUS_LEFT}

_CONTROL = ("announce", "online", "command", "set", "settings", "cmnd")


def _fill(draft: Draft) -> None:
    levels = draft.message.topic.split("/")
    named = levels[0] == "shellies" and len(levels) > 1
    draft.device = draft.context.device or levels[1 if named else 0]
    way = levels[2 if named else 1 :]
    if any(level in _CONTROL for level in levels[1:]):
        draft.control()
        return
    if len(way) > 1 and way[0] in ("status", "events"):
        raise UnknownTopic("of a Shelly of generation 2 or later with this prefix: name its codec, shelly_gen2")
    payload = draft.message.payload.strip()
    if payload[:1] == b"{":
        take_status(draft, way, parsed_json(payload))
    else:
        _plain(draft, way, payload)


def _plain(draft: Draft, way: list[str], payload: bytes) -> None:
    """A value as text on a topic of its own."""
    part = way[:2] if len(way) > 1 and way[1].isdecimal() else way[:1]
    rest = way[len(part) :]
    if not way or len(rest) > 1:
        raise UnknownTopic("a Shelly publishes on shellies/<device>/<part>/<number>/<value>")
    name = ".".join((part[0], *rest))
    field = TOPIC_FIELDS.get(name)
    if field is None:
        if name not in TOPIC_LEFT:
            draft.unmapped(name)
        return
    text = text_of(payload).strip().lower()
    if text in WORDS_OF_NONE:
        draft.absent(name)
        return
    alone = part[0] == "sensor" or len(way) == 1
    channel = "" if alone else "/".join((*part, field.channel) if field.channel else part)
    draft.put(field, WORDS.get(text, text), name, channel)


CODEC = Codec(
    name="shelly_gen1",
    title="Shelly, generation 1",
    families="1, 1PM, 1L, 2, 2.5, 4Pro, i3, Plug, Plug S, EM, 3EM, UNI, Air, Bulb, Duo, Vintage, RGBW2, Dimmer, H&T, "
    "Flood, Smoke, Gas, Door/Window, Motion, Sense, TRV, Button",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("shellies/#",),
    fields=FIELDS,
    left=LEFT,
)
