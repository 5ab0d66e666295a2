"""`microville export`: what the API answers over a long span, as a CSV or Parquet file with units in its header."""

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import duckdb
import typer

from dashboards.asking import Get, interface
from dashboards.commands.output import Config, bar
from dashboards.configuration import Settings, read
from dashboards.exporting import PIECES, SERIES_PIECES, Cell, Column, What, columns, rows
from dashboards.remote import Refused
from dashboards.service import clock
from estate.calendar import DAY_MS, Every, floor, midnight, rfc3339, steps
from estate.model import Estate


class Kind(StrEnum):
    """What is exported."""

    CONSUMPTION = "consumption"
    ALLOCATION = "allocation"
    COST = "cost"
    CARBON = "carbon"
    INDICATORS = "indicators"
    SERIES = "series"


Days = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day, in the site's zone.")]
Several = list[str] | None


def export(
    what: Annotated[Kind, typer.Argument(help="What: series are readings, the others are worked out from them.")],
    file: Annotated[Path, typer.Argument(help="To this file: .csv or .parquet.")],
    first: Days,
    until: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The last day, included (default: now).")
    ] = None,
    every: Annotated[str, typer.Option(help="The step (default: 1h; of cost and indicators 1mo, of series raw).")] = "",
    by: Annotated[Several, typer.Option(help="One row for each of these; repeatable, as are the next.")] = None,
    building: Annotated[Several, typer.Option(help="Of this building alone.")] = None,
    tenant: Annotated[Several, typer.Option(help="Of this tenant alone.")] = None,
    meter: Annotated[Several, typer.Option(help="Of this meter alone.")] = None,
    carrier: Annotated[Several, typer.Option(help="Of this carrier alone.")] = None,
    device: Annotated[Several, typer.Option(help="Of this device alone.")] = None,
    quantity: Annotated[Several, typer.Option(help="Of series: this quantity, such as climate.co2.")] = None,
    semicolon: Annotated[
        bool, typer.Option("--semicolon", help="Cells between ; with decimal commas, as a French Excel reads.")
    ] = False,
    config: Config = None,
) -> None:
    """Export a span of consumption, shares, cost, carbon, indicators or readings to a file."""
    if file.suffix not in (".csv", ".parquet"):
        raise typer.BadParameter(f"{file.name!r} ends neither in .csv nor in .parquet", param_hint="FILE")
    if what is Kind.SERIES and not quantity:
        raise typer.BadParameter("series need one or more, such as electricity.power", param_hint="--quantity")
    if what is Kind.INDICATORS and every in ("15m", "30m", "1h"):
        raise typer.BadParameter("indicators are of whole days: write 1d, 1mo or 1y", param_hint="--every")
    step = every or {Kind.COST: "1mo", Kind.INDICATORS: "1mo", Kind.SERIES: "raw"}.get(what, "1h")
    if what is not Kind.SERIES and step not in PIECES:
        raise typer.BadParameter(f"{step!r} is none of {', '.join(PIECES)}", param_hint="--every")
    given = {"by": by, "building": building, "tenant": tenant, "meter": meter, "carrier": carrier, "device": device}
    asked = [(name, value) for name, values in given.items() for value in values or ()]
    work = _Export(cast(What, str(what)), step, [*asked, ("every", step)], carrier or [], quantity or [])
    count = asyncio.run(_write(read(config), work, file, first.date(), until.date() if until else None, semicolon))
    print(f"{file}: {count} rows")


