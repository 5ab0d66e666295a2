"""The whole configuration: each folder's section, from microville.toml and the environment."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from alerts.settings import MailSettings
from dashboards.settings import WebSettings
from energy.settings import EnergySettings
from estate.settings import EstateSettings, sample_path
from ingest.settings import BrokerSettings, IngestSettings, StateSettings
from store.settings import StoreSettings

USUAL = Path("microville.toml")
PREFIX = "MICROVILLE_"


class ConfigurationWrong(Exception):
    """A file, key or value is wrong; the message names each, one a line."""


class Settings(BaseSettings):
    """microville.toml, overridden by MICROVILLE_SECTION__KEY. Unknown keys are refused."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid")

    broker: BrokerSettings = Field(default_factory=BrokerSettings)
    ingest: IngestSettings = Field(default_factory=IngestSettings)
    store: StoreSettings = Field(default_factory=StoreSettings)
    state: StateSettings = Field(default_factory=StateSettings)
    estate: EstateSettings = Field(default_factory=EstateSettings)
    energy: EnergySettings = Field(default_factory=EnergySettings)
    web: WebSettings = Field(default_factory=WebSettings)
    mail: MailSettings = Field(default_factory=MailSettings)

    @property
    def estate_folder(self) -> Path:
        """The estate's folder; the shipped sample's when none is configured."""
        return self.estate.path or sample_path()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what the file says."""
        return env_settings, init_settings


def read(path: Path | None) -> Settings:
    """The settings of this file, or of microville.toml if there is one, and of the environment."""
    if path and not path.is_file():
        raise ConfigurationWrong(f"configuration {path}: there is no such file; write it, or name another")
    file = path or USUAL
    if unknown := _unknown(os.environ):
        raise ConfigurationWrong("\n".join(f"environment: {name}: there is no such section or key" for name in unknown))
    try:
        return Settings(**(TomlConfigSettingsSource(Settings, file)() if file.is_file() else {}))
    except ValidationError as error:
        source = f"{file} and environment" if file.is_file() else "environment"
        raise ConfigurationWrong("\n".join(f"{source}: {_words(entry)}" for entry in error.errors())) from error
    except SettingsError as error:
        hint = 'a list is written as JSON, such as ["microville/#"]'
        raise ConfigurationWrong(f"environment: {error}; {hint}") from error
    except ValueError as error:
        raise ConfigurationWrong(f"configuration {file}: {error}") from error


def _unknown(names: Iterable[str]) -> list[str]:
    """Variables that are meant for us and mean nothing: pydantic would pass over a mistyped section in silence."""
    known = {
        f"{PREFIX}{section}__{key}".upper()
        for section, field in Settings.model_fields.items()
        for key in cast(type[BaseModel], field.annotation).model_fields
    }
    return sorted(name for name in names if name.startswith(PREFIX) and "__" in name and name not in known)


def _words(problem: ErrorDetails) -> str:
    """The key, what is wrong with it, and what it may be instead."""
    *above, key = (str(part) for part in problem["loc"])
    where = ".".join([*above, key])
    if problem["type"] == "extra_forbidden":
        section = Settings.model_fields[above[0]].annotation if above else Settings
        known = ", ".join(section.model_fields) if section else ""
        return f"{where}: there is no such key; there are {known}"
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}"
