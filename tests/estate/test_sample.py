from collections import Counter
from datetime import date, datetime

import pytest

from estate import docs
from estate.load import examine, load
from estate.model import USES, Estate
from estate.settings import sample_path
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
    for lease in estate.leases:
        zone = estate.zones[lease.zone]
        share = zone.area_m2 / estate.buildings[zone.building].area_m2
        for meter in estate.meters.values():
            here = estate.placements[meter.device][0].building == zone.building
            if here and lease.start_ms < end and start < lease.end_ms:
                used[lease.tenant, meter.carrier] += round(share * _rise(meter.device, meter.quantity, start, end))
    budgets = {key: budget for key in used if (budget := estate.budget(*key, date(2026, 11, 1)))}
    beyond = {key for key, budget in budgets.items() if used[key] > 0.8 * budget.amount}

    assert {("larkspur", "electricity"), ("gradin", "electricity"), ("levain", "electricity")} == beyond
    assert {"fr", "en"} == {estate.tenants[tenant].language for tenant, _ in beyond}
    assert len(budgets) > 50


def _rise(device: str, quantity: str, start: int, end: int) -> float:
    values = [row.value for row in history.readings(device, start, end + 1) if row.quantity == quantity]
    return values[-1] - values[0]


def test_readme_is_up_to_date() -> None:
    """The columns in the README are those of the row models."""
    text = docs.README.read_text(encoding="utf-8")

    assert docs.rendered(text) == text
