"""The load of one place → its facts of each local day: powers, use of photovoltaic energy, use while empty. Pure.

Where the place has an export meter, it uses what it draws and makes less what it feeds in. Without one its electricity
meters are taken to count all that it uses, as in collective self-consumption (code de l'énergie D315-4): then of each
step the lesser of production and use is used on the spot.
"""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.flows.rollup import floored, rollup
from energy.meters.cleaned import Times
from energy.meters.steps import Steps
from estate.calendar import DAY_MS, HOUR_MS

BASE_PERCENTILE = 5.0
"""The base load of a day is this percentile of its steps: not the least of all, so that it withstands single dips. The
"Daily Load 5th Percentile" of Lawrence Berkeley's OpenEIS algorithms (2014) is the same figure."""

WHOLE = 0.9
"""The share of a day's steps that must be there for its base load and mean to be such: a convention of ours."""


class Hours(NamedTuple):
    """The hours of which a place's occupancy is known."""

    starts: Times
    empty: NDArray[np.bool_]  # nobody was in any of its zones


def day_facts(flows: Mapping[str, Steps], step_ms: int, hours: Hours, zone: ZoneInfo) -> dict[str, Steps]:
    """The facts of the days that the electricity (by carrier: electricity, pv, export; Wh by step) reaches."""
    drawn = flows.get("electricity")
    if drawn is None or not len(drawn.starts):
        return {}
    used, here = _used(drawn, flows.get("pv"), flows.get("export"))
    found = {**_powers(drawn, step_ms, zone), "in_all": rollup(used, "1d", zone)}
    if here is not None:
        found["used_here"] = rollup(here, "1d", zone)
    if len(hours.starts):
        found |= _while_empty(rollup(used, "1h", zone), hours, zone)
    return found


def _used(drawn: Steps, pv: Steps | None, export: Steps | None) -> tuple[Steps, Steps | None]:
    """What is used in all, and of that what was made on the spot."""
    if pv is None:
        return drawn, None
    made = pv.at(drawn.starts)
    if export is None:
        here = np.minimum(made.amounts, drawn.amounts)
        return drawn, Steps.of(drawn.starts, here, np.minimum(here, np.maximum(made.guessed, drawn.guessed)))
    fed = export.at(drawn.starts)
    here = made.amounts - fed.amounts
    guessed = np.minimum(np.maximum(here, 0), made.guessed + fed.guessed)
    return Steps.of(drawn.starts, drawn.amounts + here, drawn.guessed + guessed), Steps.of(drawn.starts, here, guessed)


def _powers(drawn: Steps, step_ms: int, zone: ZoneInfo) -> dict[str, Steps]:
    """The greatest mean power of a step, the base load and the mean, W, by day; days of as many steps together."""
    watts = drawn.amounts * (HOUR_MS // step_ms)
    days, first = np.unique(floored(drawn.starts, "1d", zone), return_index=True)
    counts = np.diff(first, append=len(watts))
    whole = counts * step_ms >= WHOLE * (floored(days + DAY_MS * 3 // 2, "1d", zone) - days)
    found = np.zeros((6, len(days)), np.int64)  # peaks, what of them is guessed; bases, and means, likewise
    for count in np.unique(counts).tolist():
        chosen = np.flatnonzero(counts == count)
        table = first[chosen, None] + np.arange(count)
        power, estimated = watts[table], drawn.estimated[table]
        at = (np.arange(len(chosen)), power.argmax(axis=1))
        base = np.rint(np.percentile(power, BASE_PERCENTILE, axis=1))
        low = power <= base[:, None]
        share = (estimated * low).sum(axis=1) / np.maximum(low.sum(axis=1), 1)
        means = power.mean(axis=1), (power * estimated).mean(axis=1)
        found[:, chosen] = np.rint([power[at], power[at] * estimated[at], base, base * share, *means])
    peaks, guessed, bases, unsure, mean, vague = found
    one = np.ones(len(days), np.int64)
    based = {"base": Steps.of(days, bases, unsure), "based": Steps.of(days, one, one * 0)}
    based["mean"] = Steps.of(days, mean, vague)
    return {"peak": Steps.of(days, peaks, guessed)} | {name: steps.only(whole) for name, steps in based.items()}


def _while_empty(used: Steps, hours: Hours, zone: ZoneInfo) -> dict[str, Steps]:
    """What was used in hours of known occupancy, and of that while nobody was there."""
    _, here, there = np.intersect1d(used.starts, hours.starts, assume_unique=True, return_indices=True)
    if not len(here):
        return {}
    watched = Steps(used.starts[here], used.amounts[here], used.estimated[here])
    alone = hours.empty[there]
    empty = Steps.of(watched.starts, watched.amounts * alone, watched.guessed * alone)
    return {"watched": rollup(watched, "1d", zone), "empty": rollup(empty, "1d", zone)}
