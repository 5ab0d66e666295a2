"""`microville import`, `microville reading add`: readings that no device sends, into the store."""

import asyncio
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from pydantic import TypeAdapter, ValidationError

from dashboards.commands.desks import desk
from dashboards.commands.output import AsJson, Config, bar, print_json
from dashboards.configuration import Settings, read
from dashboards.service import clock
from estate.calendar import rfc3339
from estate.fields import TimeZone
from estate.load import load
from ingest.history.by_hand import Given, doubt, reading_of
from ingest.history.importing import Asked, FileWrong, Import, Report
from ingest.history.registers import held_by, held_from
from ingest.history.tabular import Times
from ingest.history.targets import Kind, Target
from sensors.quantities import QUANTITIES

reading = typer.Typer(no_args_is_help=True, help="Readings by hand.")


class Stamps(StrEnum):
    """Which end of its interval a time is."""

    START = "start"
    END = "end"


def import_(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file, as ingest/history/README.md shows.")
    ],
    kind: Annotated[Kind, typer.Option(help="What the values are.")],
    unit: Annotated[str, typer.Option(help="Of the values, such as kWh (default: that of the quantity).")] = "",
    zone: Annotated[str, typer.Option(help="Of times without offset (default: that of the site).")] = "",
    quantity: Annotated[str, typer.Option(help="What is measured (default: the register of the meter).")] = "",
    device: Annotated[str, typer.Option(help="Whose the one series is: a meter, a device, or device@channel.")] = "",
    names: Annotated[
        list[str] | None, typer.Option("--map", help="COLUMN=device or device@channel; repeatable.")
    ] = None,
    interval: Annotated[float, typer.Option(min=0, help="Of intervals, in minutes (default: the rows tell).")] = 0,
    stamp: Annotated[Stamps, typer.Option(help="The end of its interval that a row's time is.")] = Stamps.START,
    pattern: Annotated[str, typer.Option("--format", help="Of times, such as '%d/%m/%Y %H:%M' (default: ISO).")] = "",
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Import a CSV file of registers, intervals or gauges, whole or not at all; again changes nothing.

    Exits with 1 when something is refused.
    """
    settings = read(config)
    times = Times(_zone(zone) if zone else load(settings.estate_folder).site.zone, pattern)
    asked = Asked(
        *(kind, times, unit, quantity, device, _names(names or [])),
        interval_ms=round(interval * 60_000),
        stamp="start" if stamp is Stamps.START else "end",
    )
    try:
        report = asyncio.run(_import(settings, file, asked))
    except FileWrong as error:
        print(f"{error}\nnothing was imported", file=sys.stderr)
        raise typer.Exit(1) from error
    if as_json:
        print_json(asdict(report))
    else:
        print("\n".join(_words(report)))
    raise typer.Exit(1 if report.quarantined else 0)


@reading.command("add")
def add(
    meter: Annotated[str, typer.Argument(help="A meter or device, or device@channel.")],
    value: Annotated[float, typer.Argument(help="What it shows.")],
    unit: Annotated[str, typer.Option(help="Of the value, such as kWh (default: that of the quantity).")] = "",
    at: Annotated[str, typer.Option(help="When it was read: RFC 3339, or local time (default: now).")] = "",
    quantity: Annotated[str, typer.Option(help="What is read (default: the register of the meter).")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Store it although the register goes back.")] = False,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Store what somebody read from a meter."""
    given = Given(meter, value, unit, at, quantity)
    done = asyncio.run(_add(read(config), given, yes))
    if as_json:
        print_json(done)
    elif done["stored"]:
        print(f"stored: {meter} {done['value']:.12g} {done['unit']} at {done['time']}")
    else:
        print(f"not stored: {done['problem']}", file=sys.stderr)
    raise typer.Exit(0 if done["stored"] else 1)


async def _import(settings: Settings, file: Path, asked: Asked) -> Report:
    async with desk(settings) as (there, estate):
        job = Import(file, asked, estate)
        with bar("checking") as progress:
            await asyncio.to_thread(job.check, progress)
        await job.anchor(there, clock())
        with bar("importing") as progress:
            return await job.send(there, progress)


async def _add(settings: Settings, given: Given, yes: bool) -> dict[str, Any]:
    async with desk(settings) as (there, estate):
        now_ms = clock()
        try:
            asked = reading_of(estate, given, now_ms)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error
        target, problem = Target(*asked[:3]), ""
        if estate.knows(asked.device) and not yes:
            before = await held_by(there.series, target, asked.at_ms - 1)
            after = await held_from(there.series, target, asked.at_ms + 1, now_ms)
            problem = doubt(asked, before, after)
            problem += problem and "; if the meter was reset or exchanged, or an earlier reading is wrong, add --yes"
        if not problem:
            taken = await there.take([asked])
            problem = "".join(f"it is in the quarantine: {reason}" for reason in taken.quarantined)
    return {
        "stored": not problem,
        "problem": problem,
        "device": asked.device,
        "channel": asked.channel,
        "quantity": asked.quantity,
        "value": asked.value,
        "unit": QUANTITIES[asked.quantity].unit,
        "time": rfc3339(asked.at_ms, estate.site.zone),
    }


def _names(given: list[str]) -> dict[str, str]:
    names = {}
    for text in given:
        column, equals, series = text.rpartition("=")
        if not (equals and column and series):
            raise typer.BadParameter(f"--map {text}: write COLUMN=device, or COLUMN=device@channel")
        names[column] = series
    return names


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(TypeAdapter(TimeZone).validate_python(name))
    except ValidationError as error:
        said = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise typer.BadParameter(f"--zone {name!r} {said}") from error


def _words(report: Report) -> list[str]:
    said = [f"{report.values} values in the file: {report.readings} readings stored"]
    if report.repeated:
        said.append(f"{report.repeated} values stand there more than once, and count once")
    for row in report.series:
        meter = f"{row['device']}@{row['channel']}" if row["channel"] else row["device"]
        said.append(f"{row['name']} → {meter} {row['quantity']}: {row['values']}, {row['from']} to {row['until']}")
        if row["register"]:
            said.append(f"  its register begins {row['register']}")
        if row["missing"]:
            effect = "nothing is counted for them" if row["register"] else "what flowed in them is estimated"
            said.append(f"  {row['missing']} intervals are missing; {effect}")
    refused = ", ".join(f"{count} of {reason}" for reason, count in report.quarantined.items())
    return said + ([f"messages in the quarantine: {refused}; see `microville quarantine list`"] if refused else [])
