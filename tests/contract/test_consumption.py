"""Consumption: rows by meter, tenant, step and start; sums by group; shares that were estimated."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.base import Span, Store, Usage, UsageTag
from tests.contract.conftest import Opener
from tests.contract.values import HOUR, MINUTE, T0, plain_usage, row

QUARTER = 15 * MINUTE


def usage(by: Sequence[UsageTag] = ("meter",), where: Mapping[UsageTag, Sequence[str]] | None = None) -> Usage:
    """The meters' own rows of the first hour."""
    return Usage("15m", T0, T0 + HOUR, "meter", where or {}, by)


async def test_rows(store: Store) -> None:
    """Rows come back by step, in order of start, those that start in the span."""
    await store.write_consumption(
        [row(300, T0 + QUARTER, estimated=0.25), row(200), row(400, T0 + HOUR), row(1, T0 - 1)]
    )

    expected = [(("b01-electricity",), [(0, 200, 0.0), (QUARTER, 300, 0.25)])]
    assert expected == plain_usage(await store.usage(usage()))


async def test_steps_apart(store: Store) -> None:
    """The rows of one step are not those of another."""
    await store.write_consumption(
        [row(1, every="15m"), row(2, every="30m"), row(4, every="1h"), row(96, every="1d"), row(3000, every="1mo")]
    )

    assert [(("b01-electricity",), [(0, 4, 0.0)])] == plain_usage(
        await store.usage(Usage("1h", T0, T0 + 1, by=("meter",)))
    )


async def test_written_again(store: Store) -> None:
    """A row written again replaces the earlier one, also within one write, and the same one changes nothing."""
    await store.write_consumption([row(100), row(50, T0 + QUARTER, estimated=1.0)])
    await store.write_consumption([row(7), row(60, T0 + QUARTER, estimated=0.5), row(120)])
    await store.write_consumption([row(120)])

    expected = [(("b01-electricity",), [(0, 120, 0.0), (QUARTER, 60, 0.5)])]
    assert expected == plain_usage(await store.usage(usage()))


async def test_written_again_elsewhere(store: Store) -> None:
    """A row written again under another building and role is there once, under the last."""
    await store.write_consumption([row(100, building="b01", role="site")])
    await store.write_consumption([row(100, building="b02", role="submeter")])

    expected = [(("b02", "b01-electricity", "electricity", "submeter"), [(0, 100, 0.0)])]
    assert expected == plain_usage(await store.usage(Usage("15m", T0, T0 + HOUR)))


async def test_role_corrected_around_a_new_row(store: Store) -> None:
    """Rows that leave a role do not take along one between them that the same write puts there."""
    await store.write_consumption([row(1), row(3, T0 + 2 * QUARTER)])
    await store.write_consumption(
        [row(1, role="submeter"), row(2, T0 + QUARTER), row(3, T0 + 2 * QUARTER, role="submeter")]
    )

    expected = [(("site",), [(QUARTER, 2, 0.0)]), (("submeter",), [(0, 1, 0.0), (2 * QUARTER, 3, 0.0)])]
    assert expected == plain_usage(await store.usage(usage(("role",))))


async def test_sums(store: Store) -> None:
    """Amounts of a group are summed; its estimated share is weighted by them."""
    await store.write_consumption(
        [
            row(300, meter="m1", estimated=1.0),
            row(100, meter="m2"),
            row(50, meter="m3", building="b02", estimated=0.5),
            row(1000, meter="m4", carrier="gas"),
            row(90, meter="m5", role="submeter"),
        ]
    )
    where: dict[UsageTag, list[str]] = {"carrier": ["electricity"], "role": ["site"]}

    expected = [(("b01",), [(0, 400, 0.75)]), (("b02",), [(0, 50, 0.5)])]
    assert expected == plain_usage(await store.usage(usage(("building",), where)))
    assert [((), [(0, 450, 0.722222222)])] == plain_usage(await store.usage(usage((), where)))
    assert [(("m1",), [(0, 300, 1.0)])] == plain_usage(await store.usage(usage(where={**where, "meter": ["m1", "m9"]})))


async def test_when_settled(store: Store) -> None:
    """Each figure carries when it was settled, to the ms; a sum says when the last of its parts was."""
    early = row(1, meter="m1")._replace(settled_ms=T0 + 1)
    await store.write_consumption([early, row(2, meter="m2")._replace(settled_ms=T0 + 2)])
    (both,) = await store.usage(usage(()))
    await store.write_consumption([early._replace(settled_ms=T0 + 3)])
    (again,) = await store.usage(usage(where={"meter": ["m1"]}))

    assert ([T0 + 2], [T0 + 3]) == (both.settled.tolist(), again.settled.tolist())


