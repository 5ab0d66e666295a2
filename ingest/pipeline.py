"""From messages to points: pure, but for the memory of the last receipt time of each topic.

Every message ends in exactly one of points, a `Rejected` or an `Ignored` (law 1); one whose readings part ways gives
its good points and counts as rejected.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from estate.model import Estate, Placement, Point
from sensors.decode import decode
from sensors.memory import Memory
from sensors.model import Decoded, Ignored, Message, Reason, Rejected, Request
from sensors.routes import MOST_LETTERS, Routes

MOST_TOPICS = 250_000
"""Remembered at most; when they are forgotten, messages within one millisecond may share a time."""


MOST_CHANNELS = 1_000
"""Of one device: each is one more series in the store, and whoever numbers messages by them must not fill it."""

_point = partial(tuple.__new__, Point)  # half the time of Point(…), and three for each message


class Outcome(NamedTuple):
    """What became of a batch. Each message counts once: stored, rejected or ignored."""

    points: list[Point]
    stored: list[Message]  # those whose every reading is a point
    rejected: list[Rejected]
    ignored: list[Ignored]
    requests: list[Request]


class Pipeline:
    """The pure half of the ingester."""

    def __init__(self, estate: Estate, routes: Routes) -> None:
        self._estate = estate
        self._routes = routes
        self.memory = routes.context.memory or Memory()
        self._received: dict[str, int] = {}
        self._channels: dict[str, set[str]] = {}  # by device, of those that are placed

    def knows(self, device: str) -> bool:
        """Whether today's estate does."""
        return self._estate.knows(device)

    def place(self, device: str, at_ms: int) -> Placement | None:
        """Where today's estate says that the device was."""
        return self._estate.place(device, at_ms)

    def adopt(self, estate: Estate, routes: Routes) -> None:
        """From now on read and place by these; what formats were told stays."""
        self._estate, self._routes = estate, routes

    def process(
        self, messages: Sequence[Message], now_ms: int, see: Callable[[Message, Decoded], None] | None = None
    ) -> Outcome:
        """Decode, check and place a batch; whoever wants to `see` what was decoded does so on the way."""
        outcome = Outcome([], [], [], [], [])
        points, stored = outcome.points, outcome.stored
        for message in messages:
            decoded = decode(message, self._routes, now_ms)
            if see:
                see(message, decoded)
            if decoded.requests:
                outcome.requests.extend(decoded.requests)
            problem = self._place(message, decoded, points)
            if problem is None:
                stored.append(message)
            elif isinstance(problem, Rejected):
                outcome.rejected.append(problem)
            else:
                outcome.ignored.append(problem)
        return outcome

    def stamp(self, messages: Sequence[Message]) -> list[Message]:
        """The messages, each with a time of receipt later than that of its topic's last one.

        Readings timed by their receipt would otherwise overwrite each other (law 3).
        """
        stamped, received = [], self._received
        for message in messages:
            topic, payload, received_ms, qos, retained = message
            last = received.get(topic)
            if last is None:
                if len(topic) > MOST_LETTERS:  # nobody reads it
                    stamped.append(message)
                    continue
                if len(received) >= MOST_TOPICS:
                    received.clear()
            elif received_ms <= last:
                received_ms = last + 1
                message = Message(topic, payload, received_ms, qos, retained)
            received[topic] = received_ms
            stamped.append(message)
        return stamped

    def _place(self, message: Message, decoded: Decoded, points: list[Point]) -> Rejected | Ignored | None:
        """Add the points of the readings that have a place; what kept the others from being points, if anything."""
        problem, claimed = decoded.problem, decoded.building
        last, last_ms, nowhere, building, zone = None, 0, None, "", ""
        for device, channel, quantity, value, at_ms in decoded.readings:
            if at_ms != last_ms or device != last:  # mostly all readings of a message share them
                last, last_ms = device, at_ms
                placement = self._estate.place(device, at_ms)
                if placement is None or (claimed and claimed != placement.building):
                    nowhere = self._nowhere(message, device, claimed, placement)
                else:
                    nowhere, (building, zone, _, _) = None, placement
            if channel and nowhere is None and self._too_many(device, channel):
                detail = f"{device!r} has named {MOST_CHANNELS} channels already, and {channel!r} is a new one"
                problem = problem or Rejected(message, Reason.TOO_MANY_CHANNELS, detail, device)
            elif nowhere is None:
                points.append(_point((device, channel, quantity, value, at_ms, building, zone)))
            elif problem is None:
                problem = nowhere
        return problem

    def _too_many(self, device: str, channel: str) -> bool:
        known = self._channels.setdefault(device, set())
        if channel in known or len(known) < MOST_CHANNELS:
            known.add(channel)
            return False
        return True

    def _nowhere(self, message: Message, device: str, claimed: str, placement: Placement | None) -> Rejected:
        """Why a reading has no place, or not that which its topic claims."""
        if placement is None:
            if self._estate.knows(device):
                detail = f"{device!r} was placed nowhere then; see its dates in devices.csv"
                return Rejected(message, Reason.NOT_PLACED, detail, device)
            detail = f"{device!r} is not in the estate; add it to devices.csv"
            return Rejected(message, Reason.UNKNOWN_DEVICE, detail, device)
        known = placement.building
        detail = f"{device!r}: the topic says building {claimed!r}, the estate {known!r}; correct the one that is wrong"
        return Rejected(message, Reason.WRONG_BUILDING, detail, device)
