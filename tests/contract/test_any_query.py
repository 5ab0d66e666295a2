"""Any series of any readings, against the definition in `store.base.Series` written out in plain Python."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import count
from statistics import fmean

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from estate.model import Point
from sensors.quantities import QUANTITIES
from store.base import How, Row, Series, Store, Tag
from tests.contract.values import HOUR, T0, point

HOWS: tuple[How, ...] = ("mean", "min", "max", "last", "sum", "count")
TAGS: tuple[Tag, ...] = ("building", "zone", "device", "channel")
QUANTITY = ["electricity.power", "climate.temperature", "climate.noise"]  # one each of sum, mean, max across devices
PLACES = [("b01", ""), ("b01", "hall"), ("b02", "")]
EXAMPLES = count()


def expected_rows(points: Sequence[Point], query: Series) -> list[tuple[tuple[str, ...], list[tuple[int, float]]]]:
    """Windows of each device's channel by `how`, then those of a group by the quantity's `across`."""
    assert query.every_ms
    windows: dict[tuple[tuple[str, ...], int, str, str], list[Point]] = defaultdict(list)
    for each in sorted(points, key=lambda each: each.at_ms):
        chosen = all(getattr(each, tag) in allowed for tag, allowed in query.where.items())
        if chosen and query.quantity == each.quantity and query.start_ms <= each.at_ms < query.end_ms:
            group = tuple(getattr(each, tag) for tag in query.by)
            windows[group, each.at_ms // query.every_ms * query.every_ms, each.device, each.channel].append(each)
    groups: dict[tuple[str, ...], dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for (group, start, _, _), found in windows.items():
        groups[group][start].append(aggregate(query.how, [each.value for each in found]))
    across = QUANTITIES[query.quantity].across
    return [
        (group, [(start, aggregate(across, values)) for start, values in sorted(steps.items())])
        for group, steps in sorted(groups.items())
    ]


def aggregate(how: How, values: Sequence[float]) -> float:
    """Of values in order of time."""
    results = {
        "mean": fmean(values), "min": min(values), "max": max(values),
        "sum": sum(values), "count": len(values), "last": values[-1],
    }  # fmt: skip
    return round(float(results[how]), 6)


def rounded(rows: Sequence[Row]) -> list[tuple[tuple[str, ...], list[tuple[int, float]]]]:
    return [
        (
            tuple(row.tags.values()),
            [(int(at), round(float(value), 6)) for at, value in zip(row.times, row.values, strict=True)],
        )
        for row in rows
    ]


READING = st.tuples(
    st.sampled_from(["d1", "d2"]),
    st.sampled_from(["", "L1"]),
    st.sampled_from(QUANTITY),
    st.integers(0, 11).map(lambda step: T0 + step * 10 * 60_000),
)
READINGS = st.dictionaries(READING, st.tuples(st.integers(-9, 9).map(float), st.sampled_from(PLACES)), max_size=25)
QUERIES = st.builds(
    Series,
    quantity=st.sampled_from(QUANTITY),
    start_ms=st.integers(T0 - HOUR, T0 + HOUR),
    end_ms=st.integers(T0, T0 + 2 * HOUR),
    every_ms=st.sampled_from([HOUR // 4, HOUR, 7 * 60_000, 24 * HOUR]),
    how=st.sampled_from(HOWS),
    where=st.fixed_dictionaries(
        {},
        optional={
            "zone": st.lists(st.sampled_from(["", "hall", "none"]), max_size=2, unique=True),
            "building": st.lists(st.sampled_from(["b01", "b02"]), max_size=2, unique=True),
            "channel": st.lists(st.sampled_from(["", "L1"]), min_size=1, max_size=2, unique=True),
        },
    ),
    by=st.lists(st.sampled_from(TAGS), unique=True).map(tuple),
)


@given(readings=READINGS, queries=st.lists(QUERIES, min_size=1, max_size=8))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_query(
    store: Store,
    readings: dict[tuple[str, str, str, int], tuple[float, tuple[str, str]]],
    queries: list[Series],
) -> None:
    """Every series is what its definition says, whatever is asked of whatever was written."""
    example = next(EXAMPLES)  # the store is one for all examples: each has devices of its own
    points = [
        point(value, at_ms, f"{example}-{device}", quantity, channel, place)
        for (device, channel, quantity, at_ms), (value, place) in readings.items()
    ]
    await store.write(points)
    devices = [f"{example}-d1", f"{example}-d2"]
    asked = [
        Series(q.quantity, q.start_ms, q.end_ms, q.every_ms, q.how, {**q.where, "device": devices}, q.by)
        for q in queries
    ]

    assert [expected_rows(points, query) for query in asked] == [rounded(await store.series(query)) for query in asked]
