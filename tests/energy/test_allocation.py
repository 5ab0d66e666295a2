"""Tenants' shares: they and the common parts are the meter, to the last Wh."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.allocation import allocate, largest_remainder
from energy.steps import Steps
from estate.calendar import STEP_MS
from estate.model import COMMON
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


def test_share_is_estimated_as_the_meter() -> None:
    """What is not known of the meter is not known of its tenants."""

    assert [0.5] == allocate(estate(), MAIN, of([100], estimated=0.5))["a"].estimated.tolist()


@given(
    st.lists(st.integers(-(10**4), 10**13), min_size=1, max_size=30),
    st.lists(st.integers(0, 10**8), min_size=1, max_size=8).filter(any),
)
def test_parts_sum_to_the_whole(whole: list[int], weights: list[int]) -> None:
    """Whatever the weights, nothing is lost in rounding, and no part is more than one unit off its exact share."""
    shares = largest_remainder(np.array(whole), weights)
    exact = [[max(amount, 0) * weight / sum(weights) for weight in weights] for amount in whole]

    assert whole == shares.sum(axis=1).tolist()
    assert np.maximum(shares, 0) == pytest.approx(np.array(exact), abs=1.01)


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
