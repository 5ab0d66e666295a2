"""What dashboards ask of consumption, facts and readings, in terms of their variables."""

from collections.abc import Mapping, Sequence
from typing import Literal, cast

from grafana_foundation_sdk.builders.dashboard import QueryVariable

from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Name
from dashboards.grafana.query import InfluxQuery, choice
from dashboards.pages.colours import CARRIER_COLOURS
from energy.cost.facts import EUR, KG, MONEY
from energy.derived.facts import FACTS, ROLE
from energy.derived.ratios import ENOUGH, RATIOS
from estate.calendar import Every
from estate.vocabulary import CARRIERS
from store.base import How, Series, Tag, Usage, UsageTag
from store.influxql_panels import (
    Chosen,
    Enough,
    Sum,
    panel_load,
    panel_load_lately,
    panel_ratio,
    panel_ratio_steps,
    panel_share,
    panel_steps,
    panel_total,
    tag_values,
)
from store.own import STORED

SHOWN_STEP = cast(Every, "${every}")
"""The rows that the variable `every` names."""

BUILDING: Chosen = (("building", "${building:regex}"),)
ZONE: Chosen = (*BUILDING, ("zone", "${zone:regex}"))
TENANT: Chosen = (("tenant", "${tenant:regex}"),)
CARRIER: Chosen = (("carrier", "${carrier:regex}"),)

_PER = {EUR: 10**9, KG: 10**9, "m°C·d": 1000, "person·s": 3600}
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
    """The electric load from rows of the shortest step or of hours: of both queries one is answered."""
    steps = dict.fromkeys([kit.step, "1h"])
    queries = (panel_load(usage(step, ["electricity"], by), kit.zone, chosen) for step in steps)
    return [InfluxQuery(query, alias=alias) for query in queries]


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


TOGETHER = ("empty_share", "utilisation")
"""The indicators whose terms are derived together: no step has one of them alone."""


def ratio(kind: str, indicator: str, by: Sequence[UsageTag] = ()) -> str:
    """The indicator over the time shown, by days. Ungrouped only where every place that has one term has the other."""
    above, below, factor, _ = RATIOS[indicator]
    terms = _sums(kind, above, "1d", by), _sums(kind, below, "1d", by)
    enough = _enough(kind, indicator, "1d", by)
    if indicator in TOGETHER:
        return panel_share(terms[0][0], terms[1][0], factor, enough)
    return panel_ratio(*terms, factor, enough=enough)


def ratio_steps(kind: str, indicator: str, every: Every, by: Sequence[UsageTag] = ()) -> str:
    """The indicator of each step."""
    above, below, factor, _ = RATIOS[indicator]
    terms = _sums(kind, above, every, by), _sums(kind, below, every, by)
    return panel_ratio_steps(*terms, factor, _enough(kind, indicator, every, by))


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


def carriers(kit: Kit, names: Sequence[str] = tuple(CARRIERS), prefix: str = "") -> list[Name]:
    """How the series of carriers are called and coloured; water is in litres."""
    found = []
    for row in (CARRIERS[name] for name in names):
        title = kit.say(row.fr, row.en)
        litres = "litre" if row.unit == "L" and not prefix else ""
        found.append(Name(prefix + row.name, title[0].upper() + title[1:], CARRIER_COLOURS[row.name], litres))
    return found


def building_variable(kit: Kit) -> QueryVariable:
    """The buildings that have consumption; the site, for meters that serve the whole of it."""
    query = tag_values("consumption", "building", (("role", "site"),))
    return choice("building", ("Bâtiment", "Building"), kit.language, query)


def zone_variable(kit: Kit) -> QueryVariable:
    """The zones with sensors of air or people."""
    query = tag_values("latest", "zone", (*BUILDING, ("quantity", r"(climate|occupancy)\..*")))
    return choice("zone", ("Zone", "Zone"), kit.language, query)


def tenant_variable(kit: Kit) -> QueryVariable:
    return choice("tenant", ("Locataire", "Tenant"), kit.language, tag_values("allocation", "tenant"))


def carrier_variable(kit: Kit) -> QueryVariable:
    query = tag_values("consumption", "carrier", (("role", "site"),))
    return choice("carrier", ("Énergie ou eau", "Carrier"), kit.language, query)


YES_NO: Mapping[str, tuple[tuple[str, str], str]] = {
    "0": (("non", "no"), "#009E73"),
    "1": (("oui", "yes"), "#D55E00"),
}
