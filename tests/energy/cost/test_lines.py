from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy.cost.lines import Cost, Days, Use, costs, energy_by_period, use
from energy.cost.money import NANO
from energy.cost.tariff import Fact, contracts_of, days, facts_of
from energy.flows.rollup import rollup
from energy.meters.steps import Steps
from estate.calendar import STEP_MS, steps
from estate.model import Estate
from estate.tariff import Contract, Tariff
from tests.energy.cost.tariffs import BASE, FOUR, NIGHT, TWO, contract, estate, line
from tests.energy.cost.test_tariff import constant
from tests.energy.sites import PARIS, ms

EUR = NANO


def span(start: str, end: str) -> Days:
    return Days.of(list(steps(ms(start), ms(end), "1d", PARIS)), PARIS)


def used(site: Estate, of: Days, flow: Steps) -> Use:
    """What flowed, with the facts the main meter's contracts ask for."""
    facts: dict[Fact, Steps] = {fact: days(flow, fact, STEP_MS, PARIS) for fact in facts_of(site, "main")}
    return use(of, rollup(flow, "1d", PARIS), facts)


def priced(site: Estate, of: Days, flow: Steps, parts: Sequence[Steps] = ()) -> list[list[Cost]]:
    whole = used(site, of, flow)
    return costs(site, contracts_of(site, "main"), of, whole, [used(site, of, part) for part in parts] or [whole])


def sums(found: Sequence[Cost]) -> Mapping[tuple[str, str], int]:
    """Line and period → what it comes to, in 1e-9 EUR."""
    total: dict[tuple[str, str], int] = {}
    for cost in found:
        key = (cost.line.name, cost.line.period)
        total[key] = total.get(key, 0) + int(cost.amount.sum())
    return total


def shares(flow: Steps, of: int) -> list[Steps]:
    """The flow in two parts: so many percent, and the rest."""
    part = flow.amounts * of // 100
    return [flow._replace(amounts=part), flow._replace(amounts=flow.amounts - part)]


def test_base() -> None:
    """31 days of 9.6 kWh at 0.20 EUR are 59.52 EUR."""
    site = estate(contract(BASE))

    assert {("Energy", ""): 59_520_000_000} == sums(
        priced(site, span("2026-01-01", "2026-02-01"), constant("2026-01-01", "2026-02-01"))[0]
    )


def test_peak_and_off_peak() -> None:
    """April 2026, 400 W: 30 × (16 h × 0.20 + 8 h × 0.10) × 0.4 kW = 48 EUR; 10 kVA × 36.5 EUR × 30/365 = 30 EUR.

    One quarter of an hour of 12 kW (2.9 kWh more, by day): 0.58 EUR more, and 2 kVA over at 10 EUR. 30 days of metering
    at 0.05 are 1.50. The tax is 20 % of 48.58 + 30 + 20 + 1.50 = 100.08: 20.016 EUR.
    """
    site = estate(contract(TWO))
    flow = constant("2026-04-01", "2026-05-01")
    flow.amounts[50] = 3000  # 12:30
    found = sums(priced(site, span("2026-04-01", "2026-05-01"), flow)[0])

    expected = {
        ("Energy", "hp"): 38_980_000_000,
        ("Energy", "hc"): 9_600_000_000,
        ("Subscription", ""): 30 * EUR,
        ("Overrun", ""): 20 * EUR,
        ("Metering", ""): 1_500_000_000,
        ("Tax", ""): 20_016_000_000,
    }
    assert expected == found


def test_four_periods_and_winter_peak() -> None:
    """A high-season Friday and a low-season one of 400 W: 0.4 kW × hours × price.

    Friday 2026-02-27: 4 h peak, 12 h, 8 h off-peak: 0.64 + 1.44 + 0.64. Friday 2026-04-03: 16 h and 8 h: 0.64 + 0.16.
    """
    site = estate(contract(FOUR, peak="09:00-11:00 18:00-20:00"))
    winter = sums(priced(site, span("2026-02-27", "2026-02-28"), constant("2026-02-27", "2026-02-28"))[0])
    summer = sums(priced(site, span("2026-04-03", "2026-04-04"), constant("2026-04-03", "2026-04-04"))[0])

    energy = {"pte": 640_000_000, "hph": 1_440_000_000, "hch": 640_000_000, "hpb": 0, "hcb": 0}
    other = {("Excise", ""): 96_000_000, ("Above", ""): 0}
    assert {("Energy", period): amount for period, amount in energy.items()} | other == winter
    energy |= {"pte": 0, "hph": 0, "hch": 0, "hpb": 640_000_000, "hcb": 160_000_000}
    assert {("Energy", period): amount for period, amount in energy.items()} | other == summer


