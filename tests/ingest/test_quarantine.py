"""The quarantine: bounded, counted, selected, and let go by what today's estate says."""

import asyncio
from dataclasses import replace
from functools import partial

import pytest

from estate.model import Device, Placement
from ingest import quarantine as quarantines
from ingest.account.books import Books
from ingest.account.ledger import Ledger
from ingest.intake import Intake
from ingest.quarantine import (
    ALL,
    Selection,
    count,
    purge,
    purge_oldest,
    quarantine,
    quarantined,
    refused_devices,
    size,
)
from ingest.release import Released, enlighten, purge_all, reconsider, release
from sensors.model import Context, Reason, Rejected
from store.base import StoreUnavailable
from store.state import State
from tests.ingest.line import BalkyStore, agree, away
from tests.ingest.values import BEGIN_MS, END_MS, ESTATE, NOW_MS, PARIS, instant_of, message, pipeline
from tests.waiting import until

STRANGER = "b02-new"
KNOWN = replace(
    ESTATE,
    devices={**ESTATE.devices, STRANGER: Device(STRANGER, STRANGER, 60, "")},
    placements={**ESTATE.placements, STRANGER: [Placement("b01", "", BEGIN_MS, END_MS)]},
)


def refused(number: int, reason: Reason = Reason.MALFORMED, payload: bytes = b"x" * 100) -> Rejected:
    said = message(said=payload, received_ms=NOW_MS + number)
    return Rejected(said, reason, "detail", f"d{number % 2}")


@pytest.fixture
def intake(store: BalkyStore, state: State) -> Intake:
    return Intake(pipeline(), store, state, Ledger(), lambda: NOW_MS)


