"""The page derived/INDICATORS.md, from the tables of indicators and facts: `python -m energy.docs [--check]`."""

import sys
from pathlib import Path

from energy.cost.facts import MONEY, OF_BUILDINGS
from energy.derived.facts import FACTS
from energy.derived.indicators import INDICATORS
from sensors.generated import keep

PAGE = Path(__file__).parent / "derived" / "INDICATORS.md"

HEAD = """\
# Indicators, and the facts they are found from

Written by `python -m energy.docs` from `indicators.py` and both `facts.py`. `/api/indicators` answers them for the
site, a building, a zone or a tenant, over any whole days, each with the share that was estimated, the share of days
that have its data, and the two figures of its fraction; without data there is no figure but the reason.
"""


def page() -> str:
    """The whole page."""
    rows = [
        f"| `{row.id}` | {row.en} / {row.fr} | {row.unit} | {row.formula} | {row.source} | {row.meaning_en} |"
        for row in INDICATORS.values()
    ]
    facts = [
        f"| `{row.name}` | {row.unit} | {row.every} | {row.longer} | {row.en} / {row.fr} |" for row in FACTS.values()
    ]
    money = [
        f"| `{row.name}` | {row.unit} | site, building{'' if row.name in OF_BUILDINGS else ', tenant'} "
        f"| {row.en} / {row.fr} |"
        for row in MONEY.values()
    ]
    return "\n".join(
        (
            HEAD,
            "| id | name | unit | formula | source | meaning |",
            "|---|---|---|---|---|---|",
            *rows,
            "\n## Facts\n",
            "Rows of consumption with the role `derived` and the fact as carrier, from the finest step each is kept at "
            "to years, of the\nmeter `kind#place#fact`. Kinds are `zone`, `building`, `site` and `tenant`; of a tenant "
            "only facts of loads, which are\nthose of whole days. What sensors say by hour, a building and the site "
            "have as the sum of what is in them: its zones, and\n`own`, the sensors that serve it as a whole. Months "
            "and years are of days that are over, and sum or take the greatest.\n",
            "| fact | unit | step | month | meaning |",
            "|---|---|---|---|---|",
            *facts,
            "\n## Cost and carbon\n",
            "The same of what consumption costs and emits, from `../cost/facts.py`: by local day, month and year.\n",
            "| fact | unit | of a | meaning |",
            "|---|---|---|---|",
            *money,
            "",
        )
    )


if __name__ == "__main__":
    sys.exit(keep({PAGE: page()}, "energy.docs"))
