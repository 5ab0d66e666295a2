"""What is wrong with an estate, for the people who keep its files."""

from pathlib import Path
from typing import NamedTuple

from pydantic_core import ErrorDetails

from estate.fields import near
from estate.rows import Row, columns


class Problem(NamedTuple):
    """One thing that is wrong in the estate's files, for people: the thing, the cause, the next step."""

    file: str
    line: int  # from 1; 0 when it is the file as a whole
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.line else f"{self.file}: {self.text}"


def read_text(path: Path, problems: list[Problem]) -> str | None:
    """The text of a file; None, and a problem more, when it has none."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        problems.append(Problem(path.name, 0, "is missing: every estate needs it, estate/README.md says what it holds"))
        return None
    except OSError as error:
        problems.append(Problem(path.name, 0, f"cannot be read ({error.strerror}): make it a file this user can read"))
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(Problem(path.name, line, "is not UTF-8: save it as UTF-8 (in spreadsheets: 'CSV UTF-8')"))
        return None


def words(model: type[Row], detail: ErrorDetails) -> str:
    """What is wrong with one cell or key, or with a row as a whole."""
    if not detail["loc"]:
        return str(detail["ctx"]["error"])
    column = str(detail["loc"][0])
    if detail["type"] == "missing":
        return f"{column} is empty: fill it in"
    if detail["type"] == "extra_forbidden":
        return f"{column!r} is unknown{near(column, columns(model)) or ': remove it'}"
    if detail["type"] == "value_error":
        return f"{column} {detail['input']!r} {detail['ctx']['error']}"
    return f"{column} {detail['input']!r} is not allowed: {detail['msg']}"
