"""What a gateway's programs write, one line each → messages to publish. Pure.

JSON lines are ``{"topic": …, "payload": …}``, or a native object with ``building`` and ``device``; CSV lines stand
under a header ``building,device,time,<quantity[@channel]>…``. Native readings without a time get that of their line, so
that publishing them again says the same again (law 3).
"""

import csv
import json
from datetime import UTC, datetime
from math import isfinite
from typing import Any, NamedTuple, NoReturn

MOST_TOPICS = 100_000
"""Whose last time is remembered; when they are forgotten, lines within one millisecond may share a time."""


class Outgoing(NamedTuple):
    """A message to publish."""

    topic: str
    payload: bytes


class BadLine(ValueError):
    """The line is no message; the text says why."""


class Lines:
    """Reads lines in their order. `header` is the CSV header that holds, "" before there is one."""

    def __init__(self, as_csv: bool, header: str = "") -> None:
        self.header = header
        self._csv = as_csv
        self._last: dict[str, int] = {}  # by topic, the time last given

    def message(self, line: bytes, now_ms: int) -> Outgoing | None:
        """The message; None for a header or a blank line. Raises BadLine."""
        try:
            text = line.decode("utf-8-sig").strip()
        except UnicodeDecodeError as error:
            raise BadLine("not UTF-8") from error
        if not text:
            return None
        if not self._csv:
            try:
                return self._of_object(_object(text), now_ms)
            except RecursionError as error:
                raise BadLine("nested too deeply") from error
        cells = _cells(text)
        if {"building", "device"} <= set(cells):
            self.header = text
            return None
        return self._of_object(self._row(cells), now_ms)

    def _row(self, cells: list[str]) -> dict[str, Any]:
        names = _cells(self.header)
        if not self.header:
            raise BadLine("no header came before it: the first line names building, device and quantities")
        if len(cells) > len(names):
            raise BadLine(f"{len(cells)} cells under {len(names)} columns")
        said: dict[str, Any] = {}
        for name, cell in zip(names, cells, strict=False):
            if cell:
                said[name] = cell if name in ("building", "device", "time") else _number(name, cell)
        return said

    def _of_object(self, said: dict[str, Any], now_ms: int) -> Outgoing:
        if "topic" in said:
            return self._published(said, now_ms)
        building, device = (_level(said, name) for name in ("building", "device"))
        payload = {name: value for name, value in said.items() if name not in ("building", "device")}
        if not payload.keys() - {"time"}:
            raise BadLine("no value")
        for name, value in payload.items():
            if name != "time" and (isinstance(value, bool) or not isinstance(value, int | float)):
                raise BadLine(f"{name}: {value!r} is no number")
        topic = f"microville/{building}/{device}/readings"
        return _outgoing(topic, json.dumps(self._timed(topic, payload, now_ms)))

    def _published(self, said: dict[str, Any], now_ms: int) -> Outgoing:
        """A topic and a payload, as they are; but native readings get a time where they have none."""
        topic, payload = said["topic"], said.get("payload")
        if said.keys() - {"topic", "payload"} or payload is None:
            raise BadLine("a line with a topic has a payload, and nothing else")
        if not isinstance(topic, str) or not topic or len(topic.encode(errors="replace")) > 65_535:
            raise BadLine("the topic is no text that can be one")
        if set(topic) & set("+#\0"):
            raise BadLine(f"topic {topic!r}: + and # are for subscribing")
        levels = topic.split("/")
        if levels[0] == "microville" and levels[3:] == ["readings"]:
            payload = self._native(topic, payload, now_ms)
        return _outgoing(topic, payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False))

    def _native(self, topic: str, payload: Any, now_ms: int) -> Any:
        said = payload
        if isinstance(payload, str):
            try:
                said = json.loads(payload)
            except ValueError:
                return payload  # not native after all: for the other side to refuse, and keep
        if isinstance(said, dict) and "time" not in said:
            return self._timed(topic, said, now_ms)
        if isinstance(said, list) and any(isinstance(each, dict) and "time" not in each for each in said):
            return [self._timed(topic, each, now_ms) if isinstance(each, dict) else each for each in said]
        return payload

    def _timed(self, topic: str, payload: dict[str, Any], now_ms: int) -> dict[str, Any]:
        """The payload with a time, later than the last one given to its topic."""
        if "time" in payload:
            _check_time(payload["time"])
            return payload
        if len(self._last) >= MOST_TOPICS:
            self._last.clear()
        at_ms = self._last[topic] = max(now_ms, self._last.get(topic, 0) + 1)
        return {"time": datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(), **payload}


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except BadLine:
        raise
    except ValueError as error:
        raise BadLine(f"not JSON: {error}") from error
    if not isinstance(said, dict):
        raise BadLine("not a JSON object")
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise BadLine("a name stands twice in one object")
    return said


def _no_constant(text: str) -> NoReturn:
    raise BadLine(f"{text} is no number")


def _cells(text: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
    except csv.Error as error:
        raise BadLine(f"quoting is broken: {error}") from error


def _number(name: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError as error:
        raise BadLine(f"{name}: {cell[:40]!r} is no number") from error
    if not isfinite(value):
        raise BadLine(f"{name}: {cell[:40]!r} is no number")
    return value


def _level(said: dict[str, Any], name: str) -> str:
    level = said.get(name)
    if not isinstance(level, str) or not level or set(level) & set("+#/\0"):
        raise BadLine(f"{name} is missing, or cannot stand in a topic")
    return level


def _check_time(given: Any) -> None:
    try:
        moment = datetime.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise BadLine(f"time {given!r} is no RFC 3339 time") from error
    if moment.tzinfo is None:
        raise BadLine(f"time {given!r} has no offset; add Z or the offset")


def _outgoing(topic: str, payload: str) -> Outgoing:
    try:
        topic.encode()
        return Outgoing(topic, payload.encode())
    except UnicodeEncodeError as error:
        raise BadLine("half a character in a text") from error
