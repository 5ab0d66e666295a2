"""The section `[energy]` of the configuration."""

from pydantic import BaseModel, ConfigDict, Field

from estate.calendar import Step


class EnergySettings(BaseModel):
    """How consumption is settled."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    step: Step = Field("15m", description="the shortest step of consumption; another one settles everything anew")
