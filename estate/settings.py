"""Which estate: a folder of its own, or the sample that ships with the package."""

from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class EstateSettings(BaseModel):
    """The section [estate] of the configuration."""

    model_config = ConfigDict(extra="forbid")

    path: Path | None = Field(None, description="folder of estate.toml and the inventories; absent: the sample estate")


def sample_path() -> Path:
    """The folder of the sample estate, Microville 112."""
    return Path(str(files("estate") / "sample"))