async def test_size_is_kept_account_of(state: State) -> None:
    """The size rises with what is kept and falls with what goes; what was purged is counted."""
    await state.run(lambda db: quarantine(db, [refused(number) for number in range(10)]))
    full = await state.read(size)
    gone = await purge_all(Books(Ledger(), state, lambda: NOW_MS), state, Selection(device="d1"))
    half = await state.read(size)

    assert 5 == gone
    assert (full.bytes // 2, 5) == (half.bytes, half.purged)
    assert 0 == full.purged


async def test_oldest_go_at_the_bound(state: State) -> None:
    """Beyond the bound the oldest messages go, with a little room to spare; within it nothing does."""
    await state.run(lambda db: quarantine(db, [refused(number) for number in range(100)]))
    filled = (await state.read(size)).bytes
    none = await state.run(partial(purge_oldest, most_bytes=filled))
    gone = await state.run(partial(purge_oldest, most_bytes=filled // 2))
    left = await state.read(lambda db: quarantined(db, 1000))

    assert 0 == none
    assert 51 == gone
    assert [NOW_MS + number for number in range(99, gone - 1, -1)] == [entry.message.received_ms for entry in left]


async def test_intake_keeps_the_bound(store: BalkyStore, state: State) -> None:
    """Whatever comes, the quarantine stays within its bound, and the ledger knows what had to go."""
    small = Intake(pipeline(), store, state, Ledger(), lambda: NOW_MS, most_quarantined=10_000)
    for number in range(30):
        messages, outcome = small.take([message(said=b"?" * 1000, received_ms=NOW_MS + number)])
        await small.keep(messages, outcome)
    filled, purged = await state.read(size)

    assert 30 == small.ledger.quarantined[Reason.MALFORMED]
    assert purged == small.ledger.purged > 0
    assert filled <= 10_000
    assert 30 - purged == await state.read(lambda db: count(db, ALL))
    assert 0 == small.ledger.difference


async def test_commissioned_device_loses_nothing(intake: Intake, store: BalkyStore, state: State) -> None:
    """What a device sent before it was known is stored once it is, at the time it came, and only once."""
    sent = [message(STRANGER, {"electricity.power": float(n)}, received_ms=NOW_MS - 1000 + n) for n in range(3)]
    messages, outcome = intake.take(sent)
    await intake.keep(messages, outcome)
    devices = await state.read(lambda db: refused_devices(db, Reason.UNKNOWN_DEVICE))
    before = await reconsider(intake, ESTATE)
    intake.pipeline.adopt(KNOWN, KNOWN.routes(Context(PARIS)))
    after = await reconsider(intake, KNOWN)
    again = await reconsider(intake, KNOWN)

    assert [STRANGER] == devices
    assert (0, 3, 0) == (before.released, after.released, again.released)
    assert [0.0, 1.0, 2.0] == await store.values()
    assert 0 == await state.read(lambda db: count(db, ALL))
    assert (6, 3, 0) == (intake.ledger.received, intake.ledger.stored, intake.ledger.difference)


async def test_refused_again_stays(intake: Intake, state: State) -> None:
    """What today's decoders refuse as well stays, with today's reason."""
    await state.run(lambda db: quarantine(db, [refused(0, Reason.UNKNOWN_DEVICE), refused(1, Reason.WRONG_TIME)]))
    done = await release(intake, Selection(reason=Reason.WRONG_TIME), lambda tried, total: None)
    left = await state.read(lambda db: quarantined(db, 10))

    assert Released(0, 0, 1) == done
    assert [Reason.MALFORMED, Reason.UNKNOWN_DEVICE] == [entry.reason for entry in left]


async def test_released_after_the_clock_was_set_right(store: BalkyStore, state: State) -> None:
    """What was refused because our own clock was wrong is stored when it is right."""
    early = Intake(pipeline(), store, state, Ledger(), lambda: NOW_MS - 3_600_000)
    said = message(said={"electricity.power": 7.0, "time": instant_of(NOW_MS)})
    messages, outcome = early.take([said])
    await early.keep(messages, outcome)
    refused_then = dict(early.ledger.quarantined)
    right = Intake(pipeline(), store, state, Ledger(), lambda: NOW_MS)
    done = await release(right, ALL, lambda tried, total: None)

    assert {Reason.WRONG_TIME: 1} == refused_then
    assert Released(1, 1, 0) == done
    assert [7.0] == await store.values()


async def test_store_away_while_releasing(intake: Intake, store: BalkyStore, state: State) -> None:
    """With the store away nothing leaves the quarantine, and nothing counts as received."""
    good = message(said={"electricity.power": 1.0})
    await state.run(lambda db: quarantine(db, [Rejected(good, Reason.STORE_REFUSED, "")]))
    store.before = away
    with pytest.raises(StoreUnavailable):
        await release(intake, ALL, lambda tried, total: None)

    assert 1 == await state.read(lambda db: count(db, ALL))
    assert (0, 0) == (intake.ledger.received, intake.ledger.in_flight)


async def test_many_in_parts(intake: Intake, store: BalkyStore, state: State) -> None:
    """More than one part's worth is released to the last message, with the progress told."""
    entries = [
        Rejected(message(said={"electricity.power": float(n)}, received_ms=NOW_MS - n), Reason.STORE_REFUSED, "")
        for n in range(1201)
    ]
    await state.run(lambda db: quarantine(db, entries))
    told: list[tuple[int, int]] = []
    done = await release(intake, ALL, lambda tried, total: told.append((tried, total)))

    assert Released(1201, 1201, 0) == done
    assert [(500, 1201), (1000, 1201), (1201, 1201)] == told
    assert 1201 == len(await store.values())


async def test_two_releases_at_once(intake: Intake, store: BalkyStore, state: State) -> None:
    """Released twice at the same time, a message is stored once."""
    entry = Rejected(message(said={"electricity.power": 1.0}), Reason.STORE_REFUSED, "")
    await state.run(lambda db: quarantine(db, [entry]))
    await asyncio.gather(*(release(intake, ALL, lambda tried, total: None) for _ in range(2)))

    assert [1.0] == await store.values()
    assert 0 == await state.read(lambda db: count(db, ALL))
    assert 0 == intake.ledger.difference


async def test_a_release_ends(intake: Intake, state: State) -> None:
    """However fast refused messages come, a release ends with those that were there when it began."""
    await state.run(lambda db: quarantine(db, [refused(0)]))

    def one_more(tried: int, total: int) -> None:
        assert tried < 3
        state.run_now(lambda db: quarantine(db, [refused(tried)]))

    assert Released(0, 0, 1) == await release(intake, ALL, one_more)


async def test_purged_in_parts(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever keeps messages waits for a small part only, and all selected are gone."""
    monkeypatch.setattr(quarantines, "PURGED", 2)
    await state.run(lambda db: quarantine(db, [refused(number) for number in range(10)]))
    part = await state.run(lambda db: purge(db, Selection(device="d1")))
    rest = await purge_all(Books(Ledger(), state, lambda: NOW_MS), state, Selection(device="d1"))

    assert (2, 3) == (part, rest)
    assert (5, 3) == (await state.read(lambda db: count(db, ALL)), (await state.read(size)).purged)


@pytest.mark.parametrize(
    "selection",
    [ALL, Selection(reason=Reason.MALFORMED), Selection(device="d1"), Selection((), Reason.MALFORMED, "d1")],
)
async def test_parts_are_found_without_sorting(state: State, selection: Selection) -> None:
    """A part of millions is read off an index in order: sorting all of them for each part would never end."""
    where, values = selection.where()
    query = f"EXPLAIN QUERY PLAN SELECT payload FROM quarantine WHERE id > 0 AND {where} ORDER BY id LIMIT 500"
    plan = [row[3] for row in await state.read(lambda db: db.execute(query, values).fetchall())]

    assert [] == [step for step in plan if "B-TREE" in step]
    assert bool(selection.device) == any("(device=?" in step for step in plan)


async def test_names_without_end_are_cut(state: State) -> None:
    """Whoever invents names of any length fills no column that is not counted."""
    said = message()
    await state.run(lambda db: quarantine(db, [Rejected(said, Reason.UNKNOWN_DEVICE, "y" * 5000, "x" * 5000)]))
    (entry,) = await state.read(lambda db: quarantined(db, 10))

    assert (128, 1000) == (len(entry.device), len(entry.detail))


async def test_judged_by_the_former_estate(intake: Intake, store: BalkyStore, state: State) -> None:
    """A batch that is being written while the device becomes known is not forgotten in the quarantine."""
    sent = [message(), message(STRANGER, received_ms=NOW_MS - 1)]
    store.gate.clear()
    writing = asyncio.create_task(intake.keep(*intake.take(sent)))
    await until(lambda: bool(store.asked))
    intake.pipeline.adopt(KNOWN, KNOWN.routes(Context(PARIS)))
    waiting = asyncio.create_task(intake.caught_up())
    await asyncio.sleep(0)
    store.gate.set()
    await asyncio.gather(writing, waiting)
    done = await reconsider(intake, KNOWN)

    assert 1 == done.released
    assert [1.0, 1.0] == await store.values()


async def test_births_wait_for_the_store(intake: Intake, store: BalkyStore, state: State) -> None:
    """With the store away, what a birth lets go is tried again."""
    await state.run(lambda db: quarantine(db, [Rejected(message(), Reason.NEEDS_BIRTH, "")]))
    intake.pipeline.memory.learn("homie_5", "lamp", NOW_MS, "x", birth=True)
    store.before = away
    with pytest.raises(StoreUnavailable):
        await enlighten(intake)
    store.before = agree
    done = await enlighten(intake)
    again = await enlighten(intake)

    assert (1, 0) == (done.released, again.released)
