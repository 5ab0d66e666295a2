"""Queries of consumption as Grafana's panels ask them: over the time shown, in windows as wide as can be drawn."""

from collections.abc import Sequence
from typing import NamedTuple

from estate.calendar import HOUR_MS, LENGTHS
from store.base import How, Usage
from store.influxql import MEASUREMENTS, groups, matches, name
from store.influxql_shown import LAST_DAY, SHOWN, Chosen, by_tags, held, windows

_WINDOWS = {"15m": "15m", "30m": "30m"}
_WINDOW = "1h"
"""The window that tells any two steps apart and begins as they do: local midnights are whole hours in the zones an
estate may be in. The server walks through every window of every series, so a year is four times faster than by 15m."""

COMPARED_WEEKS = 4
"""How many days of the same weekday are what is usual; as the profile that fills gaps in readings looks back."""


NEARLY = 0.9
"""The share of the rows now that the time before must have to be compared with."""


class Sum(NamedTuple):
    """One sum of a ratio: what flowed, of what is chosen."""

    usage: Usage
    chosen: Chosen = ()


def panel_steps(query: Usage, chosen: Chosen = (), per: int = 1) -> str:
    """What flowed, step by step, in units of so many. By meter these are the rows themselves, of one carrier."""
    if query.by == ("meter",):
        return f"{_rows(Sum(query, chosen), 'amount', per)}"
    window = _WINDOWS.get(query.every, _WINDOW)
    return f"{_sum(query, chosen, SHOWN, 'amount', per=per)} {groups(window, query.by)}"


def panel_estimated(query: Usage, chosen: Chosen = ()) -> str:
    """What of it was estimated, step by step; a step that was measured is absent."""
    window = _WINDOWS.get(query.every, _WINDOW)
    rows = _of(query, chosen, f'{SHOWN} AND "estimated_amount" > 0')
    return f'SELECT sum("estimated_amount") AS "amount" {rows} {groups(window, query.by)}'


def panel_total(query: Usage, chosen: Chosen = (), per: int = 1, how: How = "sum") -> str:
    """What flowed in all of the time shown, in units of so many, one figure per group; or `how`: the greatest step."""
    return f"{_sum(query, chosen, SHOWN, 'amount', how, per)}{by_tags(query.by)}"


def panel_totals(query: Usage, chosen: Chosen = ()) -> str:
    """What flowed in all of the time shown, for a table: a row per group, whose tags are columns.

    Not grouped in the end: Grafana's newer reader of answers mixes up the columns of two tags.
    """
    tags = ", ".join(map(name, query.by))
    return f'SELECT "amount", {tags} FROM ({panel_total(query, chosen)})'


def panel_top(query: Usage, tag: str, most: int, chosen: Chosen = (), how: str = "top") -> str:
    """The groups of this tag that used most in the time shown (how: `bottom`, least)."""
    inner = f"{_sum(query, chosen, SHOWN, 'amount')}{by_tags([tag])}"
    return f'SELECT {how}("amount", {most}) AS "amount", {name(tag)} FROM ({inner})'


def panel_first(ranked: str, tag: str, most: int, how: str = "top") -> str:
    """Of a query with a value per group of this tag, the groups with the greatest values (how: `bottom`, the least)."""
    return f'SELECT {how}("value", {most}) AS "value", {name(tag)} FROM ({ranked})'


def panel_load(query: Usage, zone: str, chosen: Chosen = ()) -> str:
    """Consumption as a load: amount per hour, so W for Wh; the mean of each meter, then those of a group together.

    Of days it is the fact of their mean power. Empty unless the variable `load` names the query's step: a year has
    24 hours to a day, and 96 quarters.
    Grouped by meter it is one select: InfluxDB 1.x reads what is inside another select anew for each group.
    """
    hours = LENGTHS.get(query.every, HOUR_MS) / HOUR_MS
    meters = [*query.by, *({"meter"} - set(query.by))]
    rows = _sum(query, chosen, f"{SHOWN} AND {_FINENESS}", "load", "mean", hours)
    if "meter" in query.by:
        return f"{rows} {windows(meters, zone)}"
    inner = f"{rows} {windows(meters, zone, fill='none')}"
    return f'SELECT sum("load") AS "load" FROM ({inner}) WHERE {SHOWN} {windows(query.by, zone)}'


