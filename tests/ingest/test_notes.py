"""What is noticed beside the accounting is kept for people, and what formats were told for the next process."""

import sqlite3

import pytest

from ingest import notes
from ingest.notes import Notes, Unmapped, findings, load_memory, save_memory, unmapped
from sensors.memory import Memory
from sensors.model import Decoded, Message, Reading
from store.state import State
from tests.ingest.values import NOW_MS

MESSAGE = Message("plant/x", b"", NOW_MS, 1, False)


def seen(*names: str) -> Decoded:
    return Decoded((), unmapped=[("x", name) for name in names])


async def test_unmapped_is_counted(state: State) -> None:
    """Each measurement nobody mapped is counted per device, over saves."""
    kept = Notes(state, lambda: NOW_MS)
    kept.see(MESSAGE, seen("spin", "flux"))
    kept.see(MESSAGE, seen("spin"))
    await kept.save()
    kept.see(MESSAGE, seen("spin"))
    await kept.save()
    await kept.save()

    assert [Unmapped("x", "flux", 1, NOW_MS), Unmapped("x", "spin", 3, NOW_MS)] == await state.read(unmapped)


async def test_names_are_bounded(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever invents a name per message fills neither memory nor disk."""
    monkeypatch.setattr(notes, "MOST_NAMES", 10)
    kept = Notes(state, lambda: NOW_MS)
    for part in range(3):
        for number in range(20):
            kept.see(MESSAGE, seen(f"{part}-{number}"))
        await kept.save()

    assert 10 == len(await state.read(unmapped))


async def test_findings(state: State) -> None:
    """What looked wrong stays readable after the process has ended, until it is old."""
    kept = Notes(state, lambda: NOW_MS)
    decoded = Decoded([Reading("x", "", "climate.temperature", 20.0, NOW_MS)])
    kept.see(MESSAGE, decoded)
    kept.see(MESSAGE._replace(topic="plant/2/x"), decoded)
    await kept.save()

    assert ["two_topics"] == [found.kind for found in await state.read(lambda db: findings(db, NOW_MS))]
    assert [] == await state.read(lambda db: findings(db, NOW_MS + 1))


async def test_memory_comes_back(state: State) -> None:
    """What a format was told is known to the next process."""
    memory = Memory()
    memory.learn("homie_5", "lamp", NOW_MS, {"unit": "°C"})
    await save_memory(state, memory)
    memory.learn("homie_5", "lamp", NOW_MS + 1, {"unit": "°F"})
    await save_memory(state, memory)
    restored = await state.read(load_memory)

    assert [{"unit": "°C"}, {"unit": "°F"}] == [restored.recall("homie_5", "lamp", NOW_MS + more) for more in (0, 1)]


async def test_memory_is_saved_after_a_full_disk(state: State) -> None:
    """What could not be saved is saved the next time."""
    memory = Memory()
    memory.learn("homie_5", "lamp", NOW_MS, "x")
    state.run_now(lambda db: db.execute("CREATE TRIGGER full BEFORE INSERT ON memory BEGIN SELECT no_room(); END"))
    with pytest.raises(sqlite3.OperationalError):
        await save_memory(state, memory)
    state.run_now(lambda db: db.execute("DROP TRIGGER full"))
    await save_memory(state, memory)

    assert "x" == (await state.read(load_memory)).recall("homie_5", "lamp", NOW_MS)
