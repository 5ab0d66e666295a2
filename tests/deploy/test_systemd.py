"""deploy/systemd: the unit is one that systemd understands, and says what a stop must be."""

import subprocess
from configparser import ConfigParser, SectionProxy
from pathlib import Path

import pytest

from dashboards.supervisor import LOOK_S

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "microville.service"
COMMAND = "/opt/microville/.venv/bin/microville"


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The unit, its command replaced by one that is there."""
    path = tmp_path / UNIT.name
    path.write_text(UNIT.read_text().replace(COMMAND, "/bin/true"))
    return path


def test_verify(installed: Path) -> None:
    """systemd finds nothing to say about the unit."""
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", installed], capture_output=True, text=True, check=False
    )

    assert (0, "") == (done.returncode, done.stderr)


def test_hardened(installed: Path) -> None:
    """systemd rates the unit's exposure below 2 of 10."""
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(installed)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


@pytest.fixture
def service() -> SectionProxy:
    """The unit's [Service] section."""
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]  # keys keep their capitals
    unit.read(UNIT)
    return unit["Service"]


def test_stop(service: SectionProxy) -> None:
    """Only the service is told to end: it stops the embedded broker itself, and has longer than it needs."""
    assert ("mixed", "10", "on-failure") == tuple(service[key] for key in ("KillMode", "TimeoutStopSec", "Restart"))
    assert service["ExecStart"].startswith(f"{COMMAND} up ")


def test_watched(service: SectionProxy) -> None:
    """It reports for itself, and is started again when it falls silent for many pings."""
    assert ("notify", "on-failure") == (service["Type"], service["Restart"])
    assert float(service["WatchdogSec"]) > 10 * LOOK_S
