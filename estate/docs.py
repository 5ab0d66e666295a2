"""The tables of columns in estate/README.md, from the row models: `python -m estate.docs [--check]`."""

import sys
from pathlib import Path

from estate.load import SITE, TABLES
from estate.rows import Row, SiteRow, columns
from estate.tariff_file import TARIFFS
from estate.tariff_rows import LineRow, TariffRow
from sensors.generated import keep

README = Path(__file__).with_name("README.md")
START, END = "<!-- columns: python -m estate.docs -->\n", "<!-- /columns -->"


def tables() -> str:
    """One table per file: column, whether it must be there, meaning."""
    files: list[tuple[str, type[Row]]] = [
        (f"{SITE}, [site]", SiteRow),
        *TABLES.items(),
        (f"{TARIFFS}, [id]", TariffRow),
        (f"{TARIFFS}, [[id.line]]", LineRow),
    ]
    return "\n".join(_table(name, model) for name, model in files)


def _table(title: str, model: type[Row]) -> str:
    rows = [
        f"| `{name}` | {'yes' if field.is_required() else ''} | {field.description} |"
        for name, field in columns(model).items()
    ]
    return "\n".join((f"**{title}**\n", "| column | required | meaning |", "|---|---|---|", *rows, ""))


def rendered(text: str) -> str:
    """The text of the README with its tables as they should be."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return f"{before}{START}\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    sys.exit(keep({README: rendered(README.read_text(encoding="utf-8"))}, "estate.docs"))
