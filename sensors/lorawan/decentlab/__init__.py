"""Decentlab sensors: protocol version 2, big-endian 16-bit words in blocks that a field of flags announces.

From the vendor's decoders (decentlab/decentlab-decoders). The number that a frame begins with is that of the device,
not of the product: the bytes do not say what their blocks are, so the model must be named, as `models` does it. Some
products come in variants; their figures follow the model in brackets, as ``dl-pr26(Pmin=0,Pmax=4)``, in place of those
published. Without a model only what all products agree on whose frames look like this one is read, the battery first of
all, which every frame of every product holds; the rest is refused.
"""

import re
from collections.abc import Iterator

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed, NeedsCodec, drafted, number
from sensors.lorawan.decentlab.blocks import Model
from sensors.lorawan.decentlab.fields import FIELDS, LEFT
from sensors.lorawan.decentlab.models import MODELS
from sensors.model import Codec, Reason
from sensors.units import clean

NAME = "lorawan_decentlab"

VERSION = 2

MOST_BYTES = 242
"""Of a LoRaWAN payload (LoRaWAN Regional Parameters, RP002-1.0.4)."""

EVERYWHERE = "Battery voltage"
"""What every frame tells."""

_MODEL = re.compile(r"(?:dl-)?([a-z0-9-]+?) ?(?:\((.*)\))?")


def _fill(draft: Draft) -> None:
    if len(draft.message.payload) > MOST_BYTES:
        raise Malformed(f"{len(draft.message.payload)} bytes are no LoRaWAN payload")
    frame = Cursor(draft.message.payload)
    if (version := frame.unsigned(1)) != VERSION:
        raise Malformed(f"protocol version {version}, not {VERSION}")
    frame.take(2)  # the device's number
    flags = frame.unsigned(2)
    if frame.left % 2:
        raise Malformed("half a word at the end")
    words = [frame.unsigned(2) for _ in range(frame.left // 2)]
    model = draft.context.model.lower()
    for name, value in _read(_named(model), flags, words) if model else _agreed(draft, flags, words):
        if value is None:
            draft.refuse(Reason.MALFORMED, f"{name}: no value comes of these words")
        else:
            draft.take(name, value)


def _agreed(draft: Draft, flags: int, words: list[int]) -> list[tuple[str, float | None]]:
    """The values that no product which may have sent this would read otherwise. Raises Malformed when none may have."""
    found = {}
    for name, candidate in MODELS.items():
        try:
            values = list(_read(candidate, flags, words))
        except Malformed:
            continue
        if any(value == EVERYWHERE for value, _ in values):
            found[name] = values
    if not found:
        raise Malformed(f"flags {flags:#06x} with {len(words)} words: the frame is of no product that is known")
    first, *others = found.values()
    agreed = [value for value in first if all(value in other for other in others)]
    if any(len(values) > len(agreed) for values in found.values()):
        detail = f"its blocks may be those of {', '.join(found)}: name {NAME}/<model>"
        draft.refuse(Reason.NEEDS_CODEC, detail)
    return agreed


def _named(text: str) -> Model:
    found = _MODEL.fullmatch(text)
    model = MODELS.get(f"dl-{found[1]}") if found else None
    if not found or not model:
        raise NeedsCodec(f"no model {text[:40]!r}")
    given = dict(part.partition("=")[::2] for part in (found[2] or "").replace(" ", "").split(",") if part)
    own = {name: number(given.pop(name.lower(), default)) for name, default in model.parameters.items()}
    if given or not all(value is not None for value in own.values()):
        raise NeedsCodec(f"model {text[:60]!r}: its figures are {', '.join(own) or 'none'}, each with a number")
    return model._replace(parameters={name: value for name, value in own.items() if value is not None})


def _read(model: Model, flags: int, words: list[int]) -> Iterator[tuple[str, float | None]]:
    """Names and values; None where a formula has none. Raises Malformed when the frame has another shape."""
    blocks = [block for bit, block in enumerate(model.blocks) if flags >> bit & 1]
    if flags >> len(model.blocks) or sum(block.words for block in blocks) != len(words):
        raise Malformed(f"flags {flags:#06x} with {len(words)} words are not of this product")
    for block in blocks:
        own, words = words[: block.words], words[block.words :]
        for value in block.values:
            if isinstance(value, str):
                yield value, 0.0
                continue
            try:
                yield value.name, clean(value.of(own, model.parameters))
            except (ArithmeticError, ValueError):  # a resistance that no thermometer has
                yield value.name, None


def _described(model: Model) -> str:
    """For people: what it measures, and the figures that a variant may have of its own."""
    figures = ",".join(f"{name}={value:g}" for name, value in model.parameters.items())
    return f"{model.title} ({figures})" if figures else model.title


CODEC = Codec(
    name=NAME,
    title="Decentlab",
    families="DL-IAM, DL-LP8P, DL-PM, DL-DLR2 and the other products of protocol version 2",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    models={name: _described(model) for name, model in MODELS.items()},
    lorawan=True,
)