async def test_nothing_used(store: Store) -> None:
    """Of steps in which nothing flowed it is told whether that was measured; of several, whether any of them was."""
    later = T0 + QUARTER
    await store.write_consumption([row(0, estimated=1.0), row(0, meter="m2"), row(0, meter="m3", estimated=1.0)])
    await store.write_consumption([row(0, later, "m1"), row(0, later, "m3", estimated=1.0), row(3, later, "m4")])
    await store.write_consumption([row(0, later, "m1", estimated=1.0), row(0, later, "m4", estimated=1.0)])
    silent = await store.usage(usage((), {"meter": ["b01-electricity", "m3"]}))
    each = await store.usage(usage(("building", "meter", "tenant", "carrier", "role"), {"meter": ["m1", "m2", "m4"]}))

    assert [((), [(0, 0, 0.0), (QUARTER, 0, 1.0)])] == plain_usage(await store.usage(usage(())))
    assert [((), [(0, 0, 1.0), (QUARTER, 0, 1.0)])] == plain_usage(silent)
    assert [[1.0], [0.0], [1.0]] == [one.estimated.tolist() for one in each]


async def test_nothing_used_after_all(store: Store) -> None:
    """A row of 0 that nobody measured, written again as an amount, is measured."""
    await store.write_consumption([row(0, estimated=1.0)])
    await store.write_consumption([row(5)])

    assert [((), [(0, 5, 0.0)])] == plain_usage(await store.usage(usage(())))


async def test_large_amounts(store: Store) -> None:
    """Amounts are exact integers, up to 2 to the power of 53."""
    await store.write_consumption([row(2**52 + 1, meter="m1"), row(2**51 + 2, meter="m2")])

    assert [((), [(0, 2**52 + 2**51 + 3, 0.0)])] == plain_usage(await store.usage(usage(())))


async def test_tenants_and_meters(store: Store) -> None:
    """The meters' own rows and the tenants' shares are asked for apart, and never add up to twice."""
    await store.write_consumption(
        [row(100), row(70, tenant="bakery"), row(30, tenant="common"), row(20, meter="m2", tenant="bakery")]
    )
    shares = Usage("15m", T0, T0 + HOUR, "tenant", by=("tenant",))
    one = Usage("15m", T0, T0 + HOUR, "tenant", {"tenant": ["bakery"]}, ("tenant", "meter"))

    assert [(("b01-electricity",), [(0, 100, 0.0)])] == plain_usage(await store.usage(usage()))
    assert [(("bakery",), [(0, 90, 0.0)]), (("common",), [(0, 30, 0.0)])] == plain_usage(await store.usage(shares))
    expected = [(("bakery", "b01-electricity"), [(0, 70, 0.0)]), (("bakery", "m2"), [(0, 20, 0.0)])]
    assert expected == plain_usage(await store.usage(one))


async def test_removed(store: Store) -> None:
    """Removing a span takes the rows of that meter, tenant and step that start in it, nothing else."""
    own = [row(1), row(2, T0 + QUARTER), row(3, T0 + 2 * QUARTER), row(4, every="1h"), row(5, meter="m'2")]
    await store.write_consumption([*own, row(6, tenant="bakery"), row(7, tenant="l'école")])
    await store.remove_consumption(
        [
            Span("b01-electricity", "", "15m", T0 + QUARTER, T0 + 2 * QUARTER),
            Span("m'2", "", "15m", T0, T0 + HOUR),
            Span("b01-electricity", "l'école", "15m", T0, T0 + HOUR),
            Span("unknown", "", "1h", T0, T0 + HOUR),
        ]
    )
    shares = Usage("15m", T0, T0 + HOUR, "tenant", by=("tenant",))

    assert [(("b01-electricity",), [(0, 1, 0.0), (2 * QUARTER, 3, 0.0)])] == plain_usage(await store.usage(usage()))
    assert [(("bakery",), [(0, 6, 0.0)])] == plain_usage(await store.usage(shares))
    assert 1 == len(await store.usage(Usage("1h", T0, T0 + HOUR)))

    await store.write_consumption([row(9, T0 + QUARTER)])

    assert [0, QUARTER, 2 * QUARTER] == [at for _, rows in plain_usage(await store.usage(usage())) for at, *_ in rows]


