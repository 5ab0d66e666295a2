import sqlite3
from functools import partial
from pathlib import Path

from alerts import outbox
from alerts.outbox import Letter, Queued
from tests.alerts.values import open_state

LETTER = Letter("dupont@example.org", "subject", "<p>html</p>", "text", b"png")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def test_survives_a_restart(tmp_path: Path) -> None:
    """What was queued is due after the state has been closed and opened again."""
    with open_state(tmp_path) as state:
        state.run_now(lambda db: outbox.put(db, "key", "atelier", LETTER, 1_000))

    with open_state(tmp_path) as state:
        assert [Queued(1, "key", 1_000, 0, LETTER)] == state.run_now(lambda db: outbox.due(db, 1_000))


def test_an_announcement_is_queued_once(tmp_path: Path) -> None:
    """The same announcement queued again changes nothing, sent or not."""
    with open_state(tmp_path) as state:
        for _ in range(2):
            state.run_now(lambda db: outbox.put(db, "key", "atelier", LETTER, 1_000))
            for mail in state.run_now(lambda db: outbox.due(db, 1_000)):
                state.run_now(lambda db, mail=mail: outbox.sent(db, mail))  # type: ignore[misc]

        assert [("sent", 1)] == [(each.status, each.attempts) for each in state.run_now(outbox.sendings)]


def test_pauses_double_until_three_days(tmp_path: Path) -> None:
    """One minute, two, four …, at most an hour; after three days the mail is kept as failed, with the reason."""
    with open_state(tmp_path) as state:
        state.run_now(lambda db: outbox.put(db, "key", "atelier", LETTER, 0))
        tried = [now for now in range(0, 4 * DAY, MINUTE) if state.run_now(partial(_fail_what_is_due, now))]

        assert [0, 1, 3, 7, 15, 31, 63, 123, 183] == [at // MINUTE for at in tried[:9]]
        assert 3 * DAY <= tried[-1] < 3 * DAY + HOUR
        assert [("failed", "server away")] == [(each.status, each.error) for each in state.run_now(outbox.sendings)]


def _fail_what_is_due(now_ms: int, db: sqlite3.Connection) -> int:
    found = outbox.due(db, now_ms)
    for mail in found:
        outbox.failed(db, mail, "server away", now_ms)
    return len(found)
