"""The load of one place → its facts of each local day: peak, base, use of photovoltaic energy, use while empty. Pure.

Where the place has an export meter, it uses what it draws and makes less what it feeds in. Without one its electricity
meters are taken to count all that it uses, as in collective self-consumption (code de l'énergie D315-4): then of each
step the lesser of production and use is used on the spot.
"""

from collections.abc import Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from energy.flows.rollup import rollup
from energy.meters.register import Register, Times
from energy.meters.steps import Steps
from estate.calendar import HOUR_MS, following

BASE_PERCENTILE = 5.0
"""The base load of a day is this percentile of its steps: not the least of all, so that it withstands single dips. The
"Daily Load 5th Percentile" of Lawrence Berkeley's OpenEIS algorithms (2014) is the same figure."""

WHOLE = 0.9
"""The share of a day's steps that must be there for its base load to be one: a convention of ours."""


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
    made, made_guessed = _at(pv, drawn.starts)
    if export is None:
        here = np.minimum(made, drawn.amounts)
        return drawn, Steps.of(drawn.starts, here, np.minimum(here, np.maximum(made_guessed, drawn.guessed)))
    fed, fed_guessed = _at(export, drawn.starts)
    here = made - fed
    guessed = np.minimum(np.maximum(here, 0), made_guessed + fed_guessed)
    return Steps.of(drawn.starts, drawn.amounts + here, drawn.guessed + guessed), Steps.of(drawn.starts, here, guessed)


def _at(steps: Steps, starts: Times) -> tuple[Register, Register]:
    """The amounts at these starts, and what of them was not measured; 0 where there is no step."""
    amounts, guessed = np.zeros(len(starts), np.int64), np.zeros(len(starts), np.int64)
    _, here, there = np.intersect1d(starts, steps.starts, assume_unique=True, return_indices=True)
    amounts[here], guessed[here] = steps.amounts[there], steps.guessed[there]
    return amounts, guessed


def _powers(drawn: Steps, step_ms: int, zone: ZoneInfo) -> dict[str, Steps]:
    """The greatest mean power of a step, and the base load, W, by day."""
    watts = drawn.amounts * (HOUR_MS // step_ms)
    days = rollup(drawn, "1d", zone).starts
    edges = [*np.searchsorted(drawn.starts, days).tolist(), len(drawn.starts)]
    peaks, bases = [], []
    for day, first, end in zip(days.tolist(), edges[:-1], edges[1:], strict=True):
        at = first + int(np.argmax(watts[first:end]))
        peaks.append((day, int(watts[at]), round(float(watts[at] * drawn.estimated[at]))))
        if (end - first) * step_ms >= WHOLE * (following(day, "1d", zone) - day):
            base = round(float(np.percentile(watts[first:end], BASE_PERCENTILE)))
            low = watts[first:end] <= base
            bases.append((day, base, round(base * float(drawn.estimated[first:end][low].mean())) if low.any() else 0))
    based = [(day, 1, 0) for day, _, _ in bases]
    facts = {"peak": peaks, "base": bases, "based": based}
    return {name: Steps.of(*np.array(rows, np.int64).reshape(-1, 3).T) for name, rows in facts.items()}


def _while_empty(used: Steps, hours: Hours, zone: ZoneInfo) -> dict[str, Steps]:
    """What was used in hours of known occupancy, and of that while nobody was there."""
    _, here, there = np.intersect1d(used.starts, hours.starts, assume_unique=True, return_indices=True)
    if not len(here):
        return {}
    watched = Steps(used.starts[here], used.amounts[here], used.estimated[here])
    alone = hours.empty[there]
    empty = Steps.of(watched.starts, watched.amounts * alone, watched.guessed * alone)
    return {"watched": rollup(watched, "1d", zone), "empty": rollup(empty, "1d", zone)}
