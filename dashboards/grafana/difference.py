"""What of ours a server has otherwise: what it added by itself (ids, versions, defaults) is no difference. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

LONGEST = 60
"""Letters of a value shown in a difference."""


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Where they differ, one line each: the path, their value and ours. What we leave out is theirs."""
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key, value in ours.items():
            yield from differences(value, theirs.get(key), f"{path}.{key}" if path else key)
    elif _list(ours) and _list(theirs) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{path}[{number}]")
    elif ours != theirs and not (_nothing(ours) and _nothing(theirs)):
        yield f"{path}: {_shown(theirs)} → {_shown(ours)}"


def _list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _nothing(value: Any) -> bool:
    """Servers leave out what is empty, off or nought."""
    return value is None or value == "" or value is False or value == 0 or value == [] or value == {}


def _shown(value: Any) -> str:
    if _list(value):
        return f"{len(value)} entries"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
