"""The store on InfluxDB 1.x, 2.x or 3.x: lines in, InfluxQL out.

Measurements: one per family of quantities, `latest` (a row per series), `touched` (a row per counter and
write), `consumption` (the meters' own rows) and `allocation` (tenants' shares). Writes follow one another, so that
what this process remembers of them is what the server holds.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from estate.calendar import DAY_MS
from estate.model import Consumption, Note, Point
from store.base import ARRIVALS_MS, Latest, Row, Series, Span, StoreRefused, StoreUnavailable, Touched, Usage, UsageRow
from store.influx_http import InfluxHttp, Missing, TooLarge
from store.influx_latest import last_points
from store.influx_moves import Moves
from store.influx_notes import STANDING, changes
from store.influx_tables import Table
from store.influx_tags import Place, columns, group_tags, latest_key, series_tags, usage_tags, whose
from store.influx_usage import bodies, is_long, usage_rows
from store.influxql import between, compile_query, matches, since
from store.line_protocol import NOTE_MS, Batch, Encoder, latest_lines, touched_lines
from store.own import STORED
from store.runs import Run, runs_of

_LOG = structlog.get_logger(__name__)
_BODY_BYTES = 1_000_000
_Key = tuple[str, str, str, str]  # measurement, meter, tenant, every


class InfluxStore:
    """A `Store` in one InfluxDB database or bucket; the generation is asked of the server unless `version` says it."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        bucket: str = "microville",
        org: str = "",
        version: int | None = None,
        token: str = "",
        tls: bool = False,
    ) -> None:
        url = f"{'https' if tls else 'http'}://{host}:{port}"
        self._http = InfluxHttp(url, bucket, org, token, version)
        self._writing = asyncio.Lock()
        self._encoder = Encoder()
        self._usage: dict[_Key, dict[Place, int]] = {}  # under which tags rows stand, and the last start of each
        self._arrived = 0
        self._forgotten = 0  # when arrivals were last cleared out
        self._warned = False

    async def open(self) -> None:
        """Connect, create the database on 1.x, and learn what was written last, and where."""
        await self._http.open()
        self._forget()
        try:
            for table in await self._http.query(compile_query(Latest())):
                self._remember(table)
            for table in await self._http.query('SELECT last("amount") FROM "consumption", "allocation" GROUP BY *'):
                self._remember_usage(table)
            for table in await self._http.query('SELECT last("from_ms") FROM "touched"'):
                if table.measurement == "touched":
                    self._arrived = max(self._arrived, int(table.rows[-1][0]))
        except BaseException:
            await self._http.close()
            raise

    async def close(self) -> None:
        async with self._writing:
            await self._http.close()

    async def write(self, points: Sequence[Point]) -> None:
        """See `Store.write`; the last place of a point wins, but on 3.x, which cannot delete, the earlier one stays."""
        if not points:
            return
        async with self._in_turn():
            batch = self._encoder.encode(points)
            moves = Moves()
            if batch.moved and self._can_delete():
                batch.undo()
                batch = self._encoder.encode(await self._move(points, moves))
            try:
                await self._send(self._lines(batch))
            except BaseException:
                batch.undo()
                raise
            await self._remove(moves)
            await self._forget_arrivals()

    async def write_consumption(self, rows: Sequence[Consumption]) -> None:
        if not rows:
            return
        async with self._in_turn():
            runs, moves = runs_of(rows), Moves()
            for run in runs:
                self._place(run, moves)
            if moves and self._can_delete():
                for run in runs:
                    moves.keep(_measurement(run), usage_tags(run, _place(run)), *run.starts.tolist())
                await moves.find(self._http)
            for body in bodies(runs):
                await self._send(body)
            await self._remove(moves)

    async def remove_consumption(self, spans: Sequence[Span]) -> None:
        if not spans:
            return
        self._must_delete()
        async with self._in_turn():
            await self._http.query("; ".join(map(_removal, spans)))

    async def forget_readings(self, before_ms: int) -> None:
        self._must_delete()
        families = sorted({quantity.family for quantity in STORED.values()})
        for family in families:  # one at a time: a deletion holds up the writes beside it
            await self._http.query(f'DELETE FROM "{family}" WHERE {between(0, before_ms)}')

    async def keep_notes(self, notes: Sequence[Note]) -> None:
        async with self._in_turn():
            if lines := changes(notes, await self._http.query(STANDING)):
                await self._send(lines.encode())

    async def series(self, query: Series) -> list[Row]:
        if not all(query.where.values()):
            return []
        tables = await self._http.query(compile_query(query), long=query.every_ms is None)
        rows = [Row(group_tags(table, query.by), *columns(table.rows)) for table in tables]
        return sorted(rows, key=lambda row: tuple(row.tags.values()))

    async def latest(self, query: Latest) -> list[Point]:
        if not all(query.where.values()):
            return []
        points = await last_points(self._http, query)
        places = {tag: query.where[tag] for tag in ("building", "zone") if tag in query.where}
        return [point for point in points if all(getattr(point, tag) in values for tag, values in places.items())]

    async def usage(self, query: Usage) -> list[UsageRow]:
        if not all(query.where.values()):
            return []
        tables = await self._http.query(compile_query(query), long=is_long(query))
        rows = await asyncio.to_thread(usage_rows, tables, query.by)
        return sorted(rows, key=lambda row: tuple(row.tags.values()))

    async def touched(self, since_ms: int) -> list[Touched]:
        of = f'FROM "touched" WHERE {since(since_ms)} GROUP BY "device", "channel"'
        # The arrivals first: what comes between the two is told again, rather than never.
        tables = await self._http.query(f'SELECT last("from_ms") {of}; SELECT min("from_ms") {of}')
        arrived: dict[tuple[str, str], int] = {}
        found = []
        for table in tables:
            counter = table.tags["device"], table.tags.get("channel", "")
            ((at_ms, from_ms),) = table.rows
            if table.columns[1] == "last":
                arrived[counter] = int(at_ms)
            elif counter in arrived:
                found.append(Touched(*counter, int(from_ms), arrived[counter]))
        return sorted(found)

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        """One write after the other. A database that has gone is made anew on 1.x, and the write is to be repeated."""
        async with self._writing:
            try:
                yield
            except Missing as error:
                if self._http.version != 1:
                    raise
                await self._http.create()
                self._forget()
                raise StoreUnavailable(f"{error}; it was created anew, empty: the write is to be repeated") from error

    def _forget(self) -> None:
        """What this process remembers is not, or no longer, what the server holds."""
        self._encoder = Encoder()
        self._usage = {}

    def _lines(self, batch: Batch) -> bytes:
        arrived = self._arrival()
        return (batch.body + latest_lines(batch.noted) + touched_lines(batch.touched, arrived)).encode()

    async def _send(self, lines: bytes) -> None:
        """In as many bodies as it takes: the server has its own limit, and a large one holds up the event loop."""
        words = ""
        if len(lines) <= _BODY_BYTES:
            try:
                await self._http.write(lines)
                return
            except TooLarge as error:
                words = str(error)
        parts = lines.splitlines(keepends=True)
        if len(parts) == 1:
            raise StoreRefused(f"a line of {len(lines)} bytes is more than the server takes: {words}")
        await self._send(b"".join(parts[: len(parts) // 2]))
        await self._send(b"".join(parts[len(parts) // 2 :]))

    async def _move(self, points: Sequence[Point], moves: Moves) -> list[Point]:
        """The points, each identity once, and before them what shares a row with their earlier selves."""
        last = {(point.device, point.channel, point.quantity, point.at_ms): point for point in points}
        written = {(STORED[point.quantity].family, whose(point), point.at_ms): None for point in last.values()}
        places: dict[tuple[str, str, str, int], tuple[str, str]] = {}
        for family, now, at_ms in written:
            device, channel, *_ = now
            owner = self._encoder.owner(now)
            places[family, device, channel, at_ms] = owner.place
            moves.keep(family, series_tags(now), at_ms)
            for other in owner.places_before(at_ms):
                old = device, channel, *other.place
                if (family, old, at_ms) not in written:  # a row that holds something of this very batch stays
                    moves.add(family, series_tags(old), at_ms)
        along: list[Point] = []
        for row in await moves.find(self._http):
            tags = dict(row.tags)
            device, channel = tags["device"], tags["channel"]
            place = places[row.measurement, device, channel, row.at_ms]
            values = ((f"{row.measurement}.{field}", value) for field, value in row.fields.items())
            along += [
                Point(device, channel, quantity, value, row.at_ms, *place)
                for quantity, value in values
                if quantity in STORED  # a field of another program's is not ours to move
            ]
        return [*along, *last.values()]

    def _place(self, run: Run, moves: Moves) -> None:
        """Note under which tags the rows stand, and where they may have stood before."""
        places = self._usage.setdefault((_measurement(run), run.meter, run.tenant, run.every), {})
        place = _place(run)
        places[place] = max(places.get(place, 0), int(run.starts.max()))
        for old, greatest in places.items():
            if old != place:
                known = run.starts[run.starts <= greatest].tolist()
                moves.add(_measurement(run), usage_tags(run, old), *known)

    async def _remove(self, moves: Moves) -> None:
        if moves.deletions:
            await self._http.query("; ".join(moves.deletions))

    async def _forget_arrivals(self) -> None:
        """Once a day, what accounting has long read."""
        if self._arrived - self._forgotten < DAY_MS or self._http.version == 3:
            return
        await self._http.query(f'DELETE FROM "touched" WHERE {between(0, self._arrived - ARRIVALS_MS)}')
        self._forgotten = self._arrived

    def _must_delete(self) -> None:
        if self._http.version == 3:
            raise StoreRefused("InfluxDB 3 cannot delete rows: keep consumption in InfluxDB 1 or 2, or in DuckDB")

    def _can_delete(self) -> bool:
        if self._http.version == 3 and not self._warned:
            self._warned = True
            _LOG.warning("earlier_place_kept", cause="InfluxDB 3 cannot delete rows", step="sums may count twice")
        return self._http.version != 3

    def _arrival(self) -> int:
        """Now, in ms, later than every arrival before, whatever the clock does: readers go on from the last one."""
        self._arrived = max(time.time_ns() // 1_000_000, self._arrived + 1)
        return self._arrived

    def _remember(self, table: Table) -> None:
        device, channel, quantity, building, zone = latest_key(table)
        if table.measurement == "latest" and quantity in STORED:
            owner = self._encoder.owner((device, channel, building, zone))
            owner.noted[quantity] = int(table.rows[-1][1])
            owner.at = max(owner.at, owner.noted[quantity] + NOTE_MS)

    def _remember_usage(self, table: Table) -> None:
        if table.measurement in ("consumption", "allocation"):
            tags = table.tags
            key = (table.measurement, tags["meter"], tags.get("tenant", ""), tags["every"])
            place = (tags.get("building", ""), tags["carrier"], tags["role"])
            self._usage.setdefault(key, {})[place] = int(table.rows[-1][0])


def _measurement(run: Run) -> str:
    return "allocation" if run.tenant else "consumption"


def _place(run: Run) -> Place:
    return run.building, run.carrier, run.role


def _removal(span: Span) -> str:
    tags: list[tuple[str, list[str]]] = [("meter", [span.meter]), ("every", [span.every])]
    if span.tenant:
        tags.append(("tenant", [span.tenant]))
    conditions = " AND ".join([*matches(tags), between(span.start_ms, span.end_ms)])
    return f'DELETE FROM "{"allocation" if span.tenant else "consumption"}" WHERE {conditions}'
