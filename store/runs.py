"""Rows of consumption as columns: millions of them are written without an object for each."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from estate.calendar import Every
from estate.model import Consumption


class Run(NamedTuple):
    """Rows that differ in their start and figures alone."""

    meter: str
    tenant: str
    carrier: str
    building: str
    role: str
    every: Every
    starts: NDArray[np.int64]
    amounts: NDArray[np.int64]
    estimated: NDArray[np.float64]
    settled: NDArray[np.int64]

    def rows(self) -> Iterator[Consumption]:
        """One by one."""
        for figures in zip(*(column.tolist() for column in self[6:]), strict=True):
            yield Consumption(*self[:6], *figures)


class Runs(Sequence[Consumption]):
    """The rows of many runs, one after the other; no row comes twice."""

    def __init__(self, runs: Iterable[Run] = ()) -> None:
        self.runs = [*runs]

    def __len__(self) -> int:
        return sum(len(run.starts) for run in self.runs)

    def __iter__(self) -> Iterator[Consumption]:
        return (row for run in self.runs for row in run.rows())

    @overload
    def __getitem__(self, index: int) -> Consumption: ...
    @overload
    def __getitem__(self, index: slice) -> list[Consumption]: ...
    def __getitem__(self, index: int | slice) -> Consumption | list[Consumption]:
        return [*self][index]


def runs_of(rows: Sequence[Consumption]) -> list[Run]:
    """Any rows as runs; of rows of one meter, tenant and start the last stays."""
    if isinstance(rows, Runs):
        return rows.runs
    last = {(row.meter, row.tenant, row.every, row.start_ms): row for row in rows}
    groups: dict[tuple[str, ...], list[tuple[float, ...]]] = defaultdict(list)
    for row in last.values():
        groups[row[:6]].append(row[6:])
    return [Run(*names, *_columns(figures)) for names, figures in groups.items()]  # type: ignore[arg-type]


def _columns(figures: Sequence[tuple[float, ...]]) -> list[NDArray[Any]]:
    types = (np.int64, np.int64, np.float64, np.int64)
    return [np.array(column, dtype) for column, dtype in zip(zip(*figures, strict=True), types, strict=True)]
