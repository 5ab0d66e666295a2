"""Stores for one round: made for it, counted after it, and gone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import duckdb

POWER = "electricity.power"


@contextmanager
def emptied(kind: str, folder: Path, influx_port: int) -> Iterator[str]:
    """The URL of a new, empty store of this kind; "" for none."""
    if kind == "influxdb":
        ask(influx_port, "CREATE DATABASE bench")
        yield f"influxdb://127.0.0.1:{influx_port}/?bucket=bench"
        ask(influx_port, "DROP DATABASE bench")
    else:
        yield f"duckdb:///{folder}/duck" if kind else ""


def stored(kind: str, folder: Path, influx_port: int) -> int:
    """How many messages of the load it holds: each has one electric power."""
    if kind == "influxdb":
        (result,) = ask(influx_port, 'SELECT count("power") FROM "electricity"')["results"]
        return int(result["series"][0]["values"][0][1]) if "series" in result else 0
    with duckdb.connect(str(folder / "duck"), read_only=True) as database:
        rows = database.execute("SELECT count(*) FROM reading JOIN series ON id = series WHERE quantity = ?", [POWER])
        (count,) = rows.fetchone() or (0,)
    return int(count)


def ask(port: int, statement: str) -> Any:
    form = urlencode({"db": "bench", "q": statement}).encode()
    with urlopen(f"http://127.0.0.1:{port}/query", form, timeout=60) as answer:
        return json.load(answer)
