"""Tenants' shares: they and the common parts are the meter, to the last Wh."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.flows.allocation import allocate, by_people, largest_remainder
from energy.flows.remainder import over_counted
from energy.meters.cleaned import Finding, Kind
from energy.meters.steps import Steps
from estate.calendar import HOUR_MS, STEP_MS
from estate.model import COMMON, FOREVER_MS, Estate, Key
from tests.energy.sites import MIDDAY_MS, START_MS, estate, meter

MAIN, SUB = meter(), meter("sub", submeter_of="main")


def of(amounts: list[int], start_ms: int = START_MS, estimated: float = 0.0) -> Steps:
    starts = start_ms + STEP_MS * np.arange(len(amounts), dtype=np.int64)
    return Steps(starts, np.array(amounts, np.int64), np.full(len(amounts), estimated))


def amounts(shares: dict[str, Steps]) -> dict[str, list[int]]:
    return {tenant: steps.amounts.tolist() for tenant, steps in shares.items()}


def test_by_leased_area() -> None:
    """1,000 m², of them 600 leased by a and 300 by b: 100 Wh are 60, 30 and 10 for the common parts."""

    assert {"a": [60], "b": [30], COMMON: [10]} == amounts(allocate(estate(), MAIN, of([100])))


def test_largest_remainder_example() -> None:
    """7 Wh as 6:3:1 are 4.2, 2.1 and 0.7: rounded down 6, and the seventh goes to the largest remainder, 0.7."""

    assert [[4, 2, 1]] == largest_remainder(np.array([7]), [6, 3, 1]).tolist()


def test_equal_remainders_take_turns() -> None:
    """75 Wh as 30:70 are 22.5 and 52.5 at every step: over four steps 90 and 210, as agreed."""
    site = keyed(*(("fixed", *part, 0, FOREVER_MS) for part in (("a", 30_000), (COMMON, 70_000))))
    shares = amounts(allocate(site, MAIN, of([75] * 4)))

    assert (90, 210) == (sum(shares["a"]), sum(shares[COMMON]))
    assert {22, 23} == set(shares["a"])


def test_less_what_is_behind() -> None:
    """Of the 100 Wh of the main meter 40 passed the sub-meter, and are not shared out twice."""
    shares = allocate(estate([MAIN, SUB]), MAIN, of([100]), [of([40])])

    assert {"a": [36], "b": [18], COMMON: [6]} == amounts(shares)


def test_zone_with_a_submeter_of_its_own() -> None:
    """z1 (600 of 1,000 m²) has a sub-meter, so the 60 Wh beyond it are shared over 400 m²: 45 for b, 15 common."""
    shares = allocate(estate([MAIN, SUB], {"sub": "z1"}), MAIN, of([100]), [of([40])])

    assert {"b": [45], COMMON: [15]} == amounts(shares)


def test_meter_of_a_zone() -> None:
    """A meter placed in a zone is wholly its tenant's."""

    assert {"a": [100], COMMON: [0]} == amounts(allocate(estate([SUB], {"sub": "z1"}), SUB, of([100])))


def test_meter_of_the_site() -> None:
    """A meter of the site serves its 1,500 m²: 150 Wh are 60, 30 and 60 for the rest, the unleased b02 included."""

    assert {"a": [60], "b": [30], COMMON: [60]} == amounts(allocate(estate(zones={"main": "site"}), MAIN, of([150])))


def test_negative_rest_is_common() -> None:
    """A sub-meter that counts more than the main meter costs no tenant anything, and hides nothing."""

    assert {"a": [0], "b": [0], COMMON: [-5]} == amounts(allocate(estate(), MAIN, of([35]), [of([40])]))


def test_lease_changes_within_the_day() -> None:
    """Up to midday the zone is b's, from the step that starts at midday c's."""
    shares = allocate(estate(), MAIN, of([100, 100], MIDDAY_MS - STEP_MS))

    assert {"a": [60, 60], "b": [30], "c": [30], COMMON: [10, 10]} == amounts(shares)
    assert [MIDDAY_MS] == shares["c"].starts.tolist()


def keyed(*keys: tuple[str, str, int, int, int]) -> Estate:
    """The site with keys of its main meter: kind, tenant, weight in thousandths, from and until."""
    return replace(estate(), keys=[Key("main", *key) for key in keys])


def test_by_fixed_weights() -> None:
    """Agreed 50 % for c, who leases nothing of it this morning, 20 % common and 30 % a: leases have no say."""
    site = keyed(*(("fixed", *part, 0, FOREVER_MS) for part in (("c", 50_000), (COMMON, 20_000), ("a", 30_000))))

    assert {"a": [30], "c": [50], COMMON: [20]} == amounts(allocate(site, MAIN, of([100])))


def test_by_heads_until_midday() -> None:
    """Three heads of a, one of b: 75 and 25 of 100 Wh, nothing common; from midday on by area again, b's zone c's."""
    site = keyed(("headcount", "a", 3000, 0, MIDDAY_MS), ("headcount", "b", 1000, 0, MIDDAY_MS))
    shares = allocate(site, MAIN, of([100, 100], MIDDAY_MS - STEP_MS))

    assert {"a": [75, 60], "b": [25], "c": [30], COMMON: [0, 10]} == amounts(shares)


