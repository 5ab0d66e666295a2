"""What tariffs, contracts and carbon factors must agree on, among themselves and with the meters."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from estate.fields import near
from estate.meter_rows import MeterRow
from estate.problems import Problem
from estate.spans import edges, grouped, holds, meet, overlaps
from estate.tables import Table
from estate.tariff import FIXED, OFF_PEAK, PRICE_UNITS, WHOLE, slots
from estate.tariff_file import TARIFFS, Lined, Tariffs
from estate.tariff_rows import CarbonRow, ContractRow, LineRow
from estate.vocabulary import CARRIERS


def check_tariffs(
    tariffs: Tariffs | None,
    contracts: Table[ContractRow],
    carbon: Table[CarbonRow],
    meters: Table[MeterRow],
) -> Iterator[Problem]:
    """Every problem between these files."""
    for tariff in filter(None, (tariffs or {}).values()):
        yield from _units(tariff)
        yield from _shares(tariff)
        yield from _periods(tariff)
        yield from _twice(tariff)
    if tariffs is not None:
        yield from _contracts(tariffs, contracts, {row.meter: row for _, row in meters.rows})
    yield from _together(contracts)
    seen: dict[tuple[str, date | None], int] = {}
    for line, row in carbon.rows:
        first = seen.setdefault((row.carrier, row.first), line)
        if first != line:
            yield Problem(carbon.file, line, f"{row.carrier} has a factor from that day at line {first}: remove one")


def _units(tariff: Lined) -> Iterator[Problem]:
    unit = CARRIERS[tariff.row.carrier].unit
    fitting = ", ".join(name for name, row in PRICE_UNITS.items() if row.of in ("", unit))
    for at, line in tariff.lines:
        if PRICE_UNITS[line.unit].of not in ("", unit):
            yield _wrong(tariff, at, line, f"{line.unit} does not fit {tariff.row.carrier}: write one of {fitting}")


def _shares(tariff: Lined) -> Iterator[Problem]:
    """Shares of lines that are not there, or not above: a share may be of a share, in the order of the file."""
    above = {*tariff.names} - {line.name for _, line in tariff.lines}
    for at, line in tariff.lines:
        for name in line.of:
            if name not in above:
                step = near(name, above) or ": name one that stands above it"
                yield _wrong(tariff, at, line, f"is a share of {name!r}, which is no line above{step}")
        above.add(line.name)


def _periods(tariff: Lined) -> Iterator[Problem]:
    """Lines of one name that price some hours and leave others free, on the first day that is so."""
    priced_apart = [(at, line) for at, line in tariff.lines if line.period]
    for lines in grouped(priced_apart, lambda line: line.name).values():
        for day in sorted({day for _, line in lines for day in edges(line)}):
            held = [(at, line) for at, line in lines if holds(line, day)]
            if held and (fault := _fault({line.period or "" for _, line in held})):
                since = f"from {day} " if day > date.min else ""
                yield _wrong(tariff, *held[0], since + fault)
                break


def _fault(found: set[str]) -> str:
    """What is wrong with these periods priced side by side; "" when nothing is."""
    priced = found - {"pte"}
    if priced in WHOLE and ("pte" not in found or "hph" in found):
        return ""
    whole = max(WHOLE, key=lambda periods: len(periods & priced))
    lacking, odd = sorted(whole - found), sorted(priced - whole)
    step = f"add {', '.join(lacking)} (price 0 if free)" if lacking else f"remove {', '.join(odd)}"
    return f"prices {', '.join(sorted(found))}, and not all hours once: {step}"


def _twice(tariff: Lined) -> Iterator[Problem]:
    for rows in grouped(tariff.lines, lambda line: (line.name, line.period)).values():
        for at, line, _ in overlaps(rows):
            yield _wrong(tariff, at, line, "holds twice at a time: give the earlier one an until, or another name")


def _contracts(tariffs: Tariffs, contracts: Table[ContractRow], meters: Mapping[str, MeterRow]) -> Iterator[Problem]:
    for line, row in contracts.rows:
        about = f"meter {row.meter!r}: "
        tariff, meter = tariffs.get(row.tariff), meters.get(row.meter)
        if row.tariff not in tariffs:
            step = near(row.tariff, tariffs) or ": correct it, or add it there"
            yield Problem(contracts.file, line, f"{about}tariff {row.tariff!r} is not in {TARIFFS}{step}")
        if meter and meter.submeter_of:
            text = f"is behind {meter.submeter_of!r}: the contract is that of the site meter"
            yield Problem(contracts.file, line, f"{about}{text}")
        if meter and tariff and meter.carrier != tariff.row.carrier:
            text = f"counts {meter.carrier}, tariff {row.tariff!r} is for {tariff.row.carrier}: correct one of them"
            yield Problem(contracts.file, line, f"{about}{text}")
        held = [line for _, line in tariff.lines if meet(line, row)] if tariff else []
        for column in _needed(row, held):
            yield Problem(contracts.file, line, f"{about}tariff {row.tariff!r} needs {column}: fill it in")
        if row.first is None and any(PRICE_UNITS[each.unit].basis in FIXED and each.first is None for each in held):
            text = f"tariff {row.tariff!r} charges every day, and the contract has no first one"
            yield Problem(contracts.file, line, f"{about}{text}: fill in from, since when it is paid")
        if row.peak and any(_meet_in(row.peak, text) for text in (row.off_peak, row.off_peak_summer) if text):
            text = f"peak {row.peak!r} and off-peak hours overlap: correct one of them"
            yield Problem(contracts.file, line, about + text)


def _needed(row: ContractRow, lines: Collection[LineRow]) -> Iterator[str]:
    """Columns that these lines ask for and that are empty."""
    periods = {line.period for line in lines}
    bases = {PRICE_UNITS[line.unit].basis for line in lines}
    if periods & OFF_PEAK and not row.off_peak:
        yield "off_peak"
    if "pte" in periods and not row.peak:
        yield "peak"
    if bases & {"power", "over", "over_time"} and not row.subscribed_kva:
        yield "subscribed_kva"


def _meet_in(one: str, other: str) -> bool:
    spans = [slots(text).minutes for text in (one, other)]
    return any(max(a, c) < min(b, d) for a, b in spans[0] for c, d in spans[1])


def _together(contracts: Table[ContractRow]) -> Iterator[Problem]:
    for meter, own in grouped(contracts.rows, lambda row: row.meter).items():
        for line, _, first in overlaps(own):
            text = f"meter {meter!r} has a contract at line {first} at that time"
            yield Problem(contracts.file, line, f"{text}: correct from or until")


def _wrong(tariff: Lined, at: int, line: LineRow, text: str) -> Problem:
    return Problem(TARIFFS, at, f"tariff {tariff.id!r}, line {line.name!r}: {text}")
