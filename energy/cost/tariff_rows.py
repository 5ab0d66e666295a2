"""What tariffs ask of each local day, as rows the store keeps beside consumption, so that a year of costs is few rows.

Role `derived`; instead of a meter's id the name of the fact (`Fact.row` in `tariff`), which holds the slots it was
computed with: a changed contract asks for other names, and what is not there is computed from the steps.
"""

from collections.abc import Iterable, Iterator, Sequence

from energy.cost.tariff import Fact, days, facts_of
from energy.derived.facts import ROLE
from energy.flows.rows import Flow
from estate.calendar import LENGTHS
from estate.model import Consumption, Estate

POINT, PART = "tariff", "tariff.part"
"""The carriers of these rows: of delivery points, and of their tenants' parts."""

OF_PARTS = ("hc", "pte")
"""The facts that are known of tenants' parts too; power is the delivery point's."""


def facts_for(estate: Estate, meter: str, tenant: str) -> list[Fact]:
    """What is kept of a meter's days, or of a tenant's part of them."""
    if not tenant and estate.meters[meter].submeter_of:
        return []
    return [fact for fact in facts_of(estate, meter) if not tenant or fact.kind in OF_PARTS]


def wants(estate: Estate, meters: Iterable[str]) -> list[str]:
    """Those of the meters of whose days something is kept."""
    return [meter for meter in meters if facts_of(estate, meter)]


def tariff_rows(estate: Estate, flows: Sequence[Flow], settled_ms: int) -> list[Consumption]:
    """The rows of flows by the estate's step that begin with a whole day."""
    return [row for flow in flows for row in _rows(estate, flow, settled_ms)]


def _rows(estate: Estate, flow: Flow, settled_ms: int) -> Iterator[Consumption]:
    meter, tenant, steps = flow
    for fact in facts_for(estate, meter.id, tenant):
        found = days(steps, fact, LENGTHS[estate.step], estate.site.zone)
        name, carrier = fact.row(meter.id, tenant), PART if tenant else POINT
        for start, amount, share in zip(*(column.tolist() for column in found), strict=True):
            yield Consumption(name, "", carrier, "", ROLE, "1d", start, amount, share, settled_ms)
