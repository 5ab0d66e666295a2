"""One value per topic, as text: the estate names the topic, the device, and what it is.

The codec's model is the quantity, with its unit behind a colon when that is not the table's:
``plain/climate.temperature``, ``plain/climate.temperature:°F``. A payload may write its unit itself (``21.5 °C``);
that one holds then. States are also told in words: on, off, true, false, open, closed.
"""

import re

from sensors.codecs.words import state_of, unit_of
from sensors.draft import Draft, Malformed, drafted, text_of
from sensors.model import Codec, Field
from sensors.quantities import QUANTITIES
from sensors.units import UNITS

NAME = "plain"

NONE = frozenset(("", "nan", "null", "none", "n/a", "unknown", "unavailable"))
"""Words by which a source says that it has no value, in lower case."""

MOST_LETTERS = 100

_VALUE = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?)\s*([^\d\s,.].*)?")


def _fill(draft: Draft) -> None:
    draft.device = draft.context.device or draft.message.topic
    quantity, unit = _named(draft.context.model)
    text = text_of(draft.message.payload).strip()
    if text.lower() in NONE:
        draft.absent(quantity)
        return
    state = state_of(text) if QUANTITIES[quantity].kind == "state" else None
    if state is not None:
        draft.add(quantity, state)
        return
    value = _VALUE.fullmatch(text) if len(text) <= MOST_LETTERS else None
    if value is None:
        raise Malformed(f"{text[:40]!r} is no value of {quantity}")
    if value[2]:
        unit = _unit_for(quantity, value[2])
    draft.put(Field(quantity, unit=unit), value[1], quantity)


def _named(model: str) -> tuple[str, str]:
    """The quantity and unit that the model names; Malformed when it names none."""
    quantity, _, unit = model.partition(":")
    if quantity not in QUANTITIES:
        said = f"names {quantity[:40]!r}, which is no quantity" if quantity else "names no quantity"
        raise Malformed(f"the estate {said}: write the device's codec as plain/climate.temperature, or as another")
    return quantity, _unit_for(quantity, unit)


def fault(model: str) -> str:
    """What is wrong with a model; "" when nothing is."""
    try:
        _named(model)
    except Malformed as error:
        return str(error)
    return ""


def _unit_for(quantity: str, text: str) -> str:
    unit = unit_of(text)
    if unit is None or (unit and UNITS[unit].base != QUANTITIES[quantity].unit):
        raise Malformed(f"{text[:20]!r} is no unit of {quantity}, which is in {QUANTITIES[quantity].unit or '0 or 1'}")
    return unit


CODEC = Codec(
    name=NAME,
    title="Plain values",
    families="anything that publishes one value per topic; the estate gives the topic and the quantity",
    decode=drafted(_fill, {}, {}),
    models={
        "climate.temperature": "any quantity of the table: the payload is in the table's unit",
        "climate.temperature:°F": "the same, in another unit of its kind",
    },
)
