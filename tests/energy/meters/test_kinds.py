"""Meters of every kind: what their readings come to, on paper."""

from collections.abc import Sequence

import numpy as np
import pytest

from energy.meters.cleaned import Cleaned, Kind
from energy.meters.fill import Usual, filled
from energy.meters.kinds import cleaned_of, usual_ms
from energy.meters.steps import NOTHING, Steps, edges_of
from estate.calendar import STEP_MS
from estate.model import Calorific, Exchange, Meter
from tests.energy.sites import PARIS, START_MS, meter, ms

MINUTE_MS = 60_000
PULSES = Meter("p", "p", "", "water", "pulse.count", 1, 900, "", "pulse", 10_000_000, 65_536)
GAS = Meter("g", "g", "", "gas", "gas.volume", 1, 900, "", calorific=(Calorific(0, 11_200_000),))
AMOUNTS = Meter("i", "i", "", "electricity", "electricity.energy", 1, 900, "", "interval")
POWER = Meter("w", "w", "", "electricity", "electricity.power", 1, 900, "", "power")
METER = meter()


def cleaned(values: Sequence[float], of: Meter, minutes: Sequence[int] = (), start_ms: int = START_MS) -> Cleaned:
    """Readings at these minutes, or each quarter of an hour."""
    at = np.array(minutes or range(0, 15 * len(values), 15), np.int64)
    return cleaned_of(start_ms + MINUTE_MS * at, np.array(values, np.float64), of)


def steps(values: Sequence[float], of: Meter, minutes: Sequence[int] = (), start_ms: int = START_MS) -> Steps:
    found = cleaned(values, of, minutes, start_ms)
    return filled(edges_of(found, 0, STEP_MS), found, Usual(PARIS, NOTHING))


def kinds(found: Cleaned) -> list[Kind]:
    return [finding.kind for finding in found.findings]


def test_pulses_are_weighed() -> None:
    """Of 10 L a pulse, 3 and then 5 pulses are 30 and 50 L."""

    assert [30, 50] == steps([100, 103, 108], PULSES).amounts.tolist()


def test_pulses_round_off_nothing() -> None:
    """At 0.3 Wh a pulse, ten single pulses are 3 Wh."""
    found = steps(range(11), PULSES._replace(carrier="electricity", weight=300_000))

    assert 3 == found.amounts.sum()
    assert {0, 1} == set(found.amounts.tolist())


def test_rollover() -> None:
    """A 16-bit counter at 65,530 that shows 4 has counted 10, and goes on."""
    found = cleaned([65_520, 65_530, 4, 9], PULSES)

    assert ([0, 100, 200, 250], [Kind.ROLLOVER]) == (found.register.tolist(), kinds(found))
    assert not found.unsure.any()


def test_fall_that_is_no_rollover() -> None:
    """A register of 100 MWh that falls from half its width was reset: 50 MWh more in 15 min are not possible."""
    found = cleaned([50_000_000, 50_000_100, 5, 9], METER._replace(rollover=100_000_000))

    assert ([0, 100, 105, 109], [Kind.RESET]) == ((found.register - found.register[0]).tolist(), kinds(found))


def test_own_greatest_rate() -> None:
    """9 kW is 2,250 Wh a quarter: a rise of 40 kWh is none; what flowed is estimated as the 100 and 200 around."""
    own = METER._replace(max_rate=9_000)
    found = steps([0, 100, 40_100, 40_300, 40_500], own)

    assert [Kind.IMPOSSIBLE_RISE] == kinds(cleaned([0, 100, 40_100, 40_300, 40_500], own))
    assert ([100, 150, 200, 200], [0, 1, 0, 0]) == (found.amounts.tolist(), found.estimated.tolist())


def test_exchange_keeps_what_both_counted() -> None:
    """Read 1,000 at 00:15, exchanged at 00:20 at 1,005 for one at 7, which shows 27 at 00:30: 5 and 20 Wh."""
    exchanged = METER._replace(exchanges=(Exchange(START_MS + 20 * MINUTE_MS, 1_005, 7),))
    found = cleaned([990, 1_000, 27, 50], exchanged)

    assert [0, 10, 15, 35, 58] == (found.register - found.register[0]).tolist()
    assert ([Kind.EXCHANGE], False) == (kinds(found), bool(found.unsure.any()))
    assert [10, 25, 23] == steps([990, 1_000, 27, 50], exchanged).amounts.tolist()


def test_exchange_that_contradicts_the_readings() -> None:
    """A final index below what was read is a slip: nothing is counted up to it, and what flowed is estimated."""
    exchanged = METER._replace(exchanges=(Exchange(START_MS + 30 * MINUTE_MS, 100, 0),))
    found = cleaned([990, 1_000, 0, 30], exchanged)

    assert [Kind.EXCHANGE_UNCLEAR, Kind.EXCHANGE] == kinds(found)
    assert [0, 10, 10, 40] == (found.register - found.register[0]).tolist()
    assert [0, 1, 0] == steps([990, 1_000, 0, 30], exchanged).estimated.tolist()


def test_exchange_outside_the_readings() -> None:
    """What is not known on both sides is passed over: a date of long ago is no gap of years."""
    for at_ms in (0, START_MS + 10**11):
        found = cleaned([5, 10], METER._replace(exchanges=(Exchange(at_ms, 0, 0),)))

        assert ([5], []) == (np.diff(found.register).tolist(), found.findings)


