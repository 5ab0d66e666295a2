"""Victron Venus OS: ``N/<portal>/<service>/<instance>/<path>`` with ``{"value": …}``, one value a message, no time.

Topics and payloads: victronenergy/dbus-flashmq, README. Services, paths and units: services.json of
victronenergy/node-red-contrib-victron. Null means that a value is not valid, an empty payload that the device is gone.
``W/`` and ``R/`` are commands to the device. A device is ``portal/service/instance``.
"""

from functools import lru_cache

from sensors.codecs.victron_tables import FIELDS, INPUT_STATES, LEFT
from sensors.draft import Draft, Malformed, UnknownTopic, drafted, number, parsed_object
from sensors.model import Codec

PHASES = ("L1", "L2", "L3")


def _fill(draft: Draft) -> None:
    kind, _, rest = draft.message.topic.partition("/")
    if kind in ("W", "R"):
        draft.control()
        return
    levels = rest.split("/", 3)
    if kind != "N" or len(levels) < 2:
        raise UnknownTopic(f"{draft.message.topic!r} is not N/<portal>/<service>/<instance>/<path>")
    if len(levels) < 4:  # what the gateway says of itself, such as full_publish_completed
        draft.control()
        return
    portal, service, instance, path = levels
    draft.device = draft.context.device or f"{portal}/{service}/{instance}"
    name, phase, index = source(service, path)
    if not draft.message.payload:
        draft.absent(name)
        return
    document = parsed_object(draft.message.payload)
    if "value" not in document:
        raise Malformed("has no value")
    raw = document["value"]
    if name == "digitalinput/State":
        _take_input(draft, name, raw)
        return
    field = FIELDS.get(name)
    channel = field.channel.format(phase=phase, index=index) if field else None
    draft.take(name, raw, channel)


def _take_input(draft: Draft, name: str, raw: object) -> None:
    """The state of a digital input is a code, which also tells what kind of state it is."""
    code = number(raw)
    if code is None:
        draft.absent(name, raw)
    elif code in INPUT_STATES:
        word, value = INPUT_STATES[code]
        draft.take(f"{name} {word}", value)
    else:
        draft.take(name, raw)


@lru_cache(maxsize=10_000)
def source(service: str, path: str) -> tuple[str, str, str]:
    """The row of the tables for a path, the phase and the number in it; the path itself when there is no row."""
    phase = index = ""
    general: list[str] = []
    for level in path.split("/"):
        if level in PHASES:
            phase, level = level, "{phase}"
        elif level.isdigit() or general[-1:] == ["SwitchableOutput"]:
            index, level = level, "{index}"
        general.append(level)
    shape = "/".join(general)
    whole = f"{service}/{shape}"
    rows = (whole, f"+/{shape}", f"+/{general[0]}/#", f"{service}/#")
    return next((row for row in rows if row in FIELDS or row in LEFT), f"{service}/{path}"), phase, index


CODEC = Codec(
    name="victron_venus",
    title="Victron Venus OS (GX devices)",
    families="grid meters, PV inverters, Multi and Quattro, MPPT, batteries, EV chargers, sensors behind a GX device",
    decode=drafted(_fill, FIELDS, LEFT),
    topics=("N/#",),
    fields=FIELDS,
    left=LEFT,
)
