"""Documentation cannot fall behind: what the code names, the documents name."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

import microville
from dashboards.configuration import Settings
from dashboards.probes import LedgerCollector, QuarantineCollector, SpoolCollector
from ingest.account.ledger import Ledger
from ingest.fill import Fill
from sensors.model import Reason, Unused

ROOT = Path(__file__).parents[1]
FOLDERS = ("alerts", "dashboards", "deploy", "energy", "estate", "ingest", "sensors", "store", "tests")
ROOMS = [
    f"{path.parent.name}/{path.name}" for folder in ("energy", "ingest") for path in (ROOT / folder).glob("[a-z]*/")
]
PAGES = [page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md")]


def read(path: str) -> str:
    return (ROOT / path).read_text()


@pytest.mark.parametrize("folder", [*FOLDERS, *ROOMS, "dashboards/api", "dashboards/pages", "tests/benchmarks"])
def test_every_folder_says_what_it_is(folder: str) -> None:
    """Each folder has a README with a heading."""
    assert read(f"{folder}/README.md").startswith("# ")


@pytest.mark.parametrize("reason", [*Reason, *Unused])
def test_every_reason_is_explained(reason: str) -> None:
    """Why a message was refused or ignored stands in the README of sensors."""
    assert f"`{reason}`" in read("sensors/README.md")


METRICS = [LedgerCollector(Ledger()), QuarantineCollector(), SpoolCollector(Fill("spool", 1, ""))]


@pytest.mark.parametrize("metric", [family.name for each in METRICS for family in each.collect()])
def test_every_metric_is_listed(metric: str) -> None:
    """What `/metrics` says stands in the README of the account."""
    assert f"`{metric}" in read("ingest/account/README.md")


@pytest.mark.parametrize("section", Settings.model_fields)
def test_every_section_of_the_configuration_is_shown(section: str) -> None:
    """The example configuration has each section."""
    assert f"[{section}]" in read("deploy/microville.toml")


@pytest.mark.parametrize("command", get_command(microville.app).commands)  # type: ignore[attr-defined]
def test_every_command_is_listed(command: str) -> None:
    """The project's README names each command."""
    assert f"microville {command}" in read("README.md")


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    """Every relative link of a page leads to a file of the project."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text())

    assert [] == [target for target in targets if not (path.parent / target).exists()]


def test_guarantees_are_shown() -> None:
    """Every line of the guarantees names tests, which there are."""
    section = read("ingest/README.md").partition("## Guarantees\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ") and not line.endswith("| shown by |")]
    tests = {
        name for path in ROOT.glob("tests/**/test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())
    }

    assert rows
    assert [] == [row for row in rows if not re.search(r"`test_\w+`", row)]
    assert set() == set(re.findall(r"`(test_\w+)`", section)) - tests
