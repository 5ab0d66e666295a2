"""Estate files as rows with line numbers: every value that is wrong becomes a `Problem`, and reading goes on.

CSV as spreadsheets write it: UTF-8 with or without a byte-order mark; "," or ";" between cells, and a file with ";"
may have decimal commas. Blank lines and lines that start with "#" are passed over, and counted.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from estate.fields import near
from estate.problems import Problem, read_text, words
from estate.rows import Row, columns

R = TypeVar("R", bound=Row)


class Table(NamedTuple, Generic[R]):
    """The good rows of a file, each with the line it starts at."""

    file: str
    subject: str  # the column that names what a row is about
    rows: Sequence[tuple[int, R]]
    ids: Mapping[str, int] | None  # line of each id, of good rows and bad; None when not all could be read


class _Layout(NamedTuple):
    """What the header of a file says."""

    file: str
    model: type[Row]
    subject: str  # the column that names what a row is about
    names: Sequence[str]
    decimal: str  # "." or ","

    def cells(self, record: Sequence[str]) -> dict[str, str]:
        known = columns(self.model)
        return {name: cell for name, cell in zip(self.names, record, strict=False) if cell and name in known}


def read_table(
    path: Path, model: type[R], subject: str, problems: list[Problem], *, required: bool = False
) -> Table[R]:
    """The rows of a CSV file, what is wrong added to `problems`; `subject` is the column of the ids.

    A file that is not required and not there is one without rows.
    """
    if not path.exists() and not required:
        return Table(path.name, subject, (), {})
    text = read_text(path, problems)
    if text is None:
        return Table(path.name, subject, (), None)
    separator = separator_of(text)
    records, broken = _records(path.name, text, separator)
    problems += broken
    if not records:
        if not broken:
            problems.append(Problem(path.name, 0, "has no header: its first line must be " + ",".join(columns(model))))
        return Table(path.name, subject, (), None)
    (header_line, header), *body = records
    layout = _Layout(path.name, model, subject, [name.lower() for name in header], "," if separator == ";" else ".")
    problems += _header_problems(layout, header_line)
    rows: list[tuple[int, R]] = []
    ids: dict[str, int] = {}
    for line, record in body:
        cells = layout.cells(record)
        ids.setdefault(cells.get(subject, ""), line)
        if len(record) > len(header):
            cause = f"has {len(record)} cells under {len(header)} columns: quote the cell that holds a {separator!r}"
            problems.append(Problem(path.name, line, cause))
            continue
        try:
            rows.append((line, model.model_validate(cells, context=layout.decimal)))
        except ValidationError as error:
            problems += _row_problems(layout, line, cells, error)
    return Table(path.name, subject, rows, ids if subject in layout.names and not broken else None)


def _lines(text: str) -> StringIO:
    return StringIO(text, newline="")  # line ends as they are: cells may hold some


def is_content(line: str) -> bool:
    """Whether a line holds cells: it is neither blank nor a comment."""
    return bool(line.strip()) and not line.lstrip().startswith("#")


def separator_of(text: str) -> str:
    """What stands between the cells of a file: its header tells."""
    header = next(filter(is_content, _lines(text)), "")
    return ";" if ";" in header else ","


def _records(file: str, text: str, separator: str) -> tuple[list[tuple[int, list[str]]], list[Problem]]:
    """The rows of cells with the line each starts at, down to where quoting breaks, if it does."""
    starts: list[int] = []  # the lines handed to the reader since its last row

    def lines() -> Iterator[str]:
        for number, line in enumerate(_lines(text), 1):
            if is_content(line):
                starts.append(number)
                yield line

    records: list[tuple[int, list[str]]] = []
    try:
        for record in csv.reader(lines(), delimiter=separator, strict=True):
            cells = [cell.strip() for cell in record]
            while cells and not cells[-1]:
                cells.pop()  # empty columns that spreadsheets leave at the end
            if cells:
                records.append((starts[0], cells))
            starts.clear()
    except csv.Error as error:
        return records, [Problem(file, starts[0], f"quoting is broken ({error}): close or double the quote")]
    return records, []


def _header_problems(layout: _Layout, line: int) -> Iterator[Problem]:
    known = columns(layout.model)
    for name in layout.names:
        if name not in known:
            free = [column for column in known if column not in layout.names]
            step = near(name, free) or ": remove it, known are " + ", ".join(known)
            yield Problem(layout.file, line, f"column {name!r} is unknown{step}")
    for name in known:
        if layout.names.count(name) > 1:
            yield Problem(layout.file, line, f"column {name!r} stands {layout.names.count(name)} times: keep one")
        if known[name].is_required() and name not in layout.names:
            yield Problem(layout.file, line, f"column {name!r} is missing: add it")


def _row_problems(layout: _Layout, line: int, cells: Mapping[str, str], error: ValidationError) -> Iterator[Problem]:
    name = cells.get(layout.subject, "")
    for detail in error.errors(include_url=False):
        column = detail["loc"][0] if detail["loc"] else ""
        if detail["type"] == "missing" and column not in layout.names:
            continue  # said of the header already
        about = f"{layout.subject} {name!r}: " if name and column != layout.subject else ""
        yield Problem(layout.file, line, about + words(layout.model, detail))
