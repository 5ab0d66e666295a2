"""The table of quantities in README.md: ``python -m sensors.docs`` rewrites it, ``--check`` exits 1 when it differs."""

import sys
from pathlib import Path

from sensors.quantities import QUANTITIES, Quantity

README = Path(__file__).with_name("README.md")
BEGIN = "<!-- quantities: written by python -m sensors.docs -->\n"
END = "<!-- end of quantities -->\n"
HEAD = """\
| quantity | unit | UCUM | kind | plausible | Brick | Haystack | English | French |
|---|---|---|---|---|---|---|---|---|
"""


def table() -> str:
    """The table of quantities in Markdown."""
    return HEAD + "".join(f"| {' | '.join(_cells(row))} |\n" for row in QUANTITIES.values())


def _cells(row: Quantity) -> tuple[str, ...]:
    span = f"{row.low:g} to {row.high:g}"
    if row.kind == "counter":
        span += f", at most {row.rate:.4g} a second"
    return f"`{row.name}`", row.unit or "–", f"`{row.ucum}`", row.kind, span, row.brick, row.haystack, row.en, row.fr


def written(text: str) -> str:
    """The text with the table brought up to date between its markers; ValueError when a marker is missing."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{README} lacks the marker {(END if begin else BEGIN).strip()!r}")
    return head + BEGIN + "\n" + table() + "\n" + END + tail


def main() -> int:
    """Rewrite the table, or only look; the exit code."""
    text = README.read_text(encoding="utf-8")
    wanted = written(text)
    if sys.argv[1:] == ["--check"]:
        if text != wanted:
            print(f"{README}: the table of quantities is out of date; run python -m sensors.docs", file=sys.stderr)
        return int(text != wanted)
    README.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
