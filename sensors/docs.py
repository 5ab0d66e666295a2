"""The tables in README.md: ``python -m sensors.docs`` rewrites them, ``--check`` exits 1 when they differ."""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sensors.generated import keep
from sensors.model import Codec, Field
from sensors.quantities import QUANTITIES, Quantity
from sensors.registry import CODECS

README = Path(__file__).with_name("README.md")


def quantities() -> str:
    """The table of quantities in Markdown."""
    head = "quantity", "unit", "UCUM", "kind", "plausible", "Brick", "Haystack", "English", "French"
    return _table(head, map(_quantity, QUANTITIES.values()))


def formats() -> str:
    """The table of formats, and of each what is taken and what is left, in Markdown."""
    head = "codec", "format", "reads", "topics"
    rows = [(f"`{codec.name}`", codec.title, codec.families, _topics(codec)) for codec in CODECS.values()]
    return _table(head, rows) + "\n" + "\n".join(map(_details, CODECS.values()))


SECTIONS: Mapping[str, Callable[[], str]] = {"formats": formats, "quantities": quantities}
"""What is written between the markers of these names."""


def written(text: str) -> str:
    """The text with its tables brought up to date between their markers; ValueError when a marker is missing."""
    for name, section in SECTIONS.items():
        begin, end = f"<!-- {name}: written by python -m sensors.docs -->\n", f"<!-- end of {name} -->\n"
        head, found, rest = text.partition(begin)
        _, closed, tail = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{README} lacks the marker {(end if found else begin).strip()!r}")
        text = head + begin + "\n" + section() + "\n" + end + tail
    return text


def _details(codec: Codec) -> str:
    parts = [f"<details><summary><code>{codec.name}</code> — {codec.title}</summary>\n"]
    if codec.models:
        named = "".join(f"- `{codec.name}/{model}`: {text}\n" for model, text in codec.models.items())
        parts.append(f"Models to be named where the bytes do not tell:\n\n{named}")
    if codec.fields:
        parts.append(_table(("at the source", "quantity", "channel"), _taken(codec.fields)))
    if codec.left:
        parts.append(_table(("not taken", "why"), _left(codec.left)))
    return "\n".join([*parts, "</details>\n"])


def _taken(fields: Mapping[str, Field]) -> Iterable[tuple[str, ...]]:
    """One row per quantity and channel, with all the names that lead there."""
    sources: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, field in fields.items():
        sources[field.quantity, field.channel].append(name)
    return ((_names(names), f"`{quantity}`", channel) for (quantity, channel), names in sources.items())


def _left(left: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    sources: dict[str, list[str]] = defaultdict(list)
    for name, reason in left.items():
        sources[reason].append(name)
    return ((_names(names), reason) for reason, names in sources.items())


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names).replace("|", "\\|")


def _topics(codec: Codec) -> str:
    if codec.lorawan:
        return "inside LoRaWAN envelopes"
    return _names(codec.topics) or "those the estate names"


def _quantity(row: Quantity) -> tuple[str, ...]:
    span = f"{row.low:g} to {row.high:g}"
    if row.kind == "counter":
        span += f", at most {row.rate:.4g} a second"
    return f"`{row.name}`", row.unit or "–", f"`{row.ucum}`", row.kind, span, row.brick, row.haystack, row.en, row.fr


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    sys.exit(keep({README: written(README.read_text(encoding="utf-8"))}, "sensors.docs"))
