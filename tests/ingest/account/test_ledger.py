"""Law 1: every message received is claimed by exactly one count, at every moment."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.account import events
from ingest.account.events import Event
from ingest.account.ledger import Ledger, difference
from ingest.pipeline import Outcome
from sensors.model import Ignored, Reason, Rejected, Unused
from tests.ingest.values import message, point

PLAIN = message("b01-electricity")
HOUR_MS = 3_600_000


def outcome(stored: int, rejected: list[Reason], ignored: list[Unused]) -> Outcome:
    """What so many messages came to."""
    return Outcome(
        [point(float(n)) for n in range(stored)],
        [PLAIN] * stored,
        [Rejected(PLAIN, reason, "") for reason in rejected],
        [Ignored(PLAIN, reason) for reason in ignored],
        [],
    )


def test_example() -> None:
    """Ten messages: five stored, one refused, one ignored, two in the spool, one still worked on."""
    ledger = Ledger()
    for event in (
        events.taken(10),
        events.settled(7, outcome(5, [Reason.MALFORMED], [Unused.CONTROL])),
        events.spooled(2),
    ):
        ledger.book(event.booking, 0)

    assert (10, 5, 1, 1, 2, 1) == (
        ledger.received,
        ledger.stored,
        ledger.quarantined[Reason.MALFORMED],
        ledger.ignored[Unused.CONTROL],
        ledger.spooled,
        ledger.in_flight,
    )
    assert 5 == ledger.readings_stored
    assert 0 == ledger.difference


def test_loss_shows() -> None:
    """A message that comes to no end leaves a difference."""
    ledger = Ledger()
    ledger.book(events.taken(3).booking)
    ledger.book(events.settled(3, outcome(2, [], [])).booking)

    assert 1 == ledger.difference


def test_owed_until_paid() -> None:
    """What was counted under an hour is owed to the file until it is paid, and again when that failed."""
    ledger = Ledger()
    ledger.book({"received": 2, "in_flight": 2}, 0)
    ledger.book({"received": 1, "in_flight": 1}, HOUR_MS)
    ledger.book({"received": 4, "spooled": 4})
    paid = ledger.pay()
    ledger.book({"in_flight": -1, "stored": 1}, HOUR_MS)
    ledger.owe(paid)

    assert {
        0: {"received": 2, "in_flight": 2},
        HOUR_MS: {"received": 1, "in_flight": 0, "stored": 1},
    } == ledger.owed()
    assert 7 == ledger.received


@st.composite
def outcomes(draw: st.DrawFn, count: int) -> Outcome:
    """What so many messages may come to."""
    ends = draw(st.lists(st.sampled_from(["stored", *Reason, *Unused]), min_size=count, max_size=count))
    return outcome(
        ends.count("stored"),
        [end for end in ends if isinstance(end, Reason)],
        [end for end in ends if isinstance(end, Unused)],
    )


@st.composite
def happenings(draw: st.DrawFn, in_flight: int, spooled: int) -> Event:
    """Something that can happen while so many messages are in flight and in the spool."""
    count = draw(st.integers(1, 20))
    flying, waiting = draw(st.integers(0, in_flight)), draw(st.integers(0, spooled))
    happened: Event = draw(
        st.one_of(
            st.just(events.taken(count)),
            st.just(events.spooled(flying)),
            outcomes(flying).map(lambda done: events.settled(flying, done)),
            outcomes(waiting).map(lambda done: events.drained(waiting, done)),
            outcomes(count).map(lambda done: events.admitted(count, done)),
            st.just(events.released(count, Counter({"ignored.control": 1}), count)),
            st.just(events.purged(count)),
        )
    )
    return happened


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_conservation(data: st.DataObject) -> None:
    """Whatever happens, in whatever order, the counts claim each message once, and none falls below zero."""
    ledger = Ledger()
    for hour in range(data.draw(st.integers(0, 30))):
        ledger.book(data.draw(happenings(ledger.in_flight, ledger.spooled)).booking, hour // 10)

        assert 0 == ledger.difference
        assert min(ledger.in_flight, ledger.spooled) >= 0
        assert {0} >= {difference(booking) for booking in ledger.owed().values()}
