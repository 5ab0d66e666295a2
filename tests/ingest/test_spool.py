"""What is kept in the instance's file comes back as it was, in order."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import quarantine, spool
from ingest.drain import PART_BYTES
from ingest.quarantine import Quarantined, Selection
from ingest.spool import SpoolFull
from sensors.model import Message, Reason, Rejected
from store.state import State
from tests.ingest.values import NOW_MS, message

FIRST, SECOND, THIRD = (message(said=text) for text in (b"first", b"second", b"third"))


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with State(tmp_path / "state.sqlite") as opened:
        yield opened


def test_in_order(state: State) -> None:
    """The spool gives the oldest first, as many as asked for, and forgets those taken out."""
    state.run_now(lambda db: spool.spool(db, [FIRST, SECOND]))
    state.run_now(lambda db: spool.spool(db, [THIRD]))
    oldest = state.run_now(lambda db: spool.next_spooled(db, 0, 2, PART_BYTES))

    assert [FIRST, SECOND] == oldest.messages
    assert [THIRD] == state.run_now(lambda db: spool.next_spooled(db, oldest.last_id, 2, PART_BYTES)).messages
    state.run_now(lambda db: spool.unspool(db, oldest, []))

    assert 1 == state.run_now(spool.spooled)
    assert [THIRD] == state.run_now(lambda db: spool.next_spooled(db, 0, 2, PART_BYTES)).messages


def test_size_and_bound(state: State) -> None:
    """The size follows what is in it; beyond the bound nothing is added, but an empty spool takes any batch."""
    one = state.run_now(lambda db: spool.spool(db, [FIRST], most_bytes=1))
    with pytest.raises(SpoolFull, match="spool_mb"):
        state.run_now(lambda db: spool.spool(db, [SECOND], most_bytes=2 * one - 1))
    two = state.run_now(lambda db: spool.spool(db, [SECOND, THIRD], most_bytes=4 * one))
    first = state.run_now(lambda db: spool.next_spooled(db, 0, 1, PART_BYTES))
    left = state.run_now(lambda db: spool.unspool(db, first, []))

    assert [one, two] == [spool.ROW_BYTES + len(FIRST.topic) + len(FIRST.payload), left + one]
    assert (2, left) == (state.run_now(spool.spooled), state.run_now(spool.size))


def test_parts_are_bounded_by_bytes(state: State) -> None:
    """A part holds no more than so many bytes, but always a message."""
    state.run_now(lambda db: spool.spool(db, [FIRST, SECOND, THIRD]))
    parts = [state.run_now(partial(spool.next_spooled, after=0, limit=9, most_bytes=most)) for most in (1, 6, 10**6)]

    assert [1, 2, 3] == [len(part.messages) for part in parts]


def test_order_outlives_an_emptied_spool(tmp_path: Path) -> None:
    """Ids may be used again once the spool was empty; order holds all the same, also over a restart."""
    first = [message(said=said) for said in (b"1", b"2", b"3")]
    second = [message(said=said) for said in (b"4", b"5", b"6")]

    assert first == through_the_spool(tmp_path, first)
    assert second == through_the_spool(tmp_path, second)


def through_the_spool(folder: Path, messages: list[Message]) -> list[Message]:
    """What one run takes out again, to the last."""
    with State(folder / "state.sqlite") as state:
        state.run_now(lambda db: spool.spool(db, messages))
        oldest = state.run_now(lambda db: spool.next_spooled(db, 0, 10, PART_BYTES))
        state.run_now(lambda db: spool.unspool(db, oldest, []))

        assert (0, 0) == (state.run_now(spool.spooled), state.run_now(spool.size))
    return oldest.messages


def test_refused_while_taken_out(state: State) -> None:
    """What leaves the spool refused is in the quarantine from the same moment."""
    state.run_now(lambda db: spool.spool(db, [FIRST, SECOND]))
    refused = Rejected(FIRST, Reason.STORE_REFUSED, "cursed")
    first = state.run_now(lambda db: spool.next_spooled(db, 0, 1, PART_BYTES))
    state.run_now(lambda db: spool.unspool(db, first, [refused]))

    assert [Quarantined(1, FIRST, Reason.STORE_REFUSED, "cursed", "")] == state.run_now(
        lambda db: quarantine.quarantined(db, 10)
    )
    assert 1 == state.run_now(spool.spooled)


def test_quarantine(state: State) -> None:
    """Newest first, by reason or all, by number, and counted; a number that is not there is None."""
    entries = [
        Rejected(FIRST, Reason.MALFORMED, "one"),
        Rejected(SECOND, Reason.WRONG_TIME, "two"),
        Rejected(THIRD, Reason.MALFORMED, "three"),
    ]
    state.run_now(lambda db: quarantine.quarantine(db, entries))

    assert ["three", "two"] == [entry.detail for entry in state.run_now(lambda db: quarantine.quarantined(db, 2))]
    assert ["three", "one"] == [
        entry.detail
        for entry in state.run_now(lambda db: quarantine.quarantined(db, 9, Selection(reason=Reason.MALFORMED)))
    ]
    assert Quarantined(2, SECOND, Reason.WRONG_TIME, "two", "") == state.run_now(
        lambda db: quarantine.quarantined(db, 1, Selection(ids=[2]))[0]
    )
    assert [] == state.run_now(lambda db: quarantine.quarantined(db, 1, Selection(ids=[4])))
    assert {Reason.MALFORMED: 2, Reason.WRONG_TIME: 1} == state.run_now(quarantine.quarantine_counts)


@settings(max_examples=20)
@given(
    st.lists(
        st.builds(
            Message,
            st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
            st.binary(max_size=100),
            st.integers(0, 2 * NOW_MS),
            st.integers(0, 1),
            st.booleans(),
        ),
        max_size=10,
    )
)
def test_messages_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, messages: list[Message]) -> None:
    """Any topic MQTT allows and any bytes survive the file, in spool and quarantine."""
    with State(tmp_path_factory.mktemp("state") / "state.sqlite") as state:
        state.run_now(lambda db: spool.spool(db, messages))
        state.run_now(lambda db: quarantine.quarantine(db, [Rejected(each, Reason.MALFORMED, "") for each in messages]))
        spooled = state.run_now(lambda db: spool.next_spooled(db, 0, 99, PART_BYTES)).messages
        quarantined = [entry.message for entry in state.run_now(lambda db: quarantine.quarantined(db, 99))]

    assert messages == spooled
    assert messages == quarantined[::-1]
