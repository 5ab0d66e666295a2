"""A building: load and base load, by zone and carrier, comfort, occupancy against energy, degree days, sub-meters."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.grafana import building_words as said
from dashboards.grafana.asked import (
    BUILDING,
    BY_AREA,
    BY_SENSOR,
    CARRIER,
    IN_ZONES,
    SENSOR,
    SHOWN_STEP,
    carrier_variable,
    fact,
    fact_steps,
    flows,
    load_lately,
    loads,
    one_building,
    ratio,
    readings,
    unit,
    usage,
)
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Column, Name
from dashboards.grafana.query import InfluxQuery, fineness, step
from dashboards.grafana.said import carriers, flow_names
from dashboards.grafana.scale import ACT, AIR, GOOD, GREY, LOST, PLAIN, WATCH, Scale
from dashboards.grafana.words import Words
from energy.derived.ratios import HEATING
from store.base import UsageTag
from store.influxql_panels import Sum, panel_less, panel_share, panel_steps, panel_total
from store.influxql_readings import panel_series

PLACE = "${building:queryparam}&var-zone=${__field.labels.zone:percentencode}"


def building(kit: Kit) -> Dashboard:
    """The dashboard of buildings."""
    glance = _glance(kit)
    return frame(
        kit,
        "building",
        said.TITLE,
        [one_building(kit), carrier_variable(kit), step(kit.language, "1d"), fineness(kit.language, kit.step)],
        [
            Row(4, [(panel, 6) for panel in glance[:4]]),
            Row(4, [(panel, 8) for panel in glance[4:]]),
            Row(9, [(_load(kit), 14), (_carriers(kit), 10)]),
            Row(
                8,
                [
                    (_rooms(kit, said.CO2, "climate.co2", AIR), 12),
                    (_rooms(kit, said.WARMTH, "climate.temperature"), 12),
                ],
            ),
            Row(9, [(_used(kit), 12), (_degrees(kit), 12)]),
            Row(9, [(_meters(kit), 14), (_balance(kit), 10)]),
        ],
    )


def _glance(kit: Kit) -> list[Panel]:
    by: list[UsageTag] = ["building"]
    base, days = fact("building", ["base"], "1d", by), fact("building", ["based"], "1d", by)
    peak, whole = fact("building", ["peak"], "1d"), Scale(ACT, ((80, WATCH), (95, GOOD)))
    by_area, empty, person_hour = (
        [InfluxQuery(ratio("building", indicator, by), alias="$tag_building")]
        for indicator in ("energy_m2_year", "empty_share", "energy_person_hour")
    )
    return [
        kit.stat(said.NOW, load_lately(kit, BUILDING), "watt"),
        kit.stat(said.BASE, panel_share(base, days, 1), "watt", over="sum"),
        kit.stat(said.PEAK, panel_total(peak.usage, peak.chosen, how="max"), "watt"),
        kit.stat(said.AREA, by_area, BY_AREA, decimals=0),
        kit.stat(said.EMPTY, empty, "percent", LOST, decimals=0),
        kit.stat(said.PERSON_HOUR, person_hour, "suffix:kWh/h", decimals=2),
        kit.stat(said.COMPLETE, ratio("building", "completeness"), "percent", whole, decimals=1),
    ]


def _load(kit: Kit) -> Panel:
    found = loads(kit, BUILDING, ["meter"], "$tag_meter")
    return kit.curves(said.LOAD, found, "watt", stacked=True, interval=kit.step)


def _carriers(kit: Kit) -> Panel:
    return kit.bars(said.CARRIERS, flows(SHOWN_STEP, (*BUILDING, *CARRIER)), "watth", flow_names(kit))


def _meters(kit: Kit) -> Panel:
    query = panel_steps(usage(SHOWN_STEP, ["electricity"], ["meter"], role="submeter"), BUILDING)
    return kit.bars(said.METERS, [InfluxQuery(query, alias="$tag_meter")], "watth")


def _balance(kit: Kit) -> Panel:
    main = Sum(usage(SHOWN_STEP, ["electricity"], ["building"]), BUILDING)
    behind = Sum(usage(SHOWN_STEP, ["electricity"], ["building"], role="submeter"), BUILDING)
    columns = [
        Column("building", ("Bâtiment", "Building")),
        Column("value", ("Général − divisionnaires", "Main − sub-meters"), "watth"),
    ]
    return kit.table(
        said.BALANCE, panel_less(main, behind), columns, sort="value", descending=False, empty=said.NO_SUBMETERS
    )


def _rooms(kit: Kit, words: Words, quantity: str, scale: Scale | None = None) -> Panel:
    found = [InfluxQuery(panel_series(readings(quantity, by=BY_SENSOR), kit.zone, IN_ZONES), alias=SENSOR)]
    link = kit.link("zone", PLACE, ("Voir la zone", "See the zone"))
    return kit.curves(words, found, unit(quantity), scale=scale, interval="30m", links=[link])


def _used(kit: Kit) -> Panel:
    names = [
        Name("load", kit.say("Puissance", "Power"), PLAIN),
        Name("people", kit.say("Personnes", "People"), WATCH, unit("occupancy.count"), right=True),
    ]
    queries = [
        *loads(kit, BUILDING, alias="load"),
        InfluxQuery(panel_series(readings("occupancy.count"), kit.zone, BUILDING), alias="people"),
    ]
    return kit.curves(said.USED, queries, "watt", names, interval="30m", least=0)


def _degrees(kit: Kit) -> Panel:
    degrees = kit.say("Degrés-jours (base 18 °C)", "Degree days (base 18 °C)")
    names = [
        *carriers(kit, HEATING),
        Name("degree18", degrees, GREY, "suffix:°C·d", right=True, line=True),
    ]
    heating = panel_steps(usage("1d", list(HEATING), ["carrier"]), BUILDING)
    queries = [
        InfluxQuery(heating, alias="$tag_carrier"),
        InfluxQuery(fact_steps("site", ["degree18"], "1d"), alias="degree18"),
    ]
    return kit.bars(said.DEGREES, queries, "watth", names)