def test_by_occupancy() -> None:
    """a was there 1 person-hour, b 3: 25 and 75 of 100 Wh. The next day has no people yet: by area, z2 now c's."""
    site = keyed(("occupancy", "", 0, 0, FOREVER_MS))
    people = {"z1": {START_MS: 3600}, "z2": {START_MS: 10_800}}
    shares = allocate(site, MAIN, of([100] * 97), people=people)

    assert (25, 75) == (shares["a"].amounts[0], shares["b"].amounts[0])
    assert [60, 30, 10] == [int(shares[tenant].amounts[-1]) for tenant in ("a", "c", COMMON)]
    assert [MAIN] == by_people(site, "z1")


def test_negative_remainder_is_found() -> None:
    """40 and 50 Wh behind 35 and 30 make −25 Wh over half an hour; 2 Wh are within the meters' resolutions."""
    found = over_counted(estate([MAIN, SUB]), MAIN, of([35, 30, 10, 7]), [(SUB, of([40, 50, 12, 7]))])

    assert [Finding(Kind.NEGATIVE_REMAINDER, START_MS, 65, 90, START_MS + HOUR_MS // 2)] == found


def test_negative_remainder_ends_with_its_step() -> None:
    """Of hours, an hour later."""
    hourly = replace(estate([MAIN, SUB]), step="1h")
    (found,) = over_counted(hourly, MAIN, of([35]), [(SUB, of([75]))])

    assert START_MS + HOUR_MS == found.until_ms


def test_negative_remainder_by_hour() -> None:
    """Five quarters of it are two findings."""
    found = over_counted(estate([MAIN, SUB]), MAIN, of([0] * 5), [(SUB, of([9] * 5))])

    assert [(START_MS, 9 * 4), (START_MS + HOUR_MS, 9)] == [(finding.at_ms, finding.after) for finding in found]


def test_share_is_estimated_as_what_is_behind() -> None:
    """Of 100 Wh read, 40 are past a sub-meter that says nothing: of the other 60 as many may be wrong, of 5 all."""
    behind = [of([40, 95], estimated=1.0)]

    assert [round(40 / 60, 9), 1.0] == allocate(estate(), MAIN, of([100, 100]), behind)["a"].estimated.round(9).tolist()


def test_share_is_estimated_as_the_meter() -> None:
    """What is not known of the meter is not known of its tenants."""

    assert [0.5] == allocate(estate(), MAIN, of([100], estimated=0.5))["a"].estimated.tolist()


@given(
    st.lists(st.integers(-(10**4), 10**13), min_size=1, max_size=30),
    st.lists(st.integers(0, 2**28 - 1), min_size=1, max_size=8).filter(any),
)
def test_parts_sum_to_the_whole(whole: list[int], weights: list[int]) -> None:
    """Nothing is lost in rounding, and every part is less than one unit off its exact share."""
    shares = largest_remainder(np.array(whole), weights).tolist()
    total = sum(weights)
    off = [
        max(part, 0) * total - max(amount, 0) * weight
        for amount, parts in zip(whole, shares, strict=True)
        for part, weight in zip(parts, weights, strict=True)
    ]

    assert whole == [sum(parts) for parts in shares]
    assert max(map(abs, off)) < total


def test_weights_beyond_31_bits_lose_their_last() -> None:
    """Three times 2³⁰ and one more come to 32 bits: the odd one goes, and the parts still sum to the whole."""

    assert [[400, 400, 400]] == largest_remainder(np.array([1200]), [2**30 + 1, 2**30, 2**30]).tolist()


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=200), st.data())
def test_tenants_and_common_are_the_meter(main: list[int], data: st.DataObject) -> None:
    """At every step, across a change of lease, shares and common parts sum to the meter less its sub-meter."""
    sub = data.draw(st.lists(st.integers(0, 10**7), max_size=len(main)))
    start_ms = MIDDAY_MS - 100 * STEP_MS
    shares = allocate(estate([MAIN, SUB]), MAIN, of(main, start_ms), [of(sub, start_ms)])
    total: dict[int, int] = {}
    for steps in shares.values():
        for start, amount in zip(steps.starts.tolist(), steps.amounts.tolist(), strict=True):
            total[start] = total.get(start, 0) + amount

    assert [a - b for a, b in zip(main, sub + [0] * len(main), strict=False)] == [total[at] for at in sorted(total)]


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=20), st.data())
def test_any_key_sums_to_the_meter(main: list[int], data: st.DataObject) -> None:
    """By any dated key, tenants and common parts are the meter, and nobody pays a negative share."""
    kind = data.draw(st.sampled_from(("area", "headcount", "occupancy", "fixed")))
    cut_ms = START_MS + data.draw(st.integers(0, len(main))) * STEP_MS
    weights = data.draw(st.lists(st.integers(1, 10**9), min_size=2, max_size=2))
    tenants: Sequence[tuple[str, int]] = [("a", weights[0]), (COMMON, weights[1])]
    named = tenants if kind in ("headcount", "fixed") else [("", 0)]
    site = keyed(*((kind, tenant, weight, cut_ms, FOREVER_MS) for tenant, weight in named))
    people = {zone: {START_MS: data.draw(st.integers(0, 10**9))} for zone in ("z1", "z2")}
    shares = allocate(site, MAIN, of(main), people=people)
    total = sum(dict(zip(s.starts.tolist(), s.amounts.tolist(), strict=True)).get(START_MS, 0) for s in shares.values())

    assert sum(main) == sum(int(steps.amounts.sum()) for steps in shares.values())
    assert main[0] == total
    assert all(bool((steps.amounts >= 0).all()) for steps in shares.values())
