"""`microville simulate`: the devices of a seeded estate, with chosen faults, on the configured broker."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from dashboards.commands.output import AsJson, Config, print_json, print_table
from dashboards.configuration import Settings, read
from dashboards.service import clock
from estate.load import load
from estate.settings import sample_path
from estate.simulated import NotOurs, write
from ingest.publishing.simulate import BEHIND_S, Course
from ingest.publishing.simulate import simulate as run
from sensors.encoders import ENCODERS
from sensors.simulation import FAULTS, Plan, Simulation, Unknown

MOST_DEVICES = 100_000


def simulate(
    devices: Annotated[int, typer.Option(min=1, max=MOST_DEVICES, help="How many.")] = 20,
    format_: Annotated[
        list[str] | None,
        typer.Option("--format", help=f"What they speak, in turns; may be repeated: {', '.join(ENCODERS)}."),
    ] = None,
    rate: Annotated[float, typer.Option(min=0.01, max=100_000, help="Messages per second, of all together.")] = 10.0,
    seconds: Annotated[float, typer.Option(min=0, help="How long; 0 publishes nothing.")] = 60.0,
    seed: Annotated[int, typer.Option(help="The same seed gives the same devices and faults.")] = 0,
    fault: Annotated[
        list[str] | None, typer.Option(help=f"What goes wrong; may be repeated: {', '.join(FAULTS)}.")
    ] = None,
    estate: Annotated[
        Path | None, typer.Option(file_okay=False, help="Write the estate of these devices into this folder.")
    ] = None,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Publish what a simulated estate measures, and say what must be found in the store."""
    settings = read(config)
    zone = load(sample_path() if estate else settings.estate_folder).site.zone
    try:
        plan = Plan(devices, tuple(format_ or ["native"]), frozenset(fault or ()), rate, seed, zone, clock())
        simulation = Simulation(plan)
        if estate:
            write(estate, simulation)
    except (Unknown, NotOurs) as error:
        raise typer.BadParameter(str(error)) from None
    course = asyncio.run(_run(settings, simulation, seconds)) if seconds else Course(0)
    shown = {"start_ms": plan.start_ms, **_shown(course)}
    if as_json:
        print_json(shown)
    else:
        _print(shown)
    if course.behind_s > BEHIND_S:
        done = f"{course.slots} of {course.planned} slots were published, {course.behind_s:.1f} s late at worst"
        print(f"the broker, or this machine, could not keep up: {done}; try a lower --rate", file=sys.stderr)


async def _run(settings: Settings, simulation: Simulation, seconds: float) -> Course:
    """Until it is over, or asked to stop: what is under way is finished, so that the count is right."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    return await run(settings.broker, simulation, seconds, stop)


def _shown(course: Course) -> dict[str, Any]:
    return {
        "slots": {"planned": course.planned, "published": course.slots},
        **course.tally.summary(),
        "behind_s": round(course.behind_s, 3),
        "connections_lost": course.connections_lost,
    }


def _print(shown: dict[str, Any]) -> None:
    for title in ("formats", "faults", "ends"):
        print(f"{title}: " + (", ".join(f"{name} {count}" for name, count in shown[title].items()) or "none"))
    print(f"{shown['messages']} messages; in the store must be {shown['timed_readings']} readings with a time of")
    print(f"their own, each once, and {shown['untimed_readings']} timed by their receipt")
    print_table(["device", "channel", "quantity", "value"], shown["registers"])
