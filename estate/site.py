"""The site, from `estate.toml`, each problem with its line."""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from estate.fields import near
from estate.problems import Problem, read_text, words
from estate.rows import SiteRow, columns


def read_site(path: Path, problems: list[Problem]) -> tuple[SiteRow | None, str | None]:
    """The [site] of `estate.toml`, if all of it is right, and its id, if at least that can be read."""
    text = read_text(path, problems)
    if text is None:
        return None, None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at[1]) if at else len(text.splitlines())
        problems.append(Problem(path.name, line, f"is no TOML ({error}): correct that line"))
        return None, None
    problems += [
        Problem(path.name, _line_of(text, name), f"{name!r} is unknown{near(name, ['site']) or ': remove it'}")
        for name in content
        if name != "site"
    ]
    site = content.get("site")
    if not isinstance(site, dict):
        problems.append(Problem(path.name, 0, "has no [site]: add it, with " + ", ".join(columns(SiteRow))))
        return None, None
    try:
        row = SiteRow.model_validate(site)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            line = _line_of(text, str(detail["loc"][0]))
            problems.append(Problem(path.name, line, f"[site] {words(SiteRow, detail)}"))
        row = None
    found = site.get("id")
    return row, found if isinstance(found, str) else None


def _line_of(text: str, key: str) -> int:
    """The line that sets a key or opens a table of that name; that of [site] when the key is not there."""
    for wanted in (key, "site"):
        pattern = re.compile(rf"\s*(\[+\s*)?[\"']?{re.escape(wanted)}[\"']?\s*[]=.]")
        found = [number for number, line in enumerate(text.splitlines(), 1) if pattern.match(line)]
        if found:
            return found[0]
    return 1
