"""The site's mapping profiles: `profiles/<codec>.toml` teaches a device for which no codec was written."""

from collections.abc import Sequence
from pathlib import Path

from estate.problems import Problem, read_text
from sensors.profile import ProfileWrong, Taught, taught
from sensors.registry import CODECS

PROFILES = "profiles"


def read_profiles(folder: Path, problems: list[Problem]) -> Sequence[Taught]:
    """Every profile of the folder that is right; there need be none."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        file = f"{PROFILES}/{path.name}"
        if path.stem in CODECS:
            problems.append(Problem(file, 0, f"has the name of the codec {path.stem!r}: rename it"))
            continue
        text = read_text(path, problems)
        try:
            found += [taught(path.stem, text)] if text is not None else []
        except ProfileWrong as error:
            problems += [Problem(file, 0, line) for line in str(error).splitlines()]
    return found
