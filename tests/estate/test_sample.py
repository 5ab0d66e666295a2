from collections import Counter
from datetime import date, datetime

import pytest

from estate import docs
from estate.load import examine, load
from estate.model import Estate
from estate.settings import sample_path
from estate.vocabulary import USES
from sensors import history


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load(sample_path())


def test_sample_is_right() -> None:
    """The sample estate has no problem."""
    assert [] == examine(sample_path())


def test_forty_buildings(estate: Estate) -> None:
    """Forty buildings, each metered for electricity, of every use there is."""
    assert [f"b{number:02}" for number in range(1, 41)] == list(estate.buildings)
    assert set(USES) == {building.use for building in estate.buildings.values()}
    assert [] == [name for name in estate.buildings if f"{name}-electricity" not in estate.meters]


def test_devices_are_those_replayed(estate: Estate) -> None:
    """Whatever the replay publishes is in the estate, in the building its topic claims, and nothing else is."""
    placed = {device: place.building for device in estate.devices if (place := estate.place(device, 0))}

    assert history.devices() == placed


def test_origin_is_said(estate: Estate) -> None:
    """No device is without its source, and the site has its notice in both languages."""
    assert [] == [device.id for device in estate.devices.values() if not device.source]
    assert estate.site.notice_fr
    assert estate.site.notice_en


def test_few_tenants_planned_too_little(estate: Estate) -> None:
    """In November 2026 three tenants exceed 80 % of a budget, in both languages; all others stay below."""
    start, end = (int(datetime(2026, month, 1, tzinfo=estate.site.zone).timestamp() * 1000) for month in (11, 12))
    used: Counter[tuple[str, str]] = Counter()
    net: Counter[str] = Counter()  # what a meter counts beyond those behind it
    for meter in estate.meters.values():
        rise = round(_rise(meter.device, meter.quantity, start, end))
        net[meter.id] += rise
        net[meter.submeter_of] -= rise
    own = {estate.placements[meter.device][0].zone for meter in estate.meters.values()} - {""}  # zones with a meter
    for lease in estate.leases:
        zone = estate.zones[lease.zone]
        share = zone.area_m2 / estate.buildings[zone.building].area_m2
        for meter in estate.meters.values():
            place = estate.placements[meter.device][0]
            whole = not place.zone and place.building == zone.building and zone.id not in own
            if (whole or place.zone == zone.id) and lease.start_ms < end and start < lease.end_ms:
                used[lease.tenant, meter.carrier] += round((share if whole else 1) * net[meter.id])
    budgets = {key: budget for key in used if (budget := estate.budget(*key, date(2026, 11, 1)))}
    beyond = {key for key, budget in budgets.items() if used[key] > 0.8 * budget.amount}

    assert {("larkspur", "electricity"), ("gradin", "electricity"), ("levain", "electricity")} == beyond
    assert {"fr", "en"} == {estate.tenants[tenant].language for tenant, _ in beyond}
    assert len(budgets) > 50


def _rise(device: str, quantity: str, start: int, end: int) -> float:
    values = [row.value for row in history.readings(device, start, end + 1) if row.quantity == quantity]
    return values[-1] - values[0]


def test_every_case_is_there(estate: Estate) -> None:
    """One of each that staff meet: produced, fed in, behind another, made of others, split by key, priced."""
    meters = estate.meters.values()
    site = {meter.id for meter in meters if meter.role == "site"}

    assert {"electricity", "gas", "pv", "export", "water"} == {meter.carrier for meter in meters}
    assert {"b03-a1-electricity"} == {meter.id for meter in meters} - site
    assert ["b07-use"] == list(estate.virtuals)
    assert site == {contract.meter for contract in estate.contracts}
    assert {"headcount", "fixed", "occupancy"} == {key.kind for key in estate.keys}
    assert {"gas", "pv"} == {factor.carrier for factor in estate.carbon}
    assert "site-weather" == estate.site.outdoor


def test_the_exchange_is_the_replays(estate: Estate) -> None:
    """The old meter's last index is what it showed then, and the new one begins where the inventory says."""
    meter = estate.meters["b39-electricity"]
    (exchange,) = meter.exchanges
    before, at = (
        history.readings(meter.device, exchange.at_ms - step, exchange.at_ms + 1)[0] for step in (3_600_000, 0)
    )

    assert exchange.first == at.value
    assert 0 < exchange.final - before.value < 40_000


def test_readme_is_up_to_date() -> None:
    """The columns in the README are those of the row models."""
    text = docs.README.read_text(encoding="utf-8")

    assert docs.rendered(text) == text