def test_overrun_by_the_hour() -> None:
    """Five quarters of an hour above the subscribed power are 1.25 h at 12 EUR: 15 EUR."""
    site = estate(contract(FOUR, kva=10, peak="09:00-11:00"))
    flow = constant("2026-04-03", "2026-04-04")
    flow.amounts[40:45] = 2501

    assert 15 * EUR == sums(priced(site, span("2026-04-03", "2026-04-04"), flow)[0])["Above", ""]


def test_a_price_changes_within_the_month() -> None:
    """0.20 EUR until 14 April, 0.30 from the 15th: 14 × 9.6 × 0.2 + 16 × 9.6 × 0.3 = 26.88 + 46.08 EUR."""
    lines = (
        line("Energy", 0.2, "EUR/kWh", end="2026-04-15"),
        line("Energy", 0.3, "EUR/kWh", start="2026-04-15"),
    )
    tariff = Tariff("new", "New", "electricity", lines)
    site = estate(contract(tariff), tariffs=[tariff])
    found = priced(site, span("2026-04-01", "2026-05-01"), constant("2026-04-01", "2026-05-01"))[0]

    assert [26_880_000_000, 46_080_000_000] == [int(cost.amount.sum()) for cost in found]


def test_gas_water_and_feed_in() -> None:
    """9,600 a day: 9.6 kWh of gas at 0.09 are 0.864 EUR, 9.6 m³ of water at 4.10 39.36 EUR, fed in at 0.06 −0.576."""
    prices = {"EUR/kWh": 0.09, "EUR/m3": 4.1}
    flow, of = constant("2026-04-01", "2026-04-02"), span("2026-04-01", "2026-04-02")
    found = []
    for unit, price in (*prices.items(), ("EUR/kWh", -0.06)):
        tariff = Tariff("one", "One", "gas", (line("Amount", price, unit), line("Tax", 10, "%", of=["Amount"])))
        found.append(sums(priced(estate(contract(tariff), tariffs=[tariff]), of, flow)[0]))

    expected = [(864_000_000, 86_400_000), (39_360_000_000, 3_936_000_000), (-576_000_000, -57_600_000)]
    assert expected == [(each["Amount", ""], each["Tax", ""]) for each in found]


def test_clock_changes() -> None:
    """400 W on the day of 23 hours cost 7 off-peak hours, on that of 25 hours 9; peak hours are 16 on both."""
    site = estate(contract(TWO))
    for day, following, night in (("2026-03-29", "2026-03-30", 7), ("2026-10-25", "2026-10-26", 9)):
        found = sums(priced(site, span(day, following), constant(day, following))[0])

        assert (1_280_000_000, night * 40_000_000) == (found["Energy", "hp"], found["Energy", "hc"])


def test_tenants_pay_by_energy() -> None:
    """Three quarters of the energy is three quarters of all: of 1 EUR a day, 0.75; nobody's day is the last one's."""
    site = estate(contract(TWO))
    flow, of = constant("2026-04-01", "2026-04-03"), span("2026-04-01", "2026-04-04")
    first, last = (sums(each) for each in priced(site, of, flow, shares(flow, 75)))

    assert (1_500_000_000, 1_500_000_000) == (first["Subscription", ""], last["Subscription", ""])
    assert (75_000_000, 75_000_000) == (first["Metering", ""], last["Metering", ""])


def test_a_changed_contract() -> None:
    """Each day is priced by the contract of its time: 15 days base, then 15 of peak and off-peak."""
    site = estate(contract(BASE, end="2026-04-16"), contract(TWO, start="2026-04-16"))
    found = sums(priced(site, span("2026-04-01", "2026-05-01"), constant("2026-04-01", "2026-05-01"))[0])

    assert (28_800_000_000, 19_200_000_000, 15 * EUR) == (
        found["Energy", ""],
        found["Energy", "hp"],
        found["Subscription", ""],
    )


def test_summer_slots() -> None:
    """Off-peak hours that differ from April on: two hours in March, eight in April."""
    both = contract(TWO, off_peak="02:00-04:00")._replace(off_peak_summer=NIGHT)
    flow = constant("2026-03-31", "2026-04-02")
    found = priced(estate(both), span("2026-03-31", "2026-04-02"), flow)[0]

    assert [[800, 3200]] == [each.quantity.tolist() for each in found if each.line.period == "hc"]


TARIFFS = st.sampled_from([contract(TWO), contract(FOUR, peak="09:00-11:00")])


