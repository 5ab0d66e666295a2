"""Law 1: every message received is claimed by exactly one count, at every moment."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.ledger import Ledger
from ingest.pipeline import Outcome
from sensors.model import Ignored, Reason, Rejected, Unused
from tests.ingest.values import message, point

PLAIN = message("b01-electricity")


def outcome(stored: int, rejected: list[Reason], ignored: list[Unused]) -> Outcome:
    """What so many messages came to."""
    return Outcome(
        [point(float(n)) for n in range(stored)],
        [PLAIN] * stored,
        [Rejected(PLAIN, reason, "") for reason in rejected],
        [Ignored(PLAIN, reason) for reason in ignored],
        [],
        [],
    )


def test_example() -> None:
    """Ten messages: five stored, one refused, one ignored, two in the spool, one still worked on."""
    ledger = Ledger()
    ledger.take(10)
    ledger.settle(outcome(5, [Reason.MALFORMED], [Unused.CONTROL]))
    ledger.spool(2)

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
    """A message that vanishes on its way leaves a difference."""
    ledger = Ledger()
    ledger.take(3)
    ledger.in_flight -= 1

    assert 1 == ledger.difference


@settings(max_examples=50)
@given(st.data())
def test_conservation(data: st.DataObject) -> None:
    """Whatever happens, in whatever order, the counts claim each message once, and none falls below zero."""
    ledger = Ledger()
    ledger.found(data.draw(st.integers(0, 5)))
    for _ in range(data.draw(st.integers(0, 30))):
        match data.draw(st.sampled_from(["take", "spool", "unspool", "settle"])):
            case "take":
                ledger.take(data.draw(st.integers(0, 20)))
            case "spool":
                ledger.spool(data.draw(st.integers(0, ledger.in_flight)))
            case "unspool":
                ledger.unspool(data.draw(st.integers(0, ledger.spooled)))
            case "settle":
                ledger.settle(data.draw(_outcomes(ledger.in_flight)))

        assert 0 == ledger.difference
        assert min(ledger.in_flight, ledger.spooled) >= 0


@st.composite
def _outcomes(draw: st.DrawFn, most: int) -> Outcome:
    stored = draw(st.integers(0, most))
    rejected = draw(st.lists(st.sampled_from(list(Reason)), max_size=most - stored))
    ignored = draw(st.lists(st.sampled_from(list(Unused)), max_size=most - stored - len(rejected)))
    return outcome(stored, rejected, ignored)