async def test_each_row_for_itself(store: Store) -> None:
    """Grouped by all its tags, a row is told as it was written."""
    await store.write_consumption([row(300, estimated=0.25)._replace(settled_ms=T0), row(5, tenant="bakery")])
    by: tuple[UsageTag, ...] = ("building", "meter", "tenant", "carrier", "role")
    (own,) = await store.usage(usage(by))
    (share,) = await store.usage(Usage("15m", T0, T0 + HOUR, "tenant", by=by))

    assert [[T0], [300], [0.25], [T0]] == [column.tolist() for column in own[1:]]
    assert ("bakery", [5], [0]) == (share.tags["tenant"], share.amounts.tolist(), share.settled.tolist())


@pytest.mark.parametrize("others", [0, 100])
async def test_hostile_text(store: Store, others: int) -> None:
    """Names of meters, tenants and buildings come back as they went in, asked for alone or among many."""
    odd = 'l\'étage "2"/[b], ^a|b$ back\\slash = 1'
    await store.write_consumption([row(5, meter=odd, tenant=odd, building=odd)])
    where: Mapping[UsageTag, Sequence[str]] = {"meter": [odd, *map(str, range(others))], "building": [odd]}
    query = Usage("15m", T0, T0 + HOUR, "tenant", where, ("building", "meter", "tenant"))

    assert [((odd, odd, odd), [(0, 5, 0.0)])] == plain_usage(await store.usage(query))


async def test_opened_again(opener: Opener, tmp_path: Path) -> None:
    """What was written is there after closing and opening, and is replaced by what is written again."""
    async with opener(tmp_path) as store:
        await store.write_consumption([row(100), row(50, T0 + QUARTER)])
    async with opener(tmp_path) as store:
        await store.write_consumption([row(70)])

        assert [((), [(0, 70, 0.0), (QUARTER, 50, 0.0)])] == plain_usage(await store.usage(usage(())))


async def test_types(store: Store) -> None:
    """Starts and amounts are 64-bit integers, shares floats."""
    await store.write_consumption([row(5)])
    (found,) = await store.usage(usage(()))

    assert ["int64", "int64", "float64", "int64"] == [str(column.dtype) for column in found[1:]]


SHARES = st.lists(st.tuples(st.sampled_from(["m1", "m2"]), st.integers(0, 3), st.integers(0, 9)), max_size=12)


@given(writes=st.lists(SHARES, max_size=4))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_split_in_any_order(store: Store, writes: list[list[tuple[str, int, int]]]) -> None:
    """However rows are split over writes, ordered and repeated, each is there once, as it was last written."""
    last: dict[str, dict[int, int]] = {}
    await store.remove_consumption([Span(meter, "", "15m", T0, T0 + HOUR) for meter in ("m1", "m2")])
    for write in writes:
        await store.write_consumption([row(amount, T0 + step * QUARTER, meter) for meter, step, amount in write])
        for meter, step, amount in write:
            last.setdefault(meter, {})[step * QUARTER] = amount

    expected = [((m,), [(at, amount, 0.0) for at, amount in sorted(last[m].items())]) for m in sorted(last)]
    assert expected == plain_usage(await store.usage(usage()))


async def test_sums_of_both_signs(store: Store) -> None:
    """What is unsure of a sum goes by size, whichever the sign: −100 estimated beside 300 is half of the 200.

    Of −100 and 50 all of it is, at most, and so it is of what comes to 0; of measured parts that do, nothing.
    """
    starts = [T0 + place * QUARTER for place in range(4)]
    of = {"m1": (300, 50, 100, 100), "m2": (-100, -100, -100, -100)}
    await store.write_consumption(
        [
            row(amount, start, meter, estimated=1.0 if meter == "m2" and start < starts[3] else 0.0)
            for meter, amounts in of.items()
            for start, amount in zip(starts, amounts, strict=True)
        ]
    )
    (each,) = await store.usage(usage(where={"meter": ["m2"]}))

    expected = [(0, 200, 0.5), (QUARTER, -50, 1.0), (2 * QUARTER, 0, 1.0), (3 * QUARTER, 0, 0.0)]
    assert [((), expected)] == plain_usage(await store.usage(usage(())))
    assert [1.0, 1.0, 1.0, 0.0] == each.estimated.tolist()