def panel_load_lately(query: Usage, chosen: Chosen = ()) -> str:
    """The load of the last day shown, step by step: the last of it is how much now, however long the time shown."""
    steps = groups(_WINDOWS.get(query.every, _WINDOW), query.by)
    return f"{_sum(query, chosen, LAST_DAY, 'load', per=LENGTHS[query.every] / HOUR_MS)} {steps}"


def panel_against_usual(query: Usage, chosen: Chosen = ()) -> str:
    """The load of the last hour shown against the mean of that hour on the same weekday before, as a share (0: equal).

    Times are shifted in the conditions, for InfluxQL cannot shift a series: ``${__to}`` is the end of the time shown.
    A week across a change of clocks is compared an hour aside.
    """
    steps = groups(_WINDOWS.get(query.every, _WINDOW), query.by)
    hours = [
        f"({_sum(query, chosen, _hour(week), 'usual' if week else 'now')} {steps})"
        for week in range(COMPARED_WEEKS + 1)
    ]
    return f'SELECT mean("now") / mean("usual") - 1 AS "value" FROM {", ".join(hours)}{by_tags(query.by)}'


def panel_against_before(query: Usage, weeks: int, chosen: Chosen = ()) -> str:
    """What flowed in the time shown against as long a time so many weeks before, as a share (0: equal).

    Nothing unless there are nearly as many rows of the time before: a year that began in its middle was no smaller one.
    Rows are counted in floats: of several selects in one FROM, InfluxDB 1.6 reads integers of the first alone (seen).
    """
    then = f"time >= ${{__from}}ms - {weeks}w AND time < ${{__to}}ms - {weeks}w"
    sums = ", ".join(
        f'(SELECT sum("amount") AS "{called}", 1.0 * count("amount") AS "rows_{called}" {_of(query, chosen, time)})'
        for called, time in (("now", SHOWN), ("before", then))
    )
    known = f'sum("rows_before") - {NEARLY} * sum("rows_now") AS "known"'
    found = f'SELECT sum("now") / sum("before") - 1 + 0 * ln(sum("before")) AS "value", {known} FROM {sums}'
    return f'SELECT "value" FROM ({found}) WHERE "known" >= 0'


class Enough(NamedTuple):
    """What a place must have to be judged: over the days judged together, the part is at least this share of the whole.

    Days count on which the part or the whole is known, whether or not they have what is judged.
    """

    part: Sum
    whole: Sum
    share: float


def panel_ratio(above: Sequence[Sum], below: Sequence[Sum], factor: float, enough: Enough | None = None) -> str:
    """Σ above ÷ Σ below × factor over the steps that have both, per group of the sums.

    Groups are not to be put together by another select around this one: InfluxDB 1.x then looks for steps that have
    both before it tells groups apart.
    """
    by = above[0].usage.by
    held, quotient = f"FROM {_held(above, below)}{by_tags(by)}", _quotient(factor)
    if enough is None:
        return f"SELECT {quotient} {held}"
    return _judged(f'(SELECT "above", "below" {held})', quotient, enough, by)


def panel_share(above: Sum, below: Sum, factor: float, enough: Enough | None = None, how: How = "sum") -> str:
    """The ratio of two sums that have the same steps, per group: a tenth of the work of looking for these.

    Or, `how`, of the greatest of each, whatever steps they are of.
    """
    by = above.usage.by
    sums = f"({_total(above, 'above', how)}), ({_total(below, 'below', how)})"
    if enough is None:
        return f"SELECT {_quotient(factor, how)} FROM {sums} WHERE {SHOWN}{by_tags(by)}"
    return _judged(sums, _quotient(factor, how), enough, by)


def panel_share_steps(above: Sum, below: Sum, factor: float, enough: Enough | None = None) -> str:
    """The same of each step, each judged by itself."""
    sums = {"above": above, "below": below, **({"part": enough.part, "whole": enough.whole} if enough else {})}
    rows = ", ".join(f"({_rows(each, called)})" for called, each in sums.items())
    reached = f', sum("part") - {enough.share:g} * sum("whole") AS "reached"' if enough else ""
    found = f"SELECT {_quotient(factor)}{reached} FROM {rows} WHERE {SHOWN} {groups(_WINDOW, above.usage.by)}"
    if enough is None:
        return found
    return f'SELECT "value" FROM ({found}) WHERE "reached" >= 0 AND {SHOWN}{by_tags(above.usage.by)}'


