"""Every key of the configuration, from its file and from the environment."""

import json
import os
from pathlib import Path

import pytest

from dashboards.configuration import ConfigurationWrong, read
from tests.system.running import run_json

KEYS: dict[str, dict[str, str | bool | int | list[str]]] = {
    "broker": {
        "url": "mqtts://broker.example:8884",
        "client_id": "second",
        "share": "ingest",
        "username": "ingest",
        "password": "secret",
        "ca_file": "ca.pem",
        "cert_file": "own.pem",
        "key_file": "own.key",
        "topics": ["microville/#", "other/#"],
        "stateful": False,
    },
    "store": {
        "url": "influxdb://influx.example:8087/?bucket=b&org=o&version=2",
        "token": "secret",
        "raw_days": 500,
    },
    "state": {"path": "state"},
    "estate": {"path": "estate"},
    "web": {
        "listen": "0.0.0.0:80",
        "token": "a-secret-that-is-long",
        "trusted_proxy": "10.0.0.1",
        "trusted_header": "Remote-User",
    },
    "energy": {"step": "1h"},
    "mail": {"url": "mailto://localhost:25?from=a@example.org"},
}


def as_text(value: str | bool | int | list[str]) -> str:
    """As an environment variable has it, and TOML."""
    return value if isinstance(value, str) else json.dumps(value)


def flat(folder: Path) -> dict[str, dict[str, object]]:
    """The settings in the folder, by section, as plain values."""
    found = read(folder / "microville.toml").model_dump(exclude={"ingest"})
    for section, key in (("broker", "password"), ("store", "token"), ("web", "token")):
        found[section][key] = found[section][key].get_secret_value()
    return {
        section: {key: str(value) if isinstance(value, Path) else value for key, value in keys.items()}
        for section, keys in found.items()
    }


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in [key for key in os.environ if key.startswith("MICROVILLE_")]:
        monkeypatch.delenv(key)


def test_file(tmp_path: Path) -> None:
    """Every key can stand in the file."""
    lines = [
        line
        for section, keys in KEYS.items()
        for line in (f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in keys.items()))
    ]
    (tmp_path / "microville.toml").write_text("\n".join(lines))

    assert KEYS == flat(tmp_path)


def test_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every key can be set as MICROVILLE_SECTION__KEY, which wins over the file, key by key."""
    (tmp_path / "microville.toml").write_text('[broker]\nurl = "embedded"\n[web]\nlisten = "127.0.0.1:1"\n')
    for section, keys in KEYS.items():
        for key, value in keys.items():
            monkeypatch.setenv(f"MICROVILLE_{section}__{key}".upper(), as_text(value))

    assert KEYS == flat(tmp_path)


def test_which_file(tmp_path: Path) -> None:
    """--config, MICROVILLE_CONFIG, else microville.toml in the working directory: the estate each names is checked."""
    expected = []
    for name in ("microville", "variable", "option"):
        (tmp_path / f"{name}.toml").write_text(f'[estate]\npath = "{name}"\n')
        expected.append(name)
    said = [
        run_json(tmp_path, "check"),
        run_json(tmp_path, "check", MICROVILLE_CONFIG="variable.toml"),
        run_json(tmp_path, "check", "--config", "option.toml", MICROVILLE_CONFIG="variable.toml"),
    ]

    assert expected == [problem["file"] for (problem,) in said]


def test_unknown_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A mistyped section in the environment is refused by name."""
    monkeypatch.setenv("MICROVILLE_STOR__URL", "influxdb://influx.example:8086")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigurationWrong, match="MICROVILLE_STOR__URL"):
        read(None)
