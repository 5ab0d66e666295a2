"""Flows ↔ the rows the store keeps: the meters' own, their tenants' shares, and the roll-ups of both."""

from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from energy.flows.allocation import NOBODY, People, allocate, placement_at
from energy.flows.remainder import over_counted
from energy.meters.cleaned import Finding
from energy.meters.steps import Steps
from estate.calendar import Every
from estate.model import Estate, Meter
from store.base import UsageTag
from store.runs import Run, Runs

Whose = Literal["meter", "tenant"]
WHOSE: tuple[Whose, ...] = ("meter", "tenant")

REMOVED = "removed"
"""The role of rows whose meter has left the estate."""

EACH_ROW: tuple[UsageTag, ...] = ("building", "meter", "tenant", "carrier", "role")
"""Grouped by these, every row of consumption stands for itself."""


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


def rows(estate: Estate, of: Iterable[Flow], every: Every, settled_ms: int) -> Runs:
    """The rows of all flows."""
    return Runs(run for flow in of for run in _runs(estate, flow, every, settled_ms))


def _runs(estate: Estate, flow: Flow, every: Every, settled_ms: int) -> Iterator[Run]:
    """Its rows by where the meter was."""
    meter, tenant, steps = flow
    cuts = [place.start_ms for place in estate.placements[meter.device]]
    edges = np.unique([0, *np.searchsorted(steps.starts, cuts), len(steps.starts)]).tolist()
    for first, end in pairwise(edges):
        part = steps.only(slice(first, end))
        building = placement_at(estate, meter, int(part.starts[0])).building
        settled = np.full(end - first, settled_ms, np.int64)
        yield Run(meter.id, tenant, meter.carrier, building, meter.role, every, *part, settled)