def panel_ratio_steps(above: Sequence[Sum], below: Sequence[Sum], factor: float, enough: Enough | None = None) -> str:
    """The ratio of each step that has both, per group of the sums, each step judged by itself."""
    return f"SELECT {_quotient(factor)} FROM {_held(above, below, enough)} {groups(_WINDOW, above[0].usage.by)}"


def panel_less(above: Sum, below: Sum) -> str:
    """Above − below in all of the time shown, per group of the sums that has both."""
    held = _held([above], [below])
    return f'SELECT sum("above") - sum("below") AS "value" FROM {held}{by_tags(above.usage.by)}'


_FINENESS = "\"every\" = '${load}'"


def _sum(query: Usage, chosen: Chosen, time: str, called: str, how: How = "sum", per: float = 1) -> str:
    amount = f'{how}("amount"){f" / {per}" if per != 1 else ""}'
    return f"SELECT {amount} AS {name(called)} {_of(query, chosen, time)}"


def _total(each: Sum, called: str, how: How = "sum") -> str:
    """The sum over the time shown, by group."""
    return f"{_sum(each.usage, each.chosen, SHOWN, called, how)}{by_tags(each.usage.by)}"


def _rows(each: Sum, called: str, per: int = 1) -> str:
    """The rows themselves, to be summed outside: half the work of summing them twice."""
    amount = f'"amount"{f" / {per}" if per != 1 else ""}'
    return f"SELECT {amount} AS {name(called)} {_of(each.usage, each.chosen, SHOWN)}{by_tags(each.usage.by)}"


def _of(query: Usage, chosen: Chosen, time: str) -> str:
    conditions = [time, *matches([("every", [query.every]), *query.where.items()]), *held(chosen)]
    return f"FROM {name(MEASUREMENTS[query.of])} WHERE {' AND '.join(conditions)}"


def _hour(weeks: int) -> str:
    end = f"${{__to}}ms - {7 * weeks}d" if weeks else "${__to}ms"
    return f"time >= {end} - 1h AND time < {end}"


def _held(above: Sequence[Sum], below: Sequence[Sum], enough: Enough | None = None) -> str:
    """The steps that have both: sums side by side, by step and their tags.

    InfluxQL joins nothing, but several selects may feed one; a condition on a field that is null does not hold.
    """
    by = above[0].usage.by
    parts = {"above": above, "below": below, **({"part": [enough.part], "whole": [enough.whole]} if enough else {})}
    selects = [f"({_rows(each, called)})" for called, sums in parts.items() for each in sums]
    fields = ", ".join(f"sum({name(called)}) AS {name(called)}" for called in parts)
    both = f"SELECT {fields} FROM {', '.join(selects)} WHERE {SHOWN} {groups(_WINDOW, by)}"
    reached = f' AND "part" >= "whole" * {enough.share:g}' if enough else ""
    return f'({both}) WHERE "above" >= 0 AND "below" >= 0{reached} AND {SHOWN}'


def _judged(parts: str, quotient: str, enough: Enough, by: Sequence[str]) -> str:
    """The quotient of the groups whose part is enough of the whole."""
    reach = f"({_total(enough.part, 'part')}), ({_total(enough.whole, 'whole')})"
    reached = f'sum("part") - {enough.share:g} * sum("whole") AS "reached"'
    found = f"SELECT {quotient}, {reached} FROM {parts}, {reach} WHERE {SHOWN}{by_tags(by)}"
    return f'SELECT max("value") AS "value" FROM ({found}) WHERE "reached" >= 0 AND {SHOWN}{by_tags(by)}'


def _quotient(factor: float, how: How = "sum") -> str:
    """Null where there is nothing below, for which InfluxQL says 0: zero times the logarithm of zero is no number."""
    below = f'{how}("below")'
    return f'{how}("above") / {below} * {factor:.12g} + 0 * ln({below}) AS "value"'
