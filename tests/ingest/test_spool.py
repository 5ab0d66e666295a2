"""What is kept in the instance's file comes back as it was, in order."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import quarantine, spool
from ingest.quarantine import Quarantined, Selection
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
    oldest = state.run_now(lambda db: spool.oldest_spooled(db, 2))

    assert [FIRST, SECOND] == [entry for _, entry in oldest]
    state.run_now(lambda db: spool.unspool(db, oldest[-1][0], []))

    assert 1 == state.run_now(spool.spooled)
    assert [THIRD] == [entry for _, entry in state.run_now(lambda db: spool.oldest_spooled(db, 2))]


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
        oldest = state.run_now(lambda db: spool.oldest_spooled(db, 10))
        state.run_now(lambda db: spool.unspool(db, oldest[-1][0], []))

        assert 0 == state.run_now(spool.spooled)
    return [entry for _, entry in oldest]


def test_refused_while_taken_out(state: State) -> None:
    """What leaves the spool refused is in the quarantine from the same moment."""
    state.run_now(lambda db: spool.spool(db, [FIRST, SECOND]))
    refused = Rejected(FIRST, Reason.STORE_REFUSED, "cursed")
    ((first, _),) = state.run_now(lambda db: spool.oldest_spooled(db, 1))
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
        spooled = [entry for _, entry in state.run_now(lambda db: spool.oldest_spooled(db, 99))]
        quarantined = [entry.message for entry in state.run_now(lambda db: quarantine.quarantined(db, 99))]

    assert messages == spooled
    assert messages == quarantined[::-1]
