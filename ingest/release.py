"""Out of the quarantine: refused messages go again through today's decoders and estate.

They keep their time of receipt, so that releasing twice writes the same points (law 3). What is refused again stays,
with today's reason. A crash on the way repeats at most one part.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from sqlite3 import Connection
from typing import NamedTuple

from estate.model import Estate
from ingest.account.books import Books
from ingest.account.events import Event, purged_by_hand, released
from ingest.account.ledger import IGNORED
from ingest.intake import Intake
from ingest.pipeline import Outcome
from ingest.quarantine import (
    Quarantined,
    Selection,
    count,
    newest,
    next_quarantined,
    purge,
    refused_devices,
    settle_release,
)
from sensors.model import Message, Reason, Rejected
from store.state import State

PART = 500
"""Messages released in one go."""


class Released(NamedTuple):
    """What a release did."""

    released: int  # messages that left the quarantine
    stored: int  # of them, those whose every reading is stored; the others are ignored by today's decoders
    refused: int  # messages that were refused again


async def release(intake: Intake, selection: Selection, progress: Callable[[int, int], None]) -> Released:
    """Release the selected messages, the oldest first; `progress` hears: messages tried, of how many.

    One release at a time. Raises StoreUnavailable, sqlite3.OperationalError; what was released by then stays released.
    """
    async with intake.releasing:
        selection = await _those_of_now(intake.state, selection)
        total = await intake.state.read(lambda db: count(db, selection))
        part = partial(next_quarantined, limit=PART, selection=selection)
        last, tried, stored, refused = 0, 0, 0, 0
        while entries := await intake.state.read(partial(part, after=last)):
            outcome = await intake.admit([entry.message for entry in entries])
            again = _by_entry(entries, outcome)
            gone = [entry for entry in entries if entry.id not in again]
            anew = [(entry.id, again[entry.id]) for entry in entries if entry.id in again and _changed(entry, again)]
            happened = _released(gone, outcome)
            if gone or anew:
                await intake.books.commit(partial(_settle, gone=gone, again=anew, happened=happened))
            last, tried = entries[-1].id, tried + len(entries)
            stored, refused = stored + happened.booking["stored"], refused + len(again)
            progress(min(tried, total), total)
        return Released(tried - refused, stored, refused)


async def purge_all(books: Books, state: State, selection: Selection) -> int:
    """Throw the selected messages away for good, in parts; how many that were."""
    selection = await _those_of_now(state, selection)

    def work(db: Connection) -> list[Event]:
        gone = purge(db, selection)
        return [purged_by_hand(gone)] if gone else []

    total = 0
    while part := await books.commit(work):
        total += part[0].booking["purged"]
    return total


async def reconsider(intake: Intake, estate: Estate) -> Released:
    """Release what this estate says something new of: devices it knows, has placed or has given a codec, and topics.

    To be called when the estate has changed, and at a start: nothing sent before commissioning is lost.
    """
    selections = [Selection(reason=Reason.UNKNOWN_TOPIC)]
    for reason in (Reason.UNKNOWN_DEVICE, Reason.NOT_PLACED, Reason.WRONG_BUILDING, Reason.NEEDS_CODEC):
        devices = await intake.state.read(partial(refused_devices, reason=reason))
        selections += [Selection(reason=reason, device=device) for device in devices if estate.knows(device)]
    done = [await release(intake, selection, lambda tried, total: None) for selection in selections]
    return Released(*(sum(each) for each in zip(*done, strict=True)))


async def enlighten(intake: Intake) -> Released:
    """Release what waited for its birth, once there was a birth."""
    memory = intake.pipeline.memory
    if not memory.born:
        return Released(0, 0, 0)
    memory.born = False
    try:
        return await release(intake, Selection(reason=Reason.NEEDS_BIRTH), lambda tried, total: None)
    except BaseException:
        memory.born = True
        raise


async def _those_of_now(state: State, selection: Selection) -> Selection:
    """Without those that come from now on: where they come fast there would be no end."""
    end = await state.read(newest) + 1
    return selection._replace(below=end if selection.below is None else min(end, selection.below))


def _by_entry(entries: list[Quarantined], outcome: Outcome) -> dict[int, Rejected]:
    """By id: what was refused again. Equal messages share their fate."""
    refused: dict[Message, Rejected] = {rejected.message: rejected for rejected in outcome.rejected}
    return {entry.id: refused[entry.message] for entry in entries if entry.message in refused}


def _released(gone: list[Quarantined], outcome: Outcome) -> Event:
    """What became of those that leave: as `_by_entry`, by message."""
    unused = {ignored.message: ignored.reason for ignored in outcome.ignored}
    ignored = Counter(IGNORED[unused[entry.message]] for entry in gone if entry.message in unused)
    return released(len(gone) - ignored.total(), ignored, len(outcome.points))


def _settle(db: Connection, gone: list[Quarantined], again: list[tuple[int, Rejected]], happened: Event) -> list[Event]:
    settle_release(db, [entry.id for entry in gone], again)
    return [happened]


def _changed(entry: Quarantined, again: Mapping[int, Rejected]) -> bool:
    """Whether it was refused again for another reason."""
    now = again[entry.id]
    return (entry.reason, entry.device, entry.detail) != (now.reason, now.device, now.detail)
