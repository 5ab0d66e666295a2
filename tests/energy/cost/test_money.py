import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.cost.money import CENT, NANO, cents, cents_by, euros, percent, percents, split, yearly

money = st.integers(-(10**13), 10**13)


def ints(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array(values, np.int64)


def test_cents_on_paper() -> None:
    """Three lines of a third of a cent each show 0.01 together: 0.01, 0.00, 0.00; and a refund is rounded half up."""
    assert ([1, 0, 0], "0.01", "-0.05") == (cents([CENT // 3 + 1] * 3), euros(1), euros(-5))
    assert [-33, 134] == cents([-33 * CENT, 134 * CENT])


def test_cents_of_a_carrier_are_its_own() -> None:
    """0.4 and 0.4 cents of gas are 1 cent together, whatever else is used."""
    third, rest = CENT * 4 // 10, CENT * 5 // 10

    assert [1, 0, 0, 1] == cents_by(["gas", "heat", "gas", "power"], [third, third, third, rest])


@given(st.lists(money, max_size=8))
def test_shown_lines_add_up(amounts: list[int]) -> None:
    """Shown lines sum to the shown total, which is within half a cent of the exact one; each within a cent."""
    shown = cents(amounts)

    assert abs(sum(shown) * CENT - sum(amounts)) <= CENT // 2
    assert all(abs(each * CENT - amount) < CENT for each, amount in zip(shown, amounts, strict=True))


def test_percent_on_paper() -> None:
    """20 % of 1.234567891 EUR are 0.246913578 EUR; 5.5 % of minus that are -0.067901234."""
    one = ints(1_234_567_891)

    assert (246_913_578, -67_901_234) == (int(percent(one, 20_000_000)[0]), int(percent(-one, 5_500_000)[0]))


@given(st.lists(money, min_size=1, max_size=6), st.integers(-100_000_000, 100_000_000))
def test_percents_sum(parts: list[int], price: int) -> None:
    """What the parts are charged of a percentage sums to that of their sum."""
    whole = percent(ints(sum(parts)), price)

    assert int(whole[0]) == sum(int(each[0]) for each in percents([ints(part) for part in parts], price))


def test_split_on_paper() -> None:
    """10 by 1:1:1 are 4, 3, 3; by nothing, all is the last one's; a negative weight counts as none."""
    amounts = ints(10, 10, 10, -10)
    weights = [ints(1, 0, -5, 1), ints(1, 0, 1, 1), ints(1, 0, 1, 1)]

    expected = [[4, 0, 0, -4], [3, 0, 5, -3], [3, 10, 5, -3]]
    assert expected == [part.tolist() for part in split(amounts, weights)]


@given(money, st.lists(st.integers(-(10**6), 10**13), min_size=1, max_size=6))
def test_split_sums(amount: int, weights: list[int]) -> None:
    """The parts sum to the amount, also under weights whose products would not fit 64 bits."""
    parts = split(ints(amount), [ints(weight) for weight in weights])

    assert amount == sum(int(part[0]) for part in parts)


@given(st.integers(-(10**15), 10**15), st.sampled_from([365, 366]))
def test_a_year_costs_its_price(price: int, length: int) -> None:
    """The days of a year sum to the year's price, whatever it divides into; each is within 1e-9 EUR of the others."""
    days = np.arange(1, length + 1, dtype=np.int64)
    each = yearly(price, days, np.full(length, length, np.int64))

    assert (price, True) == (int(each.sum()), int(np.ptp(each)) <= 1)


def test_a_year_on_paper() -> None:
    """365 EUR a year are one EUR on each day of it; in a leap year, 0.997267759 or …760."""
    leap = yearly(365 * NANO, ints(1, 2), ints(366, 366))

    assert [NANO] * 2 == yearly(365 * NANO, ints(1, 365), ints(365, 365)).tolist()
    assert {997_267_759, 997_267_760} >= set(leap.tolist())
