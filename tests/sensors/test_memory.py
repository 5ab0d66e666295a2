"""What formats with state were told is read by what held when a message came, and survives a restart."""

import pytest

from sensors import memory as memories
from sensors.memory import MOST_KEYS, MOST_VERSIONS, Entry, Memory


def told(*values: object) -> Memory:
    """A memory told these under one key, at 10, 20, 30 …"""
    memory = Memory()
    for number, value in enumerate(values, 1):
        memory.learn("homie_5", "lamp", 10 * number, value)
    return memory


def test_what_held_then() -> None:
    """Each time has its version; before the first one, the first thing said afterwards helps."""
    memory = told("a", "b")

    assert ["a", "a", "b", "b"] == [memory.recall("homie_5", "lamp", at) for at in (5, 19, 20, 99)]
    assert None is memory.recall("homie_5", "other", 99)


def test_what_was_said_afterwards() -> None:
    """What held, and all that followed it, for what only a later birth explains."""
    memory = told("a", "b", "c")

    assert [["a", "b", "c"], ["b", "c"], ["c"]] == [memory.recall_on("homie_5", "lamp", at) for at in (5, 20, 99)]
    assert [] == memory.recall_on("homie_5", "other", 99)


def test_late_news_is_put_in_order() -> None:
    """What was said in between, and comes late, holds in between."""
    memory = told("a", "b")
    memory.learn("homie_5", "lamp", 15, "between")

    assert ["a", "between", "b"] == [memory.recall("homie_5", "lamp", at) for at in (14, 16, 20)]


def test_saying_it_again_changes_nothing() -> None:
    """A birth repeated every minute fills nothing and is not saved again."""
    memory = told("a")
    memory.changes()
    memory.learn("homie_5", "lamp", 20, "a")

    assert {} == memory.changes()


def test_versions_are_bounded() -> None:
    """Of one key the newest versions are kept."""
    memory = told(*range(10))

    assert 10 - MOST_VERSIONS == memory.recall("homie_5", "lamp", 0)


def test_keys_are_bounded() -> None:
    """The key longest unused goes first, and its saved rows with it."""
    memory = Memory()
    for number in range(MOST_KEYS):
        memory.learn("homie_5", str(number), 1, number)
    memory.recall("homie_5", "0", 1)
    memory.changes()
    memory.learn("homie_5", "one more", 1, "x")

    assert 0 == memory.recall("homie_5", "0", 1)
    assert None is memory.recall("homie_5", "1", 1)
    assert [] == memory.changes()["homie_5", "1"]


def test_restored() -> None:
    """What was saved comes back as it was."""
    saved = told("a", "b").changes()
    restored = Memory(entry for versions in saved.values() for entry in versions)

    assert [Entry("homie_5", "lamp", 10, "a"), Entry("homie_5", "lamp", 20, "b")] == saved["homie_5", "lamp"]
    assert ["a", "b"] == [restored.recall("homie_5", "lamp", at) for at in (10, 20)]


def test_not_saved() -> None:
    """What could not be saved is still to be saved."""
    memory = told("a")
    memory.not_saved(memory.changes())

    assert [("homie_5", "lamp")] == list(memory.changes())


def test_letters_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Large births push out the key longest unused, also those that were restored."""
    monkeypatch.setattr(memories, "MOST_LETTERS", 1_000)
    memory = Memory([Entry("homie_5", "a", 1, "x" * 400)])
    memory.learn("homie_5", "b", 1, "x" * 400)
    memory.learn("homie_5", "c", 1, "x" * 400)
    memory.learn("homie_5", "c", 2, "x" * 100)

    assert [None, "x" * 400] == [memory.recall("homie_5", key, 1) for key in ("a", "b")]


def test_read_again_in_order() -> None:
    """What came during an outage is read again long after: each thing said then holds for what followed it."""
    memory = told(*range(10))
    held = []
    for number, value in enumerate("abcdef"):
        memory.learn("homie_5", "lamp", number, value)
        held.append(memory.recall("homie_5", "lamp", number))

    assert list("abcdef") == held
    assert 9 == memory.recall("homie_5", "lamp", 100)


def test_births_are_told() -> None:
    """Messages wait for births alone; after a restart one may have come just before it."""
    memory = told("a")
    before = memory.born
    memory.learn("homie_5", "lamp", 30, "b", birth=True)

    assert (False, True) == (before, memory.born)
    assert Memory([Entry("homie_5", "lamp", 10, "a")]).born
    assert not Memory().born
