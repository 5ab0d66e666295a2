"""What a meter counts beyond its sub-meters, where that is negative: a finding by hour, never clipped."""

from collections.abc import Sequence

import numpy as np

from energy.flows.allocation import remainder
from energy.flows.rollup import floored
from energy.meters.cleaned import Finding, Kind
from energy.meters.steps import Steps
from estate.calendar import LENGTHS
from estate.model import Estate, Meter


def over_counted(estate: Estate, meter: Meter, own: Steps, behind: Sequence[tuple[Meter, Steps]]) -> list[Finding]:
    """One finding per hour: from the first such step to the end of the last, and what was counted in them.

    A live pass looks at whole hours, so it finds what a rebuild finds.

    `before` is the meter's own amount, `after` that of the meters behind it, both over those steps alone. What the
    meters' resolutions can make of equal amounts is no finding.
    """
    net = remainder(own, [steps for _, steps in behind])
    shown = meter.resolution + sum(sub.resolution for sub, _ in behind)
    wrong = net < -shown
    if not wrong.any():
        return []
    starts, counted, amounts = own.starts[wrong], own.amounts[wrong], net[wrong]
    hours = floored(starts, "1h", estate.site.zone)
    found = []
    for part in np.split(np.arange(len(starts)), np.flatnonzero(np.diff(hours)) + 1):
        before, short = int(counted[part].sum()), int(amounts[part].sum())
        first, last = int(starts[part[0]]), int(starts[part[-1]])
        found.append(Finding(Kind.NEGATIVE_REMAINDER, first, before, before - short, last + LENGTHS[estate.step]))
    return found
