"""The tariffs, from `tariffs.toml`: one table per tariff, one array of lines in each; problems with their lines."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from estate.problems import Problem, read_text, words
from estate.tariff_rows import LineRow, TariffRow

TARIFFS = "tariffs.toml"


class Lined(NamedTuple):
    """A tariff as it stands in the file: the line of each of its parts that is right."""

    id: str
    at: int
    row: TariffRow
    lines: Sequence[tuple[int, LineRow]]
    names: Collection[str]  # of all its lines, wrong ones too


Tariffs = Mapping[str, Lined | None]
"""By id; None where all that is known of a tariff is its id."""


def read_tariffs(path: Path, problems: list[Problem]) -> Tariffs | None:
    """Every tariff of the file, also those with a wrong line; None when it cannot be read."""
    if not path.exists():
        return {}
    text = read_text(path, problems)
    if text is None:
        return None
    try:
        content = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        at = int(found[1]) if found else len(text.splitlines())
        problems.append(Problem(path.name, at, f"is no TOML ({error}): correct that line"))
        return None
    heads = _heads(text)
    tariffs: dict[str, Lined | None] = {}
    for name, table in content.items():
        at = heads.get(name, [1])[0]
        if isinstance(table, dict):
            tariffs[name] = _tariff(name, table, heads, problems)
        else:
            problems.append(Problem(path.name, at, f"{name!r} is no tariff: write [{name}] and what it holds below"))
    return tariffs


def _tariff(
    name: str, table: Mapping[str, object], heads: Mapping[str, Sequence[int]], problems: list[Problem]
) -> Lined | None:
    at = heads.get(name, [1])[0]
    try:
        row = TariffRow.model_validate(table)
    except ValidationError as error:
        found = error.errors(include_url=False)
        problems += [Problem(TARIFFS, at, f"tariff {name!r}: {words(TariffRow, detail)}") for detail in found]
        return None
    starts = heads.get(f"{name}.line", ())
    lines = []
    for index, cells in enumerate(row.line):
        here = starts[index] if index < len(starts) else at
        try:
            lines.append((here, LineRow.model_validate(dict(_cells(cells)), context=".")))
        except ValidationError as error:
            about = f"tariff {name!r}, line {str(cells.get('name', index + 1))!r}: "
            found = error.errors(include_url=False)
            problems += [Problem(TARIFFS, here, about + words(LineRow, detail)) for detail in found]
    return Lined(name, at, row, lines, {str(cells.get("name", "")) for cells in row.line})


def _cells(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Values as a spreadsheet would hold them, so that every file is checked alike."""
    for key, value in table.items():
        if isinstance(value, (date, Decimal, int)) and not isinstance(value, bool):
            yield key, format(value, "f") if isinstance(value, Decimal) else str(value)
        elif value not in ("", []):
            yield key, value


def _heads(text: str) -> dict[str, list[int]]:
    """The lines at which each table begins, by its name without quotes."""
    found: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[{1,2}\s*([^]#]+?)\s*\]{1,2}", line):
            found.setdefault(re.sub(r"[\"'\s]", "", head[1]), []).append(number)
    return found
