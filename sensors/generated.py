"""Files that are written from the code's own tables: brought up to date, or only looked at with `--check`."""

import sys
from collections.abc import Mapping
from pathlib import Path


def keep(wanted: Mapping[Path, str], module: str) -> int:
    """Write the files, or with `--check` say which are out of date; the exit code. `module` is what writes them."""
    behind = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    for path in behind:
        if sys.argv[1:] == ["--check"]:
            sys.stderr.write(f"{path} is out of date: run python -m {module}\n")
        else:
            path.write_text(wanted[path], encoding="utf-8")
    return int(sys.argv[1:] == ["--check"] and bool(behind))
