"""The wheel, built and installed outside the repository."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tests.system.running import ROOT

NAMES = {"sensors", "estate", "store", "ingest", "energy", "alerts", "dashboards", "microville.py"}

DATA = {
    "dashboards/pages/templates/site.html",
    "estate/sample/estate.toml",
    "estate/sample/devices.csv",
}


def pip(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "pip", *arguments], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr


def outside(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in the folder, with what is installed there and without the repository."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MICROVILLE_")}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | {"PYTHONPATH": str(folder / "installed")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def licensed(names: Sequence[str]) -> bool:
    """Whether every folder of samples holds its licence."""
    folders = {Path(name).parts[2] for name in names if name.startswith("sensors/samples/") and name.count("/") > 2}
    return bool(folders) and all(
        any(name.startswith(f"sensors/samples/{folder}/LICENSE") for name in names) for folder in folders
    )


def test_wheel(tmp_path: Path) -> None:
    """It owns exactly its names, brings its data, and works on the sample estate where nothing else is."""
    pip("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(tmp_path), str(ROOT))
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    pip("install", "--quiet", "--no-deps", "--target", str(tmp_path / "installed"), str(wheel))
    checked = outside(tmp_path, "-m", "microville", "check")

    top = {name.split("/")[0] for name in names}
    assert NAMES == {name for name in top if not name.endswith(".dist-info")}
    assert DATA <= set(names)
    assert licensed(names)
    assert f"{tmp_path}/installed/estate/sample: no problem found" == checked.stdout.strip()
