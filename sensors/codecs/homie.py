"""Homie 5: one value per topic, ``homie/5/<device>/<node>/<property>``; types and units stand in `$description`.

After the Homie convention 5 (homieiot/convention, convention.md). The description is retained by the broker and
remembered here. A property that comes before its description is read only when its name leaves no doubt: in the unit
of the table where Homie recommends just one of that kind (or °C), ``true`` and ``false`` as the booleans they are.
Any other waits for the description (needs_birth). The channel is the node where a device has several of a kind.
"""

from collections.abc import Mapping
from typing import Any

from sensors.codecs.words import BOOLEAN, FIELDS, Meaning, is_contact, meaning, state_of, unit_of
from sensors.draft import Draft, Malformed, NeedsBirth, drafted, parsed_object, text_of
from sensors.model import Codec
from sensors.quantities import QUANTITIES

NAME = "homie_5"

MOST_PROPERTIES = 500
MOST_LETTERS = 64  # of an id, unit or type that is remembered

LEFT = {
    **dict.fromkeys(("string", "json"), "free text or a document, no measure"),
    **dict.fromkeys(("datetime", "duration"), "a time, no measure"),
    "color": "a setting",
    "enum": "a word, no measure; words of a state are taken",
}
"""By datatype."""

ATTRIBUTES = ("$target", "set")
"""Topics below a property: what is wanted, not what is."""


def _fill(draft: Draft) -> None:
    levels = draft.message.topic.split("/")
    if len(levels) < 4 or levels[1] != "5":
        raise Malformed("the topic is not homie/5/<device>/…")
    domain, _, device, node, *rest = levels
    draft.device = draft.context.device or device
    key = f"{domain}/{device}"
    if node == "$description" and draft.message.payload:
        draft.memory.learn(NAME, key, draft.message.received_ms, _description(draft.message.payload))
    if device.startswith("$") or node.startswith("$") or rest[1:] in ([attribute] for attribute in ATTRIBUTES):
        draft.control()
    elif len(rest) == 1:
        _property(draft, draft.memory.recall(NAME, key, draft.message.received_ms), node, rest[0])
    else:
        raise Malformed("the topic is not homie/5/<device>/<node>/<property>")


def _description(payload: bytes) -> dict[str, list[str]]:
    """By node/property: datatype, unit, and what true is called."""
    properties: dict[str, list[str]] = {}
    for node, said in _objects(parsed_object(payload).get("nodes")):
        for name, told in _objects(said.get("properties")):
            texts = [text if isinstance(text, str) else "" for text in map(told.get, ("datatype", "unit", "format"))]
            labels = texts[2].split(",") if texts[0] == "boolean" else []
            properties[f"{node}/{name}"[: 2 * MOST_LETTERS]] = [
                text[:MOST_LETTERS] for text in (texts[0], texts[1], labels[1] if len(labels) == 2 else "")
            ]
    if len(properties) > MOST_PROPERTIES:
        raise Malformed(f"a description of {len(properties)} properties, more than {MOST_PROPERTIES}")
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
    told = described.get(f"{node}/{name}")
    if told is None:
        raise NeedsBirth(f"{draft.device}: its $description says nothing of {node}/{name}")
    found = _meaning(name, *told)
    if found is None:
        draft.take(told[0] if told[0] in LEFT else f"{node}/{name}", text)
    else:
        _put(draft, found._replace(channel=_channel(described, found, node)), name, text, told[2])


def _untold(draft: Draft, name: str, text: str) -> None:
    found = meaning(name, BOOLEAN if text in ("true", "false") else "")
    if found is None:
        raise NeedsBirth(f"{draft.device}: what {name} is, and in which unit, stands in its $description")
    _put(draft, found, name, text)


def _meaning(name: str, datatype: str, unit: str, label: str) -> Meaning | None:
    if datatype == "boolean":
        # true says of a contact whether it is open or closed only when a label says so
        return None if is_contact(name) and state_of(label) is None else meaning(name, BOOLEAN)
    if datatype == "enum":
        return meaning(name, BOOLEAN)
    known = unit_of(unit) if datatype in ("float", "integer") else None
    return None if known is None else meaning(name, known)


def _channel(described: Mapping[str, list[str]], found: Meaning, node: str) -> str:
    """The node where several nodes of the device have this quantity, with the channel that the name itself gives."""
    nodes = set()
    for path, told in described.items():
        other, _, name = path.partition("/")
        same = _meaning(name, *told)
        if same is not None and (same.field.quantity, same.channel) == (found.field.quantity, found.channel):
            nodes.add(other)
    return "/".join(part for part in (node if len(nodes) > 1 else "", found.channel) if part)


def _put(draft: Draft, found: Meaning, name: str, text: str, label: str = "") -> None:
    """A value; of a boolean whose label for true says off or closed, the other way round."""
    if QUANTITIES[found.field.quantity].kind != "state":
        draft.put(found.field, text, name, found.channel)
    elif (state := state_of(text)) is None:
        draft.take("enum", text)
    else:
        draft.put(found.field, 1 - state if state_of(label) == 0 else state, name, found.channel)


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
