"""Findings → the log and the state file, where staff see what was cleaned (law 7).

The log tells each once, however often it is met. The state file holds those that stand: what a correction made good is
gone from it.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import structlog

from energy.meters.cleaned import Finding, Kind
from estate.calendar import floor, rfc3339
from estate.model import Estate
from estate.vocabulary import CARRIERS
from sensors.quantities import QUANTITIES

MEANING = {
    Kind.NOISE: "the register fell within its resolution: it is held at the higher value",
    Kind.OUTLIER: "readings off a line that goes on without them: they are set aside",
    Kind.RESET: "the register fell and stayed: it counts from zero, where its greatest rate allows that; what "
    "flowed before it fell is not known",
    Kind.NEGATIVE_REMAINDER: "the meters behind it counted more than it did: its common parts are negative there, "
    "so one of them is wrong, or not behind it",
    Kind.IMPOSSIBLE_RISE: "the register rose faster than it can and stayed: the rise is not counted, and what "
    "flowed then is estimated",
    Kind.ROLLOVER: "the register reached its width and went on from 0: what it counted on both sides is added",
    Kind.EXCHANGE: "the meter was exchanged: what the old one counted to its final index is added to the new one's",
    Kind.EXCHANGE_UNCLEAR: "the readings before the exchange do not lead to its final index: what flowed between is "
    "estimated; correct the row in exchanges.csv, or the readings",
    Kind.NEGATIVE_POWER: "the power is below zero: what flows the other way is not counted, and takes a meter of "
    "its own",
    Kind.NEGATIVE_VIRTUAL: "its formula comes out below zero: one of its meters is wrong, or does not belong there",
}

REMEMBERED = 10_000
"""How many findings are known as told; the oldest go first."""

log = structlog.get_logger()


class Teller:
    """Tells each finding once per process."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._told: dict[tuple[str, Kind, int], None] = {}

    def tell(self, findings: Mapping[str, Sequence[Finding]]) -> None:
        """Log those not told yet, by meter."""
        for meter, found in findings.items():
            for finding in found:
                self._tell(meter, finding)

    def _told_at(self, finding: Finding) -> int:
        """What is found of a day is told once, although its beginning and end may move as the day goes on."""
        return floor(finding.at_ms, "1d", self._estate.site.zone) if finding.until_ms else finding.at_ms

    def _tell(self, meter: str, finding: Finding) -> None:
        key = (meter, finding.kind, self._told_at(finding))
        if key in self._told:
            return
        self._told[key] = None
        if len(self._told) > REMEMBERED:
            del self._told[next(iter(self._told))]
        log.warning(
            "register_cleaned",
            meter=meter,
            kind=str(finding.kind),
            time=rfc3339(finding.at_ms, self._estate.site.zone),
            until=rfc3339(finding.until_ms, self._estate.site.zone) if finding.until_ms else None,
            before=finding.before,
            after=finding.after,
            unit=_unit(self._estate, meter),
            meaning=MEANING[finding.kind],
        )


def keep(db: sqlite3.Connection, meter: str, since_ms: int, found: Sequence[Finding], *, of_shares: bool) -> None:
    """What stands of this meter from `since_ms` on: of the sharing out of its amounts, or of its own register."""
    own = "kind = ?" if of_shares else "kind <> ?"
    db.execute(
        f"DELETE FROM cleaning WHERE meter = ? AND at_ms >= ? AND {own}",
        (meter, since_ms, str(Kind.NEGATIVE_REMAINDER)),
    )
    rows = [(meter, str(each.kind), each.at_ms, each.before, each.after, each.until_ms) for each in found]
    db.executemany("INSERT OR REPLACE INTO cleaning VALUES (?, ?, ?, ?, ?, ?)", rows)


def standing(db: sqlite3.Connection, start_ms: int, end_ms: int, zone: ZoneInfo) -> list[tuple[str, Finding]]:
    """The findings of [start, end) by meter, the last first; those that lasted into it as well.

    What is found of hours is told by local day.
    """
    found = db.execute(
        "SELECT meter, kind, at_ms, before, after, until_ms FROM cleaning "
        "WHERE at_ms < ? AND max(at_ms, until_ms) >= ? ORDER BY at_ms DESC, meter",
        (end_ms, start_ms),
    )
    days: dict[tuple[str, Kind, int], Finding] = {}
    for meter, finding in ((meter, Finding(Kind(kind), *rest)) for meter, kind, *rest in found):
        hourly = finding.kind is Kind.NEGATIVE_REMAINDER
        key = (meter, finding.kind, floor(finding.at_ms, "1d", zone) if hourly else finding.at_ms)
        days[key] = _together(finding, days[key]) if key in days else finding
    return [(meter, finding) for (meter, *_), finding in days.items()]


def _together(early: Finding, late: Finding) -> Finding:
    return early._replace(
        before=early.before + late.before, after=early.after + late.after, until_ms=max(early.until_ms, late.until_ms)
    )


def _unit(estate: Estate, name: str) -> str:
    """The register's own."""
    meter = estate.meters.get(name)
    if meter is None:
        return CARRIERS[estate.virtuals[name].carrier].unit
    own = QUANTITIES[meter.quantity].unit
    return "L" if own == "m³" else own
