"""An InfluxQL query of a panel, as Grafana's InfluxDB data source reads it."""

from dataclasses import dataclass
from typing import Literal

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

DATASOURCE = DataSourceRef(type_val="influxdb", uid="${datasource}")
"""What the variable of the dashboard says: no dashboard is tied to one installation."""


@dataclass(frozen=True)
class InfluxQuery(Dataquery, Builder[Dataquery]):
    """One statement; `alias` names its series (``$tag_building`` is the value of that tag)."""

    query: str
    shape: Literal["time_series", "table"] = "time_series"
    alias: str = ""

    def build(self) -> Dataquery:
        return self

    def to_json(self) -> dict[str, object]:
        return {
            "refId": "A",
            "datasource": DATASOURCE,
            "rawQuery": True,
            "query": self.query,
            "resultFormat": self.shape,
            "alias": self.alias,
        }