def test_gas_by_volume() -> None:
    """0.25 m³ at 11.2 kWh/m³ are 2,800 Wh; after the day the value changes to 10, 2,500 Wh."""
    midnight_ms = ms("2026-03-02 00:00")
    of = GAS._replace(calorific=(*GAS.calorific, Calorific(midnight_ms, 10_000_000)))
    found = steps([100, 100.25, 100.5, 100.75], of, start_ms=midnight_ms - 30 * MINUTE_MS)

    assert [2_800, 2_800, 2_500] == found.amounts.tolist()


def test_calorific_value_changes_between_readings() -> None:
    """Of 0.3 m³ from 23:50 to 00:05, two thirds are worth 11.2 kWh/m³ and one third 10: 2,240 and 1,000 Wh."""
    midnight_ms = ms("2026-03-02 00:00")
    of = GAS._replace(calorific=(*GAS.calorific, Calorific(midnight_ms, 10_000_000)))
    found = cleaned([7, 7.3], of, start_ms=midnight_ms - 10 * MINUTE_MS)

    assert ([0, 2_240, 3_240], 3) == (found.register.tolist(), len(found.times))


def test_gas_by_pulses() -> None:
    """A pulse of 100 L of gas at 11.2 kWh/m³ is 1,120 Wh."""
    of = PULSES._replace(carrier="gas", weight=100_000_000, calorific=GAS.calorific)

    assert [1_120, 2_240] == steps([5, 6, 8], of).amounts.tolist()


def test_amounts_of_intervals() -> None:
    """Each reading is what flowed in the quarter before it."""

    assert [7, 3, 5] == steps([7, 3, 5], AMOUNTS, [15, 30, 45]).amounts.tolist()


def test_missing_interval_is_no_zero() -> None:
    """Without the third and fourth of 8, 4, (…), 6 Wh nobody knows: they are estimated as the 4 and 6 around them."""
    found = steps([8, 4, 6], AMOUNTS, [15, 30, 75])

    assert ([8, 4, 5, 5, 6], [0, 0, 1, 1, 0]) == (found.amounts.tolist(), found.estimated.tolist())


def test_impossible_amount() -> None:
    """10 MW is 2.5 MWh a quarter: 3 MWh are not, and are told."""
    found = cleaned([7, 3_000_000, 5], AMOUNTS)

    assert ([7, 0, 5], [Kind.IMPOSSIBLE_RISE]) == (np.diff(found.register).tolist(), kinds(found))


def test_power_is_integrated() -> None:
    """From 1,000 W to 2,000 W in a quarter: 1,500 W on the mean, 375 Wh; then 2,000 W, 500 Wh."""

    assert [375, 500] == steps([1_000, 2_000, 2_000], POWER).amounts.tolist()


def test_small_power_adds_up() -> None:
    """10 W read every 15 s are 0.042 Wh each time, and 2 or 3 Wh a quarter: 60 Wh in six hours."""
    at = START_MS + 15_000 * np.arange(1441, dtype=np.int64)
    of = POWER._replace(interval_s=15)
    whole = cleaned_of(at, np.full(1441, 10.0), of)
    found = filled(edges_of(whole, 0, STEP_MS), whole, Usual(PARIS, NOTHING))

    assert (60, {2, 3}) == (found.amounts.sum(), set(found.amounts.tolist()))


def test_silence_is_not_integrated() -> None:
    """An hour without power readings is estimated, as the 250 Wh a quarter before it and the 500 after."""
    found = steps([1_000, 1_000, 2_000, 2_000], POWER, [0, 15, 75, 90])

    assert [250, *[375] * 4, 500] == found.amounts.tolist()
    assert [0, *[1] * 4, 0] == found.estimated.tolist()


def test_power_below_zero() -> None:
    """A photovoltaic inverter draws 40 W at night: it makes nothing, and that is told once a day."""
    found = cleaned([0, -40, -40, 0], POWER._replace(carrier="pv", quantity="pv.power"))

    assert (0, [(Kind.NEGATIVE_POWER, -40)]) == (found.register[-1], [(f.kind, f.after) for f in found.findings])


def test_flow_is_integrated_in_litres() -> None:
    """1.2 m³/h for a quarter of an hour are 300 L."""
    of = POWER._replace(carrier="water", quantity="water.flow")

    assert [300] == steps([1.2, 1.2], of).amounts.tolist()


@pytest.mark.parametrize("kind", [METER, POWER, AMOUNTS])
def test_silent_to_the_end(kind: Meter) -> None:
    """After its last reading a meter has no steps, of whatever kind it is."""
    found = steps([100, 200], kind, [15, 30])

    assert START_MS + 30 * MINUTE_MS == found.starts[-1] + STEP_MS


def test_median_interval() -> None:
    """Read each hour but for one hole of three hours, with no interval declared, only the hole is a gap."""
    hours = [*range(20), *range(22, 30)]
    of = METER._replace(interval_s=0)
    found = cleaned([100 * hour for hour in hours], of, [60 * hour for hour in hours])

    assert {3_600_000} == set(usual_ms(found.times, of).tolist())
    assert [19] == np.flatnonzero(found.unsure).tolist()
