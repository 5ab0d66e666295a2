"""Meters made of others: their steps by formula, and where that comes out below zero. Pure."""

from collections.abc import Collection, Iterator, Mapping
from zoneinfo import ZoneInfo

import numpy as np

from energy.meters.cleaned import Finding, Kind
from energy.meters.steps import NOTHING, Steps
from estate.calendar import floor
from estate.model import Estate, Virtual


def touched(estate: Estate, meters: Collection[str]) -> list[Virtual]:
    """The virtual meters that rest on any of these, each after those it is made of."""
    reached = set(meters)
    found = []
    for virtual in estate.virtuals.values():
        if any(name in reached for _, name in virtual.terms):
            reached.add(virtual.id)
            found.append(virtual)
    return found


def members(estate: Estate, name: str) -> set[str]:
    """The meters with readings that a meter rests on: itself, or those that its formula comes down to."""
    virtual = estate.virtuals.get(name)
    return {each for _, term in virtual.terms for each in members(estate, term)} if virtual else {name}


def combined(virtual: Virtual, members: Mapping[str, Steps]) -> Steps:
    """The steps of which every member has an amount; what of any member was not measured is not measured of it.

    Where it comes to 0, that is a guess as soon as any member's amount is.
    """
    terms = [(sign, members.get(name, NOTHING)) for sign, name in virtual.terms]
    starts = terms[0][1].starts
    for _, steps in terms[1:]:
        starts = np.intersect1d(starts, steps.starts, assume_unique=True)
    amounts, guessed = np.zeros((2, len(starts)), np.int64)
    blank = starts < 0
    for sign, steps in terms:
        at = np.searchsorted(steps.starts, starts)
        amounts += sign * steps.amounts[at]
        guessed += steps.guessed[at]
        blank |= steps.blank[at] | (steps.guessed[at] > 0)
    return Steps.of(starts, amounts, np.minimum(guessed, np.abs(amounts)), blank)


def below_zero(steps: Steps, zone: ZoneInfo, step_ms: int) -> Iterator[Finding]:
    """One finding a local day, with what its negative steps come to."""
    below = np.flatnonzero(steps.amounts < 0).tolist()
    days: dict[int, list[int]] = {}
    for place in below:
        days.setdefault(floor(int(steps.starts[place]), "1d", zone), []).append(place)
    for places in days.values():
        total = int(steps.amounts[places].sum())
        first, last = int(steps.starts[places[0]]), int(steps.starts[places[-1]])
        yield Finding(Kind.NEGATIVE_VIRTUAL, first, 0, total, last + step_ms)
