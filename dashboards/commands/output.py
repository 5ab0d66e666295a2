"""How commands are configured, and how they print."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

Config = Annotated[Path | None, typer.Option(envvar="MICROVILLE_CONFIG", help="Instead of microville.toml.")]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts.")]

WIDE = 10_000
"""Letters of a line that is not shown on a terminal."""


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def moment(rfc3339: str) -> str:
    """For people: to the second, without the offset."""
    return rfc3339[:19].replace("T", " ")


def print_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """A table that cuts nothing off: folded to a terminal's width, in one line each for a pipe."""
    table = Table(box=None)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(str(row[column]) for column in columns))
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar, moved by calling what this yields with: done, of how many."""
    with Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
