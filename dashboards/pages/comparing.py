"""Two periods compared on what is known of both: the days, today as far as its steps are settled. Pure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dashboards.pages.period import Period, Span
from energy.meters.cleaned import Times
from energy.meters.steps import NOTHING, Steps
from estate.calendar import DAY_MS, floor


class Known(NamedTuple):
    """What is known of one meter in one period: its days, and the steps of the one that is under way."""

    days: Steps
    steps: Steps


UNKNOWN = Known(NOTHING, NOTHING)


class Alike(NamedTuple):
    """What the period so far and the former one come to, on the days that are compared."""

    now: int
    former: int


def alike(now: Known, before: Known, period: Period) -> Alike | None:
    """The two periods on the days that are known of ours; None where the former one lacks one of these.

    The last day that is known may be known in part: it counts where it is today, or the last of all.
    """
    so_far, former = period.so_far, period.former_so_far
    if period.former is None or former is None:
        return None
    ours, theirs = _days(now.days, so_far.start_ms), _days(before.days, former.start_ms)
    last = round((period.span.end_ms - period.span.start_ms) / DAY_MS) - 1
    length = round((period.former.end_ms - period.former.start_ms) / DAY_MS)
    midnight, morning = (floor(span.end_ms, "1d", period.zone) for span in (former, so_far))
    under_way = period.running and len(now.steps.starts) > 0
    whole = ours if not period.running and last in ours else ours[:-1]
    shared = whole if whole.size > last else whole[whole < length]
    wanted = np.arange(length) if whole.size > last else shared
    if not np.isin(wanted, theirs).all() or not (len(shared) or under_way):
        return None
    like = int(now.days.amounts[np.isin(ours, shared)].sum())
    amount = int(before.days.amounts[np.isin(theirs, wanted)].sum())
    if under_way:
        like += int(now.steps.amounts.sum())
        as_far = before.steps.starts - midnight <= int(now.steps.starts[-1]) - morning
        amount += int(before.steps.amounts[as_far].sum())
    return Alike(like, amount)


def alike_days(ours: Times, theirs: Times, period: Period) -> NDArray[np.bool_] | None:
    """Which of the former period's whole days are compared with ours that are known; None where it lacks one of them.

    Days are the starts of those that are over; of a whole period those of the whole former one.
    """
    former = period.former_so_far
    if period.former is None or former is None:
        return None
    own, known = _numbers(ours, period.span.start_ms), _numbers(theirs, former.start_ms)
    length, before = (round((span.end_ms - span.start_ms) / DAY_MS) for span in (period.span, period.former))
    wanted = np.arange(before) if len(own) == length else own
    chosen: NDArray[np.bool_] = np.isin(known, wanted)
    return chosen if chosen.sum() == len(wanted) else None


def last_day(span: Span, period: Period) -> Span:
    """What a span holds of a day that is not over; empty where it ends at midnight."""
    return Span(max(span.start_ms, floor(span.end_ms, "1d", period.zone)), span.end_ms)


def _days(steps: Steps, start_ms: int) -> NDArray[np.int64]:
    """The number of each day in its period; a day of 23 or 25 hours shifts none."""
    return _numbers(steps.starts, start_ms)


def _numbers(starts: Times, start_ms: int) -> NDArray[np.int64]:
    return np.rint((starts - start_ms) / DAY_MS).astype(np.int64)
