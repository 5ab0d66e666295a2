"""Homie 5: one value per topic, ``homie/5/<device>/<node>/<property>``; types and units stand in `$description`.

After the Homie convention 5 (homieiot/convention, convention.md). The description is retained by the broker and
remembered here. A property whose unit is not told, or that comes before its description, is read only when its name
leaves no doubt: in the table's unit where no other is in use by a factor of a thousand, `true` and `false` as booleans.
Any other waits for the description (needs_birth). The channel is the node where a device has several of a kind.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from sensors.codecs.words import BOOLEAN, FIELDS, Meaning, is_contact, meaning, state_of, unit_of
from sensors.draft import Draft, Malformed, NeedsBirth, drafted, parsed_object, text_of
from sensors.model import Codec, Reason
from sensors.quantities import QUANTITIES

NAME = "homie_5"

MOST_PROPERTIES = 500
MOST_BYTES = 128 * 1024  # of a description; a larger one takes too long to read
MOST_LETTERS = 64  # of an id, unit or type that is remembered

LEFT = {
    **dict.fromkeys(("string", "json"), "free text or a document, no measure"),
    **dict.fromkeys(("datetime", "duration"), "a time, no measure"),
    "color": "a setting",
    "enum": "a word, no measure; words of a state are taken",
}
"""By datatype."""

SWITCHED = ("on", "off", "true", "false")
"""Words of a state by which a thing is switched on or off."""

ATTRIBUTES = ("$target", "set")
"""Topics below a property: what is wanted, not what is."""


class Told(NamedTuple):
    """What a description tells of a property."""

    datatype: str
    unit: str = ""
    label: str = ""  # what true is called


def _fill(draft: Draft) -> None:
    levels = draft.message.topic.split("/")
    if len(levels) < 4 or levels[1] != "5":
        raise Malformed("the topic is not homie/5/<device>/…")
    domain, _, device, node, *rest = levels
    draft.device = draft.context.device or device
    key = f"{domain}/{device}"
    if node == "$description" and draft.message.payload:
        described = _description(draft.message.payload)
        draft.memory.learn(NAME, key, draft.message.received_ms, described, birth=True)
    if device.startswith("$") or node.startswith("$") or rest[1:] in ([attribute] for attribute in ATTRIBUTES):
        draft.control()
    elif len(rest) == 1:
        _property(draft, draft.memory.recall(NAME, key, draft.message.received_ms), node, rest[0])
    else:
        raise Malformed("the topic is not homie/5/<device>/<node>/<property>")


def _description(payload: bytes) -> dict[str, list[str]]:
    """By node/property: what is told of it."""
    if len(payload) > MOST_BYTES:
        raise Malformed(f"a description of {len(payload)} bytes, more than {MOST_BYTES}")
    properties: dict[str, list[str]] = {}
    for node, said in _objects(parsed_object(payload).get("nodes")):
        for name, told in _objects(said.get("properties")):
            datatype, unit, form = (
                text if isinstance(text, str) else "" for text in map(told.get, ("datatype", "unit", "format"))
            )
            _, _, label = form.partition(",") if datatype == "boolean" else ("", "", "")
            texts = (datatype, unit, label)
            properties[f"{node}/{name}"[: 2 * MOST_LETTERS]] = [text[:MOST_LETTERS] for text in texts]
            if len(properties) > MOST_PROPERTIES:
                raise Malformed(f"a description of more than {MOST_PROPERTIES} properties")
    return properties


def _objects(value: Any) -> list[tuple[str, dict[str, Any]]]:
    if not isinstance(value, dict):
        return []
    return [(name, inner) for name, inner in value.items() if isinstance(inner, dict)]


def _property(draft: Draft, described: Mapping[str, list[str]] | None, node: str, name: str) -> None:
    text = text_of(draft.message.payload)
    if text in ("", "\0"):  # the topic is removed; an empty string
        draft.absent(name)
        return
    if described is None:
        _untold(draft, name, text)
        return
    if f"{node}/{name}" not in described:
        raise NeedsBirth(f"{draft.device}: its $description says nothing of {node}/{name}")
    told = Told(*described[f"{node}/{name}"])
    found = _meaning(name, told)
    if found is None:
        draft.take(told.datatype if told.datatype in LEFT else f"{node}/{name}", text)
    else:
        _put(draft, found._replace(channel=_channel(described, found, node, name)), name, text, told)


def _untold(draft: Draft, name: str, text: str) -> None:
    boolean = text in ("true", "false")
    found = meaning(name, BOOLEAN if boolean else "")
    if found is None or (boolean and is_contact(name)):
        raise NeedsBirth(f"{draft.device}: what {name} is, and in which unit, stands in its $description")
    _put(draft, found, name, text, Told("boolean" if boolean else "float"))


def _meaning(name: str, told: Told) -> Meaning | None:
    if told.datatype == "boolean":
        # true says of a contact whether it is open or closed only when a label says so
        return None if is_contact(name) and state_of(told.label) is None else meaning(name, BOOLEAN)
    if told.datatype == "enum":
        return meaning(name, BOOLEAN)
    unit = unit_of(told.unit) if told.datatype in ("float", "integer") else None
    return None if unit is None else meaning(name, unit)


def _channel(described: Mapping[str, list[str]], found: Meaning, node: str, name: str) -> str:
    """What tells this property from others of the same quantity: the node, or else the property itself."""
    alike = []
    for path, texts in described.items():
        other = _meaning(path.partition("/")[2], Told(*texts))
        if other is not None and (other.field.quantity, other.channel) == (found.field.quantity, found.channel):
            alike.append(path.partition("/")[0])
    if len(alike) == 1:
        return found.channel
    if alike.count(node) > 1:
        return f"{node}/{name}"
    return f"{node}/{found.channel}" if found.channel else node


def _put(draft: Draft, found: Meaning, name: str, text: str, told: Told) -> None:
    """A value; of a boolean whose label for true says off or closed, the other way round."""
    if QUANTITIES[found.field.quantity].kind != "state":
        draft.put(found.field, text, name, found.channel)
        return
    state = state_of(text)
    if told.datatype == "enum" and found.field.quantity == "actuator.on" and text.lower() not in SWITCHED:
        draft.take("enum", text)  # a garage door's state may be open: that is not on
    elif state is not None:
        draft.put(found.field, 1 - state if state_of(told.label) == 0 else state, name, found.channel)
    elif told.datatype == "enum":
        draft.take("enum", text)
    else:
        draft.refuse(Reason.MALFORMED, f"{name}: {text[:40]!r} is neither true nor false")


CODEC = Codec(
    name=NAME,
    title="Homie",
    families="devices of the Homie convention 5; properties are known by name, datatype and unit",
    decode=drafted(_fill, {}, LEFT),
    topics=("homie/5/#",),
    fields=FIELDS,
    left=LEFT,
    stateful=True,
)
