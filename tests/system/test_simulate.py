"""`microville simulate` beside a service that runs on its estate: what it says must be in the store is there."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from sensors.encoders import ENCODERS
from sensors.model import Reading
from sensors.simulation import FAULTS, Plan, Simulation
from store.own import OWN
from tests.servers import mosquitto
from tests.system.running import configure, law_1, run, run_json, started, until, up

DEVICES, RATE, SECONDS, SEED = 42, 150, 8, 11
ESTATE = '[estate]\npath = "estate"'
STORED = "select device, channel, quantity, value, time from reading join series on series.id = series"


def simulated(folder: Path, seconds: int, *more: str) -> Any:
    """What the command tells, with every format and every fault."""
    names = [*(("--format", name) for name in ENCODERS), *(("--fault", name) for name in FAULTS)]
    options = [option for pair in names for option in pair]
    sizes = ("--devices", str(DEVICES), "--rate", str(RATE), "--seconds", str(seconds), "--seed", str(SEED))
    return run_json(folder, "simulate", *sizes, *options, *more)


def meant(start_ms: int) -> tuple[Counter[Reading], Counter[tuple[Any, ...]]]:
    """What must be in the store: readings with a time of their own, and the others without theirs."""
    zone = ZoneInfo("Europe/Paris")
    simulation = Simulation(Plan(DEVICES, tuple(ENCODERS), frozenset(FAULTS), RATE, SEED, zone, start_ms))
    slots = (simulation.slot(number).messages for number in range(RATE * SECONDS))
    timed: set[Reading] = set()
    untimed: Counter[tuple[Any, ...]] = Counter()
    for messages in (list(simulation.births()), *slots):
        for message in messages:
            if message.device.encoder.clock == "none":
                untimed.update(reading[:4] for reading in message.readings)
            else:
                timed.update(message.readings)
    return Counter(timed), untimed


def registers(summary: Any) -> dict[Sequence[str], float]:
    return {(row["device"], row["channel"], row["quantity"]): row["value"] for row in summary["registers"]}


def test_everything_is_found_again(tmp_path: Path) -> None:
    """With all formats and faults each reading with a time is stored once, garbage and strangers are quarantined."""
    with mosquitto(max_inflight=0) as broker:
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", "duckdb:///store.duckdb", [ESTATE])
        nothing = simulated(tmp_path, 0, "--estate", "estate")
        assert [] == run_json(tmp_path, "check")
        with up(tmp_path) as running:
            until(running.ready, "it is ready")
            summary = simulated(tmp_path, SECONDS)
            until(lambda: running.metrics()["received"] >= summary["messages"], "all is received")
            until(lambda: running.metrics()["in_flight"] == 0, "all came to its end")
            metrics = running.metrics()
            latest = {
                (row["device"], row["channel"], row["quantity"]): row["value"] for row in running.get("/api/latest")
            }
            running.stop()
    timed, untimed = meant(summary["start_ms"])
    with duckdb.connect(str(tmp_path / "store.duckdb"), read_only=True) as store:
        stored = [Reading(*row) for row in store.execute(STORED).fetchall() if row[2] not in OWN]
    clocks = {reading.device for reading in timed}

    assert (0, RATE * SECONDS) == (nothing["messages"], summary["slots"]["published"])
    assert set(FAULTS) == set(summary["faults"])
    assert timed == Counter(reading for reading in stored if reading.device in clocks)
    assert untimed == Counter(reading[:4] for reading in stored if reading.device not in clocks)
    assert (timed.total(), untimed.total()) == (summary["timed_readings"], summary["untimed_readings"])
    assert registers(summary).items() <= latest.items()
    assert summary["messages"] == metrics["received"]
    assert summary["ends"] == {end: metrics[end] for end in ("stored", "quarantined", "ignored")}
    refused = [metrics.get(reason, 0) for reason in ("malformed", "unknown_device", "needs_codec", "ambiguous")]
    assert sum(refused) == metrics["quarantined"]
    assert min(refused[:2]) > 0
    assert 0 == law_1(metrics)


def test_names_that_are_unknown(tmp_path: Path) -> None:
    """A format or fault that there is none of, and somebody's own folder, are refused in words."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/estate.toml").write_text('[site]\nid = "mine"\n')
    done = [
        run(tmp_path, "simulate", *wrong, COLUMNS="400")
        for wrong in (("--format", "natve"), ("--fault", "gap"), ("--estate", "mine", "--seconds", "0"))
    ]

    assert [2, 2, 2] == [each.returncode for each in done]
    assert "no format 'natve' can be simulated; known: native, senml" in done[0].stderr
    assert "no fault 'gap' can be simulated; known: gaps, resets" in done[1].stderr
    assert "mine is not empty and holds no simulated estate" in done[2].stderr
    assert '[site]\nid = "mine"\n' == (tmp_path / "mine/estate.toml").read_text()


def test_interrupted(tmp_path: Path) -> None:
    """Ctrl-C ends it well, and it says what it has published until then."""
    with mosquitto() as broker:
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", "duckdb:///store.duckdb")
        with listening(broker.port) as heard, started(tmp_path, "simulate", "--seconds", "3600", port=0) as running:
            assert heard.stdout is not None
            heard.stdout.readline()  # it has begun
            running.stop(lambda pid: os.kill(pid, signal.SIGINT))
    said = running.log.read_text()

    assert "formats: native " in said
    assert "could not keep up" not in said


@contextmanager
def listening(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A subscriber that prints a line for each message."""
    command = ["mosquitto_sub", "-p", str(port), "-t", "microville/#"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_few_words(tmp_path: Path) -> None:
    """Without --json people read what was published, and what the registers show."""
    with mosquitto() as broker:
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", "duckdb:///store.duckdb")
        done = run(tmp_path, "simulate", "--devices", "2", "--seconds", "1", "--rate", "20")

    assert 0 == done.returncode
    assert "formats: native 20" in done.stdout
    assert "electricity.energy" in done.stdout
    assert "" == done.stderr
