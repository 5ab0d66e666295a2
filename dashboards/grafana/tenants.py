"""Tenants, for staff: consumption, budget, allocation and alerts by tenant. No access control: see the README."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.grafana import words as say
from dashboards.grafana.asked import (
    CARRIER,
    ENERGY,
    SHOWN_STEP,
    TENANT,
    carrier_variable,
    fact_steps,
    fact_total,
    flows,
    readings,
    tenant_variable,
    usage,
)
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Column, Name
from dashboards.grafana.query import InfluxQuery, step
from dashboards.grafana.said import BY_TENANT, CARRIERS_SAID, carriers, flow_names, tenants_said
from dashboards.grafana.scale import ACT, GOOD, GREY, WATCH, Scale
from dashboards.grafana.site import LEVELS
from dashboards.grafana.words import Pair, Words
from energy.cost.facts import COSTS
from estate.model import COMMON
from store.influxql_panels import panel_steps, panel_total, panel_totals
from store.influxql_readings import panel_reading, panel_series
from store.influxql_shown import STANDING, Chosen

TITLE = (
    ("Locataires (équipe du site)", "Tenants (for staff)"),
    (
        "Consommation, budget, répartition et alertes par locataire. Pour l'équipe du site : ce n'est pas un contrôle "
        "d'accès.",
        "Consumption, budget, allocation and alerts by tenant. For staff: this is no access control.",
    ),
)

COMMON_SAID: Pair = ("parties communes", "common parts")
BUDGET = Scale(GOOD, ((80, WATCH), (100, ACT)))
OF_TENANT: Chosen = (("device", "${tenant:regex}"), ("channel", "${carrier:regex}"))
DRAWN = [name for name in ENERGY if name not in ("pv", "export")]

_USED = Words(
    ("Énergie répartie", "Energy allocated"),
    (
        "Parts d'électricité, de gaz, de chaleur et de froid des locataires choisis, sur la période.",
        "Shares of electricity, gas, heat and cooling of the tenants chosen, in the time shown.",
    ),
    say.SHARES,
    say.LEASE_WRONG,
)
_COST = Words(
    ("Coût réparti", "Cost allocated"),
    (
        "Coût de ces parts d'après les tarifs de l'inventaire : une répartition, pas une facture.",
        "Cost of these shares by the tariffs of the inventory: an allocation, not an invoice.",
    ),
    say.MONEY,
    say.MONEY_WRONG,
)
_HIGHEST = Words(
    ("Budget le plus entamé", "Budget most used"),
    (
        "La plus grande part d'un budget mensuel consommée à la fin de la période, parmi les choisis.",
        "The greatest share of a monthly budget used at the end of the time shown, among those chosen.",
    ),
    say.STATES,
    say.LEASE_WRONG,
)
_STEPS = Words(
    ("Consommation par locataire", "Consumption by tenant"),
    (
        "Électricité, gaz, chaleur et froid de chaque locataire ; les parties communes comprennent la vacance.",
        "Electricity, gas, heat and cooling of each tenant; common parts include empty zones.",
    ),
    say.SHARES,
    say.LEASE_WRONG,
)
_CARRIERS = Words(
    ("Par énergie", "By carrier"),
    (
        "Ce que les locataires choisis ont utilisé, par énergie.",
        "What the tenants chosen used, by carrier.",
    ),
    say.SHARED_FLOWS,
    say.LEASE_WRONG,
)
_BUDGETS = Words(
    ("Budget consommé", "Budget used"),
    (
        "Part du budget mensuel de chaque locataire et énergie consommée à la fin de la période.",
        "Share of the monthly budget of each tenant and carrier used at the end of the time shown.",
    ),
    say.STATES,
    say.LEASE_WRONG,
)
_FORECAST = Words(
    ("Budget prévu en fin de mois", "Budget expected by month's end"),
    (
        "Part du budget que le mois aura consommée, d'après les jours comparables ; au-dessus de 100 %, dépassement.",
        "Share of the budget that the month will have used, by comparable days; above 100 %, an overrun.",
    ),
    say.STATES,
    say.LEASE_WRONG,
)
_ALERTS = Words(
    ("Alertes", "Alerts"),
    (
        "Niveau d'alerte de chaque locataire et énergie, et depuis quand ; les courriels partent avec lui.",
        "Alert level of each tenant and carrier, and since when; mails go out with it.",
    ),
    say.STATES,
    say.LEASE_WRONG,
)
_TABLE = Words(
    ("Répartition", "Allocation"),
    (
        "Part de chaque locataire par énergie, sur la période ; l'eau est à part, en litres.",
        "Share of each tenant by carrier in the time shown; water is apart, in litres.",
    ),
    say.SHARES,
    say.LEASE_WRONG,
)
_COSTS = Words(
    ("Coût par mois, treize mois", "Cost by month, thirteen months"),
    ("Coût réparti de chaque mois, par énergie.", "Cost allocated of each month, by carrier."),
    say.MONEY,
    say.MONEY_WRONG,
)


def tenants(kit: Kit) -> Dashboard:
    """The dashboard of tenants."""
    costs = fact_steps("tenant", list(COSTS.values()), "1mo", ["carrier"])
    months = kit.bars(_COSTS, [InfluxQuery(costs, alias="$tag_carrier")], "currencyEUR", carriers(kit, prefix="cost_"))
    months.time_from = "now-12M/M"
    return frame(
        kit,
        "tenants",
        TITLE,
        [tenant_variable(kit), carrier_variable(kit), step(kit.language, "1d")],
        [
            Row(5, [(panel, 8) for panel in _glance(kit)]),
            Row(9, [(_steps(kit), 14), (_carriers(kit), 10)]),
            Row(10, [(_budget(kit, _BUDGETS, "alerts.share"), 12), (_budget(kit, _FORECAST, "alerts.forecast"), 12)]),
            Row(8, [(_alerts(kit), 24)]),
            Row(10, [(_table(kit), 10), (months, 14)]),
        ],
    )


def _glance(kit: Kit) -> list[Panel]:
    used = panel_total(usage(SHOWN_STEP, DRAWN, of="tenant"), (*TENANT, *CARRIER))
    share = panel_reading(readings("alerts.share", "last", by=["device", "channel"]), OF_TENANT, STANDING)
    highest = f'SELECT max("value") AS "value" FROM ({share})'
    return [
        kit.stat(_USED, used, "watth"),
        kit.stat(_COST, fact_total("tenant", list(COSTS.values()), "1d"), "currencyEUR"),
        kit.stat(_HIGHEST, highest, "percent", BUDGET, decimals=0),
    ]


def _steps(kit: Kit) -> Panel:
    query = panel_steps(usage(SHOWN_STEP, DRAWN, ["tenant"], "tenant"), (*TENANT, *CARRIER))
    names = [Name(COMMON, kit.say(*COMMON_SAID), GREY)]
    return kit.bars(_STEPS, [InfluxQuery(query, alias="$tag_tenant")], "watth", names, ranked="sum")


def _carriers(kit: Kit) -> Panel:
    return kit.bars(_CARRIERS, flows(SHOWN_STEP, (*TENANT, *CARRIER), "tenant"), "watth", flow_names(kit))


def _budget(kit: Kit, words: Words, quantity: str) -> Panel:
    query = panel_reading(readings(quantity, "last", by=["device", "channel"]), OF_TENANT, STANDING)
    return tenants_said(kit, kit.levels(words, InfluxQuery(query, alias=BY_TENANT), "percent", BUDGET, most=120))


def _alerts(kit: Kit) -> Panel:
    query = panel_series(readings("alerts.level", "max", by=["device", "channel"]), kit.zone, OF_TENANT)
    return tenants_said(kit, kit.timeline(_ALERTS, [InfluxQuery(query, alias=BY_TENANT)], "percent", LEVELS, "1h"))


def _table(kit: Kit) -> Panel:
    columns = [
        Column("tenant", ("Locataire", "Tenant"), texts={COMMON: (COMMON_SAID, "")}),
        Column("carrier", ("Énergie", "Carrier"), texts=CARRIERS_SAID),
        Column("amount", ("Part", "Share"), "watth"),
    ]
    query = panel_totals(usage(SHOWN_STEP, DRAWN, ["tenant", "carrier"], "tenant"), (*TENANT, *CARRIER))
    return kit.table(_TABLE, query, columns, sort="amount")
