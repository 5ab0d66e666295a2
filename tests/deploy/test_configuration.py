"""deploy/microville.toml: every setting stands there, with its true default."""

import os
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from dashboards.configuration import Settings, read

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "microville.toml"
SECTIONS = {name: field.annotation for name, field in Settings.model_fields.items()}


@pytest.fixture(autouse=True)
def _no_settings_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in [key for key in os.environ if key.startswith("MICROVILLE_")]:
        monkeypatch.delenv(key)


def keys_of(section: str) -> dict[str, Any]:
    """The section's keys and their defaults."""
    model = SECTIONS[section]
    assert isinstance(model, type)
    assert issubclass(model, BaseModel)
    return {key: field.get_default(call_default_factory=True) for key, field in model.model_fields.items()}


def uncommented() -> str:
    """The example with each of its settings in force."""
    return re.sub(r"^#(?=[a-z\[])", "", EXAMPLE.read_text(), flags=re.MULTILINE)


def test_as_it_is() -> None:
    """The example as it stands changes nothing."""
    settings = read(EXAMPLE)

    assert Settings() == settings


def test_every_key() -> None:
    """Every key of every section is there, and no other."""
    named = {section: list(keys) for section, keys in tomllib.loads(uncommented()).items()}

    assert {section: list(keys_of(section)) for section in SECTIONS} == named


def test_defaults(tmp_path: Path) -> None:
    """What is uncommented loads, and is the default wherever there is one."""
    (tmp_path / "microville.toml").write_text(uncommented())
    settings = read(tmp_path / "microville.toml")
    defaults = {
        (section, key): default
        for section in SECTIONS
        for key, default in keys_of(section).items()
        if default is not None
    }

    assert defaults == {(section, key): getattr(getattr(settings, section), key) for section, key in defaults}


def test_no_default_is_said() -> None:
    """Where a setting has no default, its explanation says so."""
    found = re.findall(r"((?:^# .*\n)+)#([a-z_]+) =", EXAMPLE.read_text(), flags=re.MULTILINE)
    without = [key for section in SECTIONS for key, default in keys_of(section).items() if default is None]

    assert without == [key for text, key in found if "No default:" in text.replace("\n# ", " ")]
