"""From messages to points: pure, but for the memory of the last receipt time of each topic.

Every message ends in exactly one of points, a `Rejected` or an `Ignored` (law 1); one whose readings part ways gives
its good points and counts as rejected.
"""

from collections.abc import Sequence
from typing import NamedTuple

from estate.model import Estate, Point
from sensors.decode import decode
from sensors.memory import Memory
from sensors.model import Decoded, Ignored, Message, Reason, Rejected, Request
from sensors.routes import MOST_LETTERS, Routes

MOST_TOPICS = 100_000
"""Remembered at most; when they are forgotten, messages within one millisecond may share a time."""


class Outcome(NamedTuple):
    """What became of a batch. Each message counts once: stored, rejected or ignored."""

    points: list[Point]
    stored: list[Message]  # those whose every reading is a point
    rejected: list[Rejected]
    ignored: list[Ignored]
    decoded: list[Decoded]  # one for each message, in order
    requests: list[Request]


class Pipeline:
    """The pure half of the ingester."""

    def __init__(self, estate: Estate, routes: Routes) -> None:
        self._estate = estate
        self._routes = routes
        self.memory = routes.context.memory or Memory()
        self._received: dict[str, int] = {}

    def knows(self, device: str) -> bool:
        """Whether today's estate does."""
        return self._estate.knows(device)

    def adopt(self, estate: Estate, routes: Routes) -> None:
        """From now on read and place by these; what formats were told stays."""
        self._estate, self._routes = estate, routes

    def process(self, messages: Sequence[Message], now_ms: int) -> Outcome:
        """Decode, check and place a batch."""
        outcome = Outcome([], [], [], [], [], [])
        for message in messages:
            decoded = decode(message, self._routes, now_ms)
            outcome.decoded.append(decoded)
            if decoded.requests:
                outcome.requests.extend(decoded.requests)
            problem = self._place(message, decoded, outcome.points)
            if problem is None:
                outcome.stored.append(message)
            elif isinstance(problem, Rejected):
                outcome.rejected.append(problem)
            else:
                outcome.ignored.append(problem)
        return outcome

    def stamp(self, message: Message) -> Message:
        """The message with a time of receipt later than that of its topic's last one.

        Readings timed by their receipt would otherwise overwrite each other (law 3).
        """
        last = self._received.get(message.topic)
        if last is None:
            if len(message.topic) > MOST_LETTERS:  # nobody reads it
                return message
            if len(self._received) >= MOST_TOPICS:
                self._received.clear()
        elif message.received_ms <= last:
            message = message._replace(received_ms=last + 1)
        self._received[message.topic] = message.received_ms
        return message

    def _place(self, message: Message, decoded: Decoded, points: list[Point]) -> Rejected | Ignored | None:
        """Add the points of the readings that have a place; what kept the others from being points, if anything."""
        problem, known, placement = decoded.problem, None, None
        for device, channel, quantity, value, at_ms in decoded.readings:
            if known != (device, at_ms):  # mostly all readings of a message share them
                known, placement = (device, at_ms), self._estate.place(device, at_ms)
            if placement is None:
                problem = problem or self._nowhere(message, device)
            elif decoded.building and placement.building != decoded.building:
                problem = problem or _wrong_building(message, device, decoded.building, placement.building)
            else:
                points.append(Point(device, channel, quantity, value, at_ms, placement.building, placement.zone))
        return problem

    def _nowhere(self, message: Message, device: str) -> Rejected:
        if self._estate.knows(device):
            detail = f"{device!r} was placed nowhere then; see its dates in devices.csv"
            return Rejected(message, Reason.NOT_PLACED, detail, device)
        detail = f"{device!r} is not in the estate; add it to devices.csv"
        return Rejected(message, Reason.UNKNOWN_DEVICE, detail, device)


def _wrong_building(message: Message, device: str, claimed: str, known: str) -> Rejected:
    detail = f"{device!r}: the topic says building {claimed!r}, the estate {known!r}; correct the one that is wrong"
    return Rejected(message, Reason.WRONG_BUILDING, detail, device)
