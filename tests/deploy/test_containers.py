"""deploy/compose.yaml and Containerfile: their structure, and what can be tried of them without a container engine."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml

from dashboards.configuration import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = re.compile(r"[\w/-]+:\d+(\.\d+)+[\w.-]*")


def mounts() -> Iterator[tuple[str, str, str]]:
    """Source, target and mode of every mount."""
    for service in SERVICES.values():
        for volume in service["volumes"]:
            source, target, mode = [*volume.split(":"), "rw"][:3]
            yield source, target, mode


def test_services() -> None:
    """The four services, each from a pinned image, watched, restarted."""
    assert {"broker", "influxdb", "microville", "grafana"} == set(SERVICES)
    for name, service in SERVICES.items():
        assert PINNED.fullmatch(service["image"]), name
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert service["restart"] == "unless-stopped", name


def test_base_image() -> None:
    """The image is made from a pinned one, twice the same, and does not run as root."""
    text = (DEPLOY / "Containerfile").read_text()
    bases = re.findall(r"^FROM (\S+)", text, flags=re.MULTILINE)

    assert ["python:3.11-slim-bookworm"] * 2 == bases
    assert "--require-hashes" in text
    assert re.search(r"^USER 8112$", text, flags=re.MULTILINE)


def test_volumes() -> None:
    """What is mounted is a declared volume or a file that is here, and what is here is not written to."""
    named = {source for source, _, _ in mounts() if not source.startswith(".")}
    ours = {source: mode for source, _, mode in mounts() if source.startswith(".")}

    assert set(COMPOSE["volumes"]) == named
    assert [] == [source for source, mode in ours.items() if mode != "ro" or not (DEPLOY / source).exists()]


def test_ports() -> None:
    """Only the broker is heard beyond this machine."""
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}
    expected = {
        "broker": ["1883:1883"],
        "influxdb": [],
        "microville": ["127.0.0.1:8112:8112"],
        "grafana": ["127.0.0.1:3000:3000"],
    }

    assert expected == ports


def test_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the composition tells Microville is a configuration, and names the other services."""
    for key in [key for key in os.environ if key.startswith("MICROVILLE_")]:
        monkeypatch.delenv(key)
    for key, value in SERVICES["microville"]["environment"].items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("MICROVILLE_WEB__TOKEN", "of secrets/microville.env")
    settings = Settings()
    hosts = [settings.broker.address.host, settings.store.url.split("/")[2].split(":")[0]]

    assert ["broker", "influxdb"] == hosts
    assert SERVICES["microville"]["ports"] == [f"127.0.0.1:{settings.web.port}:{settings.web.port}"]


def test_secrets_are_not_here() -> None:
    """Each service's secrets come from a file of its own, which git does not take."""
    files = [service["env_file"] for service in SERVICES.values() if "env_file" in service]
    said = [key for service in SERVICES.values() for key in service.get("environment", {})]

    assert len(files) == len(set(files)) == 3
    assert all(file.startswith("secrets/") for file in files)
    assert [] == [key for key in said if re.search(r"TOKEN|PASSWORD(?!_FILE)", key)]
    assert "secrets/" in (DEPLOY / ".gitignore").read_text().splitlines()


def test_image_is_whole(tmp_path: Path) -> None:
    """The image's last step works on what its build is given: the wheel holds every package."""
    rules = (DEPLOY / "Containerfile.dockerignore").read_text()
    context = tmp_path / "context"
    context.mkdir()
    for name in re.findall(r"^!(.+)$", rules, flags=re.MULTILINE):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, context / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, context / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", tmp_path, context], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    top = {name.split("/")[0] for name in ZipFile(wheel).namelist()}
    included = {name.strip("/") for name in PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["include"]}

    assert included == {name for name in top if not fnmatch(name, "*.dist-info")}
    assert f"microville-{SERVICES['microville']['image'].split(':')[1]}-" in wheel.name