class _Export:
    """One export: what is asked, piece by piece."""

    def __init__(
        self, what: What, every: str, asked: Sequence[tuple[str, str]], carriers: Sequence[str], of: Sequence[str]
    ) -> None:
        self.what, self.every, self._asked, self._carriers, self._of = what, every, asked, carriers, of

    def header(self, estate: Estate) -> list[Column]:
        return columns(self.what, estate, self._carriers, self._of)

    async def rows(
        self, get: Get, estate: Estate, span: tuple[int, int], progress: Callable[[int, int], None]
    ) -> AsyncIterator[list[Cell]]:
        """All rows of [start, end) in ms, in order of time."""
        zone, header = estate.site.zone, self.header(estate)
        along, most = SERIES_PIECES if self.what == "series" else PIECES[self.every]
        if self.what == "indicators":  # each answer is of one span
            along, most = cast(Every, self.every), 1
        edges = [max(at, span[0]) for at in steps(*span, along, zone)] + [span[1]]
        done, size = 0, most
        while done < len(edges) - 1:
            until = min(done + size, len(edges) - 1)
            try:
                answers = await self._answers(get, estate, edges[done], edges[until])
            except Refused as error:
                if error.parameter != "every" or until - done == 1:
                    raise
                size = (until - done) // 2  # too much for one answer
                continue
            for row in rows(self.what, header, answers, estate):
                yield row
            done = until
            progress(done, len(edges) - 1)

    async def _answers(self, get: Get, estate: Estate, start_ms: int, end_ms: int) -> dict[str, Any]:
        zone = estate.site.zone
        span = [("start", rfc3339(start_ms, zone)), ("end", rfc3339(end_ms, zone))]
        path = f"/api/{self.what}"
        if self.what == "indicators":
            if end_ms - start_ms < DAY_MS * 23 // 24 or start_ms >= floor(clock(), "1d", zone):
                return {}  # no whole day of it is over
            places = [asked for asked in self._asked if asked[0] in ("building", "tenant")] or [("site", "")]
            named = {f"{of}:{id_}": [("of", of), *([("id", id_)] if id_ else []), *span] for of, id_ in places}
            return {key: [_placed(await get(path, asked))] for key, asked in named.items()}
        if self.what == "series":
            return {name: await get(path, [*self._asked, *span, ("quantity", name)]) for name in self._of}
        return {"": await get(path, [*self._asked, *span])}


def _placed(answer: Any) -> Any:
    return {**answer, "tags": {"of": answer["of"], "id": answer["id"]}}


async def _write(settings: Settings, work: _Export, file: Path, first: date, last: date | None, semicolon: bool) -> int:
    """Write the file whole or not at all; how many rows it has."""
    part = file.with_name(f"{file.name}.part")
    count = 0
    try:
        async with interface(settings) as (get, estate):
            header, start_ms = work.header(estate), midnight(first, estate.site.zone)
            end_ms = clock() if last is None else midnight(last + timedelta(days=1), estate.site.zone)
            if end_ms <= start_ms:
                raise Refused(f"nothing lies from {first} until {last or 'now'}: give an earlier --from")
            french = semicolon and file.suffix == ".csv"
            with bar("exporting") as progress, part.open("w", encoding="utf-8-sig" if french else "utf-8") as text:
                writer = csv.writer(text, delimiter=";" if french else ",", lineterminator="\n")
                writer.writerow([column.name for column in header])
                async for row in work.rows(get, estate, (start_ms, end_ms), progress):
                    writer.writerow(_decimal_commas(row, header) if french else row)
                    count += 1
        if file.suffix == ".parquet":
            await asyncio.to_thread(_to_parquet, part, header)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return count


def _to_parquet(file: Path, header: Sequence[Column]) -> None:
    """Turn the CSV file into Parquet, in its place."""
    compact = file.with_name(f"{file.name}.parquet")
    kinds = {column.name: column.type for column in header}
    try:
        with duckdb.connect(config={"memory_limit": "256MB"}) as database:
            database.read_csv(str(file), header=True, dtype=kinds, delimiter=",").to_parquet(str(compact))
        compact.replace(file)
    finally:
        compact.unlink(missing_ok=True)


def _decimal_commas(row: Sequence[Cell], header: Sequence[Column]) -> list[Cell]:
    numbers = ("DOUBLE", "DECIMAL(38,9)")
    return [
        str(cell).replace(".", ",") if column.type in numbers or column.name == "price" else cell
        for cell, column in zip(row, header, strict=True)
    ]