@st.composite
def flows(draw: st.DrawFn) -> Steps:
    """Up to 20 kWh in each quarter of an hour of one to three days across the end of summer time."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    values = rng.integers(0, 20_000, draw(st.integers(96, 96 * 3)))
    starts = ms("2026-10-24") + STEP_MS * np.arange(len(values), dtype=np.int64)
    return Steps.of(starts, values, np.zeros(len(values), np.int64))


SPAN = Days.of(list(steps(ms("2026-10-24"), ms("2026-10-28"), "1d", PARIS)), PARIS)


@settings(max_examples=30, deadline=None)
@given(flows(), TARIFFS, st.integers(0, 96 * 3))
def test_energy_adds_over_any_split(flow: Steps, of: Contract, at: int) -> None:
    """What the energy lines cost before and after any instant sums to what they cost together."""
    site = estate(of)
    halves = [
        Steps(flow.starts[part], flow.amounts[part], flow.estimated[part]) for part in (slice(at), slice(at, None))
    ]
    whole, *split = (
        {key: value for key, value in sums(priced(site, SPAN, each)[0]).items() if key[0] in ("Energy", "Excise")}
        for each in (flow, *(half for half in halves if len(half.starts)))
    )

    assert whole == {key: sum(each[key] for each in split) for key in whole}


@settings(max_examples=30, deadline=None)
@given(flows(), TARIFFS, st.lists(st.integers(0, 100), min_size=1, max_size=3))
def test_tenants_sum_to_the_delivery_point(flow: Steps, of: Contract, percentages: list[int]) -> None:
    """Every line of every tenant, day by day, sums exactly to that of the delivery point."""
    site = estate(of)
    parts, rest = [], flow
    for share in percentages:
        first, rest = shares(rest, share)
        parts.append(first)
    found = priced(site, SPAN, flow, [*parts, rest])
    whole = priced(site, SPAN, flow)[0]

    expected = [cost.amount.tolist() for cost in whole]
    assert expected == [np.sum([each.amount for each in lines], axis=0).tolist() for lines in zip(*found, strict=True)]


@settings(max_examples=30, deadline=None)
@given(flows(), st.integers(1, 2))
def test_days_sum_to_months(flow: Steps, day: int) -> None:
    """A month is the sum of its days: asked for together or in two parts, but for the overrun, which is the month's."""
    site = estate(contract(FOUR, peak="09:00-11:00"))
    middle = SPAN.starts[day]
    whole = priced(site, SPAN, flow)[0]
    parts = [
        priced(site, Days.of(list(steps(start, end, "1d", PARIS)), PARIS), flow)[0]
        for start, end in ((ms("2026-10-24"), int(middle)), (int(middle), ms("2026-10-28")))
    ]

    assert sums(whole) == {key: sum(sums(part)[key] for part in parts) for key in sums(whole)}


def test_periods_by_their_dates() -> None:
    """A tariff of two periods that becomes one of four on 15 April, under another name: each day by what holds then.

    400 W: 14 days of 6.4 kWh and 3.2, then 16 of the same in the low season. The winter peak it had is not missed.
    """
    lines = (
        line("Energy", 0.2, "EUR/kWh", "hp", end="2026-04-15"),
        line("Energy", 0.1, "EUR/kWh", "hc", end="2026-04-15"),
        *(
            line("Supply", 0.1, "EUR/kWh", period, start="2026-04-15", end=end)
            for period, end in (("hph", ""), ("hch", ""), ("hpb", ""), ("hcb", ""), ("pte", "2026-11-01"))
        ),
    )
    tariff = Tariff("new", "New", "electricity", lines)
    site = estate(contract(tariff, peak="09:00-11:00"), tariffs=[tariff])
    of = span("2026-04-01", "2026-05-01")
    found = energy_by_period(site, contracts_of(site, "main"), of, used(site, of, constant("2026-04-01", "2026-05-01")))

    expected = {"hp": 14 * 6_400, "hc": 14 * 3_200, "hph": 0, "hch": 0, "hpb": 16 * 6_400, "hcb": 16 * 3_200, "pte": 0}
    assert expected == {period: int(amounts.sum()) for period, amounts in found.items()}


def test_a_winter_peak_that_is_priced_apart_no_longer() -> None:
    """Until Friday 2026-02-27 two hours of peak and 14 others, from the Saturday on 16 hours of `hph`: all are paid."""
    lines = (line("Energy", 0.4, "EUR/kWh", "pte", end="2026-02-28"), *FOUR.lines[1:5])
    tariff = Tariff("new", "New", "electricity", lines)
    site = estate(contract(tariff, peak="09:00-11:00"), tariffs=[tariff])
    of = span("2026-02-27", "2026-03-01")
    found = priced(site, of, constant("2026-02-27", "2026-03-01"))[0]

    hours = {cost.line.period: (cost.quantity // 400).tolist() for cost in found}
    assert {"pte": [2, 0], "hph": [14, 16], "hch": [8, 8], "hpb": [0, 0], "hcb": [0, 0]} == hours
