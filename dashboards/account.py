"""The ledger as people read it: since ever, by day in the site's zone, and by hour."""

from collections import Counter
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from dashboards.api.models import AccountAnswer, AccountRow
from estate.calendar import DAY_MS, HOUR_MS, Every, floor, rfc3339
from ingest.account.books import Books
from ingest.account.ledger import IGNORED, QUARANTINED, Booking, difference


async def read_account(books: Books, zone: ZoneInfo, now_ms: int, days: int, hours: int) -> AccountAnswer:
    """What the ledger says of all time, of the last days and of the last hours; those without messages are absent."""
    noon_ms = floor(now_ms, "1d", zone) + DAY_MS // 2
    first_day = floor(noon_ms - (days - 1) * DAY_MS, "1d", zone) if days else now_ms
    first_hour = floor(now_ms, "1h", zone) - (hours - 1) * HOUR_MS
    found = await books.account(min(first_day, first_hour))
    return AccountAnswer(
        total=_row(found.total, ""),
        days=_rows(found.hours, "1d", first_day, zone),
        hours=_rows(found.hours, "1h", first_hour, zone),
    )


def _rows(hours: Mapping[int, Booking], every: Every, since_ms: int, zone: ZoneInfo) -> list[AccountRow]:
    """The oldest first. An hour belongs to the day in which it begins."""
    sums: dict[int, Counter[str]] = {}
    for hour_ms, booking in sorted(hours.items()):
        if hour_ms >= since_ms:
            counts = sums.setdefault(floor(hour_ms, every, zone), Counter())
            for account, change in booking.items():
                counts[account] += change
    return [_row(counts, rfc3339(start_ms, zone)) for start_ms, counts in sums.items()]


def _row(counts: Booking, start: str) -> AccountRow:
    plain = ("received", "stored", "in_flight", "spooled", "interrupted", "released", "purged", "readings")
    return AccountRow(
        start=start,
        quarantined={reason: counts[name] for reason, name in QUARANTINED.items() if counts.get(name)},
        ignored={unused: counts[name] for unused, name in IGNORED.items() if counts.get(name)},
        difference=difference(counts),
        **{name: counts.get(name, 0) for name in plain},
    )
