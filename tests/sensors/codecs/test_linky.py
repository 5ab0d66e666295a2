"""Linky TIC: every group is checked, and one that two messages share is put together."""

from zoneinfo import ZoneInfo

import pytest

from sensors.codecs.linky import CODEC, JOIN_MS, MOST_BYTES, MOST_CHARACTERS, checksum
from sensors.memory import Memory
from sensors.model import Context, Decoded, Message, Reason, Rejected

PARIS = ZoneInfo("Europe/Paris")
NOW_MS = 1_795_421_700_000


def historique(label: str, data: str) -> bytes:
    return f"\n{label} {data} {checksum(f'{label} {data}')}\r".encode()


def standard(*fields: str) -> bytes:
    text = "\t".join(fields) + "\t"
    return f"\n{text}{checksum(text)}\r".encode()


def decoded(payload: bytes, memory: Memory, at_ms: int = NOW_MS, topic: str = "linky/house/tic") -> Decoded:
    return CODEC.decode(Message(topic, payload, at_ms, 1, False), Context(PARIS, memory=memory))


def values(result: Decoded) -> list[float]:
    return [reading.value for reading in result.readings]


def reason(result: Decoded) -> Reason | None:
    return result.problem.reason if isinstance(result.problem, Rejected) else None


FRAME = historique("BASE", "012054280") + historique("PAPP", "00390")


@pytest.mark.parametrize("at", range(1, len(FRAME)))
def test_message_ends_anywhere(at: int) -> None:
    """Wherever a frame is cut in two, its two messages give what the whole gives, and none is refused."""
    memory = Memory()
    first, second = decoded(FRAME[:at], memory), decoded(FRAME[at:], memory, NOW_MS + 1000)

    assert [12_054_280.0, 390.0] == values(first) + values(second)
    assert (None, None) == (reason(first), reason(second))


def test_message_again() -> None:
    """A message decoded again, from the spool or the quarantine, is joined with the same one as before."""
    memory = Memory()
    decoded(FRAME[:10], memory)
    once = decoded(FRAME[10:30], memory, NOW_MS + 1000)

    assert once == decoded(FRAME[10:30], memory, NOW_MS + 1000)


@pytest.mark.parametrize(
    ("later_ms", "topic"), [(JOIN_MS + 1, "linky/house/tic"), (1000, "linky/barn/tic")], ids=["late", "another meter"]
)
def test_not_joined(later_ms: int, topic: str) -> None:
    """What was begun is forgotten after some seconds, and is never another meter's."""
    memory = Memory()
    decoded(FRAME[:10], memory)
    result = decoded(FRAME[10:], memory, NOW_MS + later_ms, topic)

    assert [390.0] == values(result)
    assert reason(result) == Reason.MALFORMED


def test_one_bit_is_noticed() -> None:
    """A group with one digit changed is refused, the other is kept."""
    result = decoded(FRAME.replace(b"012054280", b"012054281"), Memory())

    assert [390.0] == values(result)
    assert reason(result) == Reason.MALFORMED


def test_time_of_the_frame() -> None:
    """The letter of DATE tells the hour that comes twice."""
    expected = [1_792_888_200_000, 1_792_891_800_000]
    results = [
        decoded(standard("DATE", f"{season}261025023000", "") + standard("EAST", "000000001"), Memory())
        for season in "EH"
    ]

    assert expected == [reading.at_ms for result in results for reading in result.readings]


def test_clock_that_is_not_set() -> None:
    """A frame by a clock that is not set is timed by its receipt."""
    result = decoded(standard("DATE", "e700101000000", "") + standard("EAST", "000000001"), Memory())

    assert [NOW_MS] == [reading.at_ms for reading in result.readings]


def test_drawn_less_fed_in() -> None:
    """The means of one period add up, fed in as negative."""
    time = "H261123090000"
    result = decoded(standard("CCASN", time, "00100") + standard("CCAIN", time, "01600"), Memory())

    assert [-1500.0] == values(result)


def test_unknown_label_is_shown() -> None:
    """A good group whose label is in no table is unmapped."""

    assert [("house", "EA_s")] == list(decoded(historique("EA_s", "012345"), Memory()).unmapped)


@pytest.mark.parametrize(
    "payload", [b"A" * (MOST_CHARACTERS + 1), b"\n" * (MOST_BYTES + 1), b"{", historique("PAPP", "9e9")]
)
def test_refused(payload: bytes) -> None:
    """A group without end, too long a message, something else, and what is no number."""

    assert reason(decoded(payload, Memory())) == Reason.MALFORMED
