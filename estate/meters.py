"""The rows about meters → `Meter` and `Virtual`."""

from collections import defaultdict
from zoneinfo import ZoneInfo

from estate.calendar import midnight
from estate.check import Files
from estate.meter_rows import MeterRow, VirtualRow
from estate.model import MICRO, Calorific, Exchange, Meter, Virtual


def meters(files: Files, zone: ZoneInfo) -> dict[str, Meter]:
    """Every meter with its exchanges, its calorific values, and its own interval or its device's."""
    intervals = {row.device: row.interval for _, row in files.devices.rows if row.interval}
    exchanges: dict[str, list[Exchange]] = defaultdict(list)
    for _, exchange in files.exchanges.rows:
        exchanges[exchange.meter].append(exchange.in_zone(zone))
    calorific: dict[str, list[Calorific]] = defaultdict(list)
    for _, row in files.calorific.rows:
        start_ms = midnight(row.first, zone) if row.first else 0
        calorific[row.meter or ""].append(Calorific(start_ms, row.micro))
    return {
        row.meter: _meter(row)._replace(
            interval_s=row.interval or intervals.get(row.device, 0),
            exchanges=tuple(sorted(exchanges[row.meter])),
            calorific=tuple(sorted(calorific[row.meter] or calorific[""])) if row.by_volume else (),
        )
        for _, row in files.meters.rows
    }


def virtual(row: VirtualRow) -> Virtual:
    return Virtual(row.meter, row.carrier, row.name or row.meter, row.building, row.zone or "", row.formula)


def _meter(row: MeterRow) -> Meter:
    return Meter(
        row.meter,
        row.device,
        row.meter.partition("@")[2],
        row.carrier,
        row.read_quantity,
        row.resolution,
        0,
        row.submeter_of or "",
        row.kind,
        round((row.weight or 0) * MICRO),
        row.rollover or 0,
        row.max_rate or 0.0,
    )
