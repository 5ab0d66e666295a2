"""Whatever arrives, decoding ends in readings that can be true or in a reason (laws 1 and 4)."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from sensors.decode import decode
from sensors.model import Context, Decoded, Message, Reason, Rejected
from sensors.quantities import QUANTITIES
from sensors.registry import CODECS
from sensors.routes import Routes

NOW_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
TOPIC = "microville/b01/b01-electricity/readings"
CONTEXT = Context(ZoneInfo("Europe/Paris"))

names = st.sampled_from(["electricity.power", "climate.humidity", "electricity.power@L1", "time", "water"]) | st.text()
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2026-11-23T08:00:00Z")
objects = st.dictionaries(names, scalars | st.lists(scalars, max_size=2), max_size=4)


def decoded(payload: bytes, topic: str = TOPIC) -> Decoded:
    return decode(Message(topic, payload, NOW_MS, 1, False), Routes(CONTEXT, CODECS), NOW_MS)


def holds(result: Decoded) -> bool:
    """Whether the readings can be true, are distinct, and a message without readings has a reason."""
    identities = [(r.device, r.channel, r.quantity, r.at_ms) for r in result.readings]
    true = all(
        QUANTITIES[r.quantity].low <= r.value <= QUANTITIES[r.quantity].high
        and NOW_MS - CONTEXT.horizon_ms <= r.at_ms <= NOW_MS + CONTEXT.ahead_ms
        for r in result.readings
    )
    return true and len(set(identities)) == len(identities) and bool(result.readings or result.problem)


@given(st.binary(max_size=200))
def test_any_bytes(payload: bytes) -> None:
    """No sequence of bytes raises."""
    result = decoded(payload)

    assert holds(result)


@given(objects | st.lists(objects, max_size=4))
def test_any_json(tree: object) -> None:
    """No JSON, NaN and infinities included, raises or slips an impossible value through."""
    result = decoded(json.dumps(tree).encode())

    assert holds(result)


@given(st.text())
def test_any_topic(topic: str) -> None:
    """No topic raises."""
    result = decoded(b'{"electricity.power": 1250}', topic)

    assert holds(result)


def test_deep_nesting() -> None:
    """A payload nested ten thousand deep is malformed."""
    expected = Reason.MALFORMED
    result = decoded(b"[" * 10_000)

    assert isinstance(result.problem, Rejected)
    assert expected == result.problem.reason


def test_detail_names_thing_and_cause() -> None:
    """The detail of a rejection says which value, and what was expected of it."""
    expected = "climate.humidity 120 is outside 0 to 100 %"
    result = decoded(b'{"climate.humidity": 120}')

    assert isinstance(result.problem, Rejected)
    assert expected == result.problem.detail


def test_detail_names_how_far_a_clock_is_ahead() -> None:
    """A clock that is an hour ahead is ahead by an hour, whatever is allowed."""
    expected = "its time is 60 min ahead of its receipt"
    ahead = datetime.fromtimestamp((NOW_MS + 3_600_000) / 1000, UTC).isoformat()
    result = decoded(f'{{"time": "{ahead}", "climate.humidity": 50}}'.encode())

    assert isinstance(result.problem, Rejected)
    assert expected == result.problem.detail


def test_native_values_are_bounded() -> None:
    """A message full of values, wrong or unknown, is refused before each of them has cost its time."""
    wrong = json.dumps({str(number): "x" for number in range(15_000)}).encode()
    unknown = json.dumps({str(number): 1 for number in range(15_000)}).encode()
    problems = [decoded(said).problem for said in (wrong, unknown)]
    details = [problem.detail for problem in problems if isinstance(problem, Rejected)]

    assert ["15000 values are wrong", "15000 values in one message are more than 5000"] == details
