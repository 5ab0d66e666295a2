"""JSON taken apart: every value with the way to it, so that a codec is a table of ways and nothing slips past it."""

from collections.abc import Iterator
from typing import Any

from sensors.draft import Malformed

MOST_LEAVES = 1_000
"""Values in one message; the fullest status of a device has some two hundred."""

MOST_DEPTH = 8
MOST_NAME = 64
"""Characters of a key: it may become a channel."""

Way = tuple[str, ...]


def leaves(value: Any) -> list[tuple[Way, Any]]:
    """Every value that is no object or array, under its keys and indices. Raises Malformed beyond the bounds."""
    found: list[tuple[Way, Any]] = []
    for leaf in _walk(value, ()):
        if len(found) >= MOST_LEAVES:
            raise Malformed(f"more than {MOST_LEAVES} values")
        found.append(leaf)
    return found


def _walk(value: Any, way: Way) -> Iterator[tuple[Way, Any]]:
    if len(way) > MOST_DEPTH:
        raise Malformed(f"nested deeper than {MOST_DEPTH} levels at {'.'.join(way)[:64]}")
    match value:
        case dict():
            for key, inner in value.items():
                if len(key) > MOST_NAME:
                    raise Malformed(f"a name of {len(key)} characters: {key[:20]}…")
                yield from _walk(inner, (*way, key))
        case list():
            for index, inner in enumerate(value):
                yield from _walk(inner, (*way, str(index)))
        case _:
            yield way, value
