"""What dashboards ask of consumption, facts and readings, in terms of their variables."""

from collections.abc import Sequence
from typing import Literal, cast

from grafana_foundation_sdk.builders.dashboard import QueryVariable
from grafana_foundation_sdk.models.dashboard import Panel

from dashboards.grafana.kit import Kit
from dashboards.grafana.query import InfluxQuery, choice, single
from dashboards.grafana.scale import Scale
from dashboards.grafana.words import Words
from energy.cost.facts import EUR, KG, MONEY
from energy.derived.facts import FACTS, ROLE
from energy.derived.ratios import ENOUGH, RATIOS
from estate.calendar import Every
from estate.vocabulary import CARRIERS
from store.base import How, Series, Tag, Usage, UsageTag
from store.influxql_panels import (
    Enough,
    Sum,
    panel_estimated,
    panel_load,
    panel_load_lately,
    panel_ratio,
    panel_ratio_steps,
    panel_share,
    panel_share_steps,
    panel_steps,
    panel_total,
)
from store.influxql_shown import Chosen, tag_values
from store.own import STORED

SHOWN_STEP = cast(Every, "${every}")
"""The rows that the variable `every` names."""

BY_AREA = "suffix:kWh/(m²·a)"

BUILDING: Chosen = (("building", "${building:regex}"),)
IN_ZONES: Chosen = (*BUILDING, ("zone", ".+"))
"""Sensors of rooms: what hangs outside, or counts a whole building, is in no zone."""

ZONE: Chosen = (*IN_ZONES, ("zone", "${zone:regex}"))
TENANT: Chosen = (("tenant", "${tenant:regex}"),)
CARRIER: Chosen = (("carrier", "${carrier:regex}"),)

_PER = {EUR: 10**9, KG: 10**9, "m°C·d": 1000, "person·s": 3600, "s": 3600}
"""What amounts of facts in these units are divided by: shown are EUR, kg, °C·d and hours."""

ENERGY = [row.name for row in CARRIERS.values() if row.unit == "Wh"]


def usage(
    every: Every,
    carriers: Sequence[str] = (),
    by: Sequence[UsageTag] = (),
    of: Literal["meter", "tenant"] = "meter",
    role: str = "site",
) -> Usage:
    """What flowed through site meters, or tenants' shares of it."""
    where: dict[UsageTag, Sequence[str]] = {"role": [role]} if of == "meter" else {}
    if carriers:
        where["carrier"] = carriers
    return Usage(every, 0, 0, of, where, by)


def electric(kit: Kit) -> Usage:
    """Electricity drawn, by the shortest step."""
    return usage(kit.step, ["electricity"])


def load_lately(kit: Kit, chosen: Chosen = ()) -> str:
    """The electric load of the last day shown."""
    return panel_load_lately(electric(kit), chosen)


def loads(kit: Kit, chosen: Chosen = (), by: Sequence[UsageTag] = (), alias: str = "") -> list[InfluxQuery]:
    """The electric load from rows of the shortest step, of hours or of days: one of the queries is answered.

    Of days it is that of all buildings, or of those that the variable chooses where `chosen` does.
    """
    steps = dict.fromkeys([kit.step, "1h"])
    queries = [panel_load(usage(step, ["electricity"], by), kit.zone, chosen) for step in steps]
    own: Sequence[UsageTag] = ["building", "meter"] if by else []
    days = fact("building", ["mean"], "1d", own) if chosen else of_all("building", ["mean"], own)
    found = [InfluxQuery(query, alias=alias) for query in queries]
    named = "$tag_building" if own else alias
    return [*found, InfluxQuery(panel_load(days.usage, kit.zone, days.chosen), alias=named, apart_h=26)]


def of_all(kind: str, names: Sequence[str], by: Sequence[UsageTag] = ()) -> Sum:
    """Facts by day of all places of this kind."""
    return Sum(
        Usage("1d", 0, 0, where={"carrier": names, "role": [ROLE]}, by=by),
        (("meter", f"{kind}#.*#({'|'.join(names)})"),),
    )


WATER_PER = 1000
"""Litres of a m³, which charts show."""


def flows(every: Every, chosen: Chosen, of: Literal["meter", "tenant"] = "meter") -> list[InfluxQuery]:
    """Energy by carrier, what of it was estimated, and water beside it: see `flow_names`."""
    energy, water = usage(every, ENERGY, ["carrier"], of), usage(every, ["water"], ["carrier"], of)
    return [
        InfluxQuery(panel_steps(energy, chosen), alias="$tag_carrier"),
        InfluxQuery(panel_estimated(usage(every, ENERGY, of=of), chosen), alias="estimated"),
        InfluxQuery(panel_steps(water, chosen, WATER_PER), alias="$tag_carrier"),
    ]


def fact(kind: str, names: Sequence[str], every: Every = SHOWN_STEP, by: Sequence[UsageTag] = ()) -> Sum:
    """Facts of the places of this kind that are chosen; of sites there is one."""
    place = ".*" if kind == "site" else f"${{{kind}:regex}}"
    pattern = f"{kind}#{place}#({'|'.join(names)})"
    around = BUILDING if kind == "zone" else ()
    return Sum(Usage(every, 0, 0, where={"carrier": names, "role": [ROLE]}, by=by), (*around, ("meter", pattern)))


