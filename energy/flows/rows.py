"""Flows ↔ the rows the store keeps: the meters' own, their tenants' shares, and the roll-ups of both."""

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from itertools import repeat
from typing import Literal, NamedTuple

from energy.flows.allocation import NOBODY, People, allocate, placement_at
from energy.flows.remainder import over_counted
from energy.meters.register import Finding
from energy.meters.steps import Steps
from estate.calendar import Every
from estate.model import Consumption, Estate, Meter
from store.base import UsageTag

Whose = Literal["meter", "tenant"]
WHOSE: tuple[Whose, ...] = ("meter", "tenant")

REMOVED = "removed"
"""The role of rows whose meter has left the estate."""

EACH_ROW: tuple[UsageTag, ...] = ("building", "meter", "tenant", "carrier", "role")
"""Grouped by these, every row of consumption stands for itself."""

_CONSUMPTION: Callable[[tuple[object, ...]], Consumption] = partial(tuple.__new__, Consumption)
"""`Consumption._make` without a Python call for each of millions of rows."""


class Flow(NamedTuple):
    """What flowed through a meter, or a tenant's share of it, step by step."""

    meter: Meter
    tenant: str  # "" for the meter's own
    steps: Steps


class Shared(NamedTuple):
    """What was shared out, and the meters that counted less than those behind them."""

    flows: list[Flow]  # the meters' own, each with its tenants'
    findings: dict[str, list[Finding]]  # by meter


def shared(estate: Estate, meters: Collection[str], own: Iterable[Flow], people: People = NOBODY) -> Shared:
    """These meters' own flows, each with the shares of its tenants; `own` holds those of the meters behind them too."""
    steps = {flow.meter.id: flow.steps for flow in own}
    behind: dict[str, list[tuple[Meter, Steps]]] = {meter: [] for meter in meters if meter in steps}
    for meter in map(estate.meters.__getitem__, steps):
        if meter.submeter_of in behind and meter.carrier == estate.meters[meter.submeter_of].carrier:
            behind[meter.submeter_of].append((meter, steps[meter.id]))
    result = Shared([], {})
    for name, subs in behind.items():
        meter = estate.meters[name]
        shares = allocate(estate, meter, steps[name], [each for _, each in subs], people)
        result.flows.extend(Flow(meter, tenant, share) for tenant, share in {"": steps[name], **shares}.items())
        if found := over_counted(estate, meter, steps[name], subs):
            result.findings[name] = found
    return result


def rows(estate: Estate, of: Iterable[Flow], every: Every, settled_ms: int) -> list[Consumption]:
    """The rows of all flows."""
    return [row for flow in of for row in _rows(estate, flow, every, settled_ms)]


def _rows(estate: Estate, flow: Flow, every: Every, settled_ms: int) -> Iterable[Consumption]:
    meter, (starts, amounts, estimated) = flow.meter, (column.tolist() for column in flow.steps)
    names = (meter.id, flow.tenant, meter.carrier)
    columns = zip(
        *map(repeat, names),
        _buildings(estate, meter, starts),
        repeat(meter.role),
        repeat(every),
        starts,
        amounts,
        estimated,
        repeat(settled_ms),
        strict=False,  # what repeats has no end
    )
    return map(_CONSUMPTION, columns)


def _buildings(estate: Estate, meter: Meter, starts: Sequence[int]) -> Iterable[str]:
    """Where the meter was at each start."""
    if len(estate.placements[meter.device]) == 1:
        return repeat(estate.placements[meter.device][0].building)
    return [placement_at(estate, meter, start).building for start in starts]