def fact_steps(kind: str, names: Sequence[str], every: Every = SHOWN_STEP, by: Sequence[UsageTag] = ()) -> str:
    """Facts, step by step."""
    asked = fact(kind, names, every, by)
    return panel_steps(asked.usage, asked.chosen, _per(names))


def fact_total(kind: str, names: Sequence[str], every: Every = SHOWN_STEP, by: Sequence[UsageTag] = ()) -> str:
    """The sum of facts over the time shown."""
    asked = fact(kind, names, every, by)
    return panel_total(asked.usage, asked.chosen, _per(names))


def _per(names: Sequence[str]) -> int:
    (unit,) = {(FACTS | MONEY)[name].unit for name in names}
    return _PER.get(unit, 1)


TOGETHER = ("empty_share", "utilisation", "energy_m2_year", "energy_person_hour", "water_person_day", "completeness")
"""The indicators whose terms are derived together: no step has one of them alone."""


def ratio(kind: str, indicator: str, by: Sequence[UsageTag] = ()) -> str:
    """The indicator over the time shown, by days. Ungrouped only where every place that has one term has the other."""
    above, below, factor, _ = RATIOS[indicator]
    terms = _sums(kind, above, "1d", by), _sums(kind, below, "1d", by)
    enough = _enough(kind, indicator, "1d", by)
    if indicator in TOGETHER:
        return panel_share(terms[0][0], terms[1][0], factor, enough)
    return panel_ratio(*terms, factor, enough)


def ratio_steps(kind: str, indicator: str, every: Every, by: Sequence[UsageTag] = ()) -> str:
    """The indicator of each step."""
    above, below, factor, _ = RATIOS[indicator]
    terms = _sums(kind, above, every, by), _sums(kind, below, every, by)
    enough = _enough(kind, indicator, every, by)
    if indicator in TOGETHER:
        return panel_share_steps(terms[0][0], terms[1][0], factor, enough)
    return panel_ratio_steps(*terms, factor, enough)


def _enough(kind: str, indicator: str, every: Every, by: Sequence[UsageTag]) -> Enough | None:
    """Whether sensors reach far enough in a place for it to be judged by them."""
    part = RATIOS[indicator].reach
    if not part:
        return None
    return Enough(fact(kind, [part], every, by), fact(kind, ["zones_area"], every, by), ENOUGH)


def _sums(kind: str, names: Sequence[str], every: Every, by: Sequence[UsageTag]) -> list[Sum]:
    """The facts among the names in one sum, and the carriers in another."""
    carriers, facts = [name for name in names if name in CARRIERS], [name for name in names if name not in CARRIERS]
    place = BUILDING if kind == "building" else ()
    flows = [Sum(usage(every, carriers, by), place)] if carriers else []
    return [*flows, *([fact(kind, facts, every, by)] if facts else [])]


def readings(quantity: str, how: How = "mean", by: Sequence[Tag] = ()) -> Series:
    """The readings of a quantity over the time shown."""
    return Series(quantity, 0, 0, None, how, by=by)


BY_SENSOR: tuple[Tag, ...] = ("zone", "device", "channel")
SENSOR = "$tag_zone: $tag_device"
"""A curve for each sensor of a zone: one select, where zones would read all sensors anew for each of them."""


def unit(quantity: str) -> str:
    return STORED[quantity].grafana


_BUILDINGS = tag_values("consumption", "building", (("role", "site"),))


def building_variable(kit: Kit) -> QueryVariable:
    """The buildings that have consumption; the site, for meters that serve the whole of it."""
    return choice("building", ("Bâtiment", "Building"), kit.language, _BUILDINGS)


def one_building(kit: Kit) -> QueryVariable:
    """One of them."""
    return single("building", ("Bâtiment", "Building"), kit.language, _BUILDINGS)


def zone_variable(kit: Kit) -> QueryVariable:
    """The zones with sensors of air or people."""
    query = tag_values("latest", "zone", (*BUILDING, ("quantity", r"(climate|occupancy)\..*")))
    return choice("zone", ("Zone", "Zone"), kit.language, query)


def tenant_variable(kit: Kit) -> QueryVariable:
    return choice("tenant", ("Locataire", "Tenant"), kit.language, tag_values("allocation", "tenant"))


def carrier_variable(kit: Kit) -> QueryVariable:
    query = tag_values("consumption", "carrier", (("role", "site"),))
    return choice("carrier", ("Énergie ou eau", "Carrier"), kit.language, query)


def by_building(kit: Kit, words: Words, indicator: str, unit: str, scale: Scale, most: float | None = None) -> Panel:
    """What does not add up over buildings, of each of them over the time shown."""
    query = ratio("building", indicator, ["building"])
    return kit.levels(words, InfluxQuery(query, alias="$tag_building"), unit, scale, most=most)
