"""Energy and cost: by day and month, carrier and tariff period, peak against subscribed power, best and worst."""

from grafana_foundation_sdk.models.dashboard import Dashboard, Panel

from dashboards.grafana import words as say
from dashboards.grafana.asked import (
    BUILDING,
    BY_AREA,
    CARRIER,
    ENERGY,
    SHOWN_STEP,
    building_variable,
    carrier_variable,
    fact,
    fact_steps,
    fact_total,
    flows,
    ratio,
    usage,
)
from dashboards.grafana.frame import Row, frame
from dashboards.grafana.kit import Kit
from dashboards.grafana.names import Column, Name
from dashboards.grafana.query import InfluxQuery, fineness, step
from dashboards.grafana.said import carriers, flow_names
from dashboards.grafana.scale import ACT, GOOD, PLAIN, WATCH, Scale
from dashboards.grafana.words import Pair, Words
from energy.cost.facts import CARBON, COSTS, LINES, MONEY, SUBSCRIBED
from energy.cost.facts import ENERGY as BY_PERIOD
from store.influxql_panels import panel_first, panel_share, panel_total

TITLE = (
    ("Énergie et coût", "Energy and cost"),
    (
        "Par jour et par mois, par énergie et poste tarifaire, pointe et puissance souscrite, coût, meilleurs et "
        "pires.",
        "By day and month, by carrier and tariff period, peak against subscribed power, cost, best and worst.",
    ),
)

DRAWN = [name for name in ENERGY if name not in ("pv", "export")]
YEAR = "now-12M/M"

_USED = Words(
    ("Énergie soutirée", "Energy drawn"),
    (
        "Électricité, gaz, chaleur et froid soutirés sur la période par les bâtiments choisis.",
        "Electricity, gas, heat and cooling drawn in the time shown by the buildings chosen.",
    ),
    say.METERED,
    say.METER_WRONG,
)
_COST = Words(
    ("Coût", "Cost"),
    (
        "Coût de la période d'après les tarifs de l'inventaire, toutes énergies et l'eau.",
        "Cost of the time shown by the tariffs of the inventory, all carriers and water.",
    ),
    say.MONEY,
    say.MONEY_WRONG,
)
_CARBON = Words(
    ("Émissions, kg CO₂e", "Emissions, kg CO₂e"),
    ("Émissions de la période, en kg CO₂e.", "Emissions of the time shown, in kg CO₂e."),
    say.MONEY,
    say.MONEY_WRONG,
)
_MARGIN = Words(
    ("Pointe ÷ puissance souscrite", "Peak ÷ subscribed power"),
    (
        "La plus grande pointe d'un jour de la période, en part de la puissance souscrite ; plus de 100 % : "
        "dépassement.",
        "The greatest peak of a day in the time shown, as a share of the subscribed power; above 100 %: overrun.",
    ),
    (
        "pointe (W, moyenne d'un pas) ÷ puissance souscrite (VA) des contrats, la plus grande de chacune ; "
        "le facteur de puissance est pris pour 1.",
        "peak (W, mean of a step) ÷ subscribed power (VA) of the contracts, the greatest of each; the power "
        "factor is taken for 1.",
    ),
    say.MONEY_WRONG,
)
_STEPS = Words(
    ("Énergie par pas choisi", "Energy by the step chosen"),
    (
        "Ce que les bâtiments choisis ont soutiré, produit et injecté, par énergie.",
        "What the buildings chosen drew, produced and fed in, by carrier.",
    ),
    say.FLOWS,
    say.METER_WRONG,
)
_MONTHS = Words(
    ("Énergie par mois, treize mois", "Energy by month, thirteen months"),
    (
        "Le mois en cours et les douze d'avant, par énergie, quelle que soit une période relative choisie.",
        "The month under way and the twelve before, by carrier, whatever relative time is chosen.",
    ),
    say.FLOWS,
    say.METER_WRONG,
)
_PERIODS = Words(
    ("Électricité par poste tarifaire", "Electricity by tariff period"),
    (
        "Électricité des points de livraison par poste du contrat (heures creuses, pleines, pointe…), par jour.",
        "Electricity of delivery points by period of the contract (off-peak, peak…), by day.",
    ),
    say.MONEY,
    say.MONEY_WRONG,
)
_COST_DAYS = Words(
    ("Coût par jour et énergie", "Cost by day and carrier"),
    ("Coût de chaque jour local, par énergie.", "Cost of each local day, by carrier."),
    say.MONEY,
    say.MONEY_WRONG,
)
_COST_MONTHS = Words(
    ("Coût par mois et ligne, treize mois", "Cost by month and line, thirteen months"),
    (
        "Ce que le coût comprend : énergie par poste, abonnement, dépassements, taxes.",
        "What the cost is made of: energy by period, subscription, overruns, taxes.",
    ),
    say.MONEY,
    say.MONEY_WRONG,
)
_WORST = Words(
    ("Les plus consommateurs, par m²", "Those that use most, by m²"),
    (
        "Énergie par m² et an, au rythme des jours de la période, les dix premiers bâtiments.",
        "Energy by m² and year, at the pace of the days shown, the first ten buildings.",
    ),
    say.FACTS,
    say.METER_WRONG,
)
_BEST = Words(
    ("Les moins consommateurs, par m²", "Those that use least, by m²"),
    (
        "Énergie par m² et an, au rythme de la période, les dix derniers. Un zéro peut être un compteur muet.",
        "Energy by m² and year, at the pace of the days shown, the last ten. A zero may be a silent meter.",
    ),
    say.FACTS,
    say.METER_WRONG,
)
_PEAKS = Words(
    ("Pointe ÷ souscrite, par bâtiment", "Peak ÷ subscribed, by building"),
    (
        "Plus grande pointe de la période en part de la puissance souscrite : bien en dessous, le contrat est "
        "trop cher.",
        "Greatest peak of the time shown as a share of the subscribed power: far below it the contract is too large.",
    ),
    _MARGIN.how,
    say.MONEY_WRONG,
)

SUBSCRIBED_SHARE = Scale(PLAIN, ((60, GOOD), (90, WATCH), (100, ACT)))
COLOURS = {
    "hp": "#E69F00", "hc": "#56B4E9", "hph": "#D55E00", "hch": "#0072B2", "hpb": "#F0C87A", "hcb": "#A8D8F5",
    "pte": "#CC79A7", "flat": "#8A8F98", "fixed": "#C9B600", "overrun": "#B03A6B", "share": "#009E73",
}  # fmt: skip
"""Of tariff periods (warm: peak hours, blue: off-peak) and of what else a bill is made of."""


def energy(kit: Kit) -> Dashboard:
    """The dashboard of energy and cost."""
    chosen = (*BUILDING, *CARRIER)
    steps = kit.bars(_STEPS, flows(SHOWN_STEP, chosen), "watth", flow_names(kit))
    months = kit.bars(_MONTHS, flows("1mo", chosen), "watth", flow_names(kit))
    lines = fact_steps("building", list(LINES.values()), "1mo", ["carrier"])
    costs = fact_steps("building", list(COSTS.values()), "1d", ["carrier"])
    cost_months = kit.bars(_COST_MONTHS, [_by_carrier(lines)], "currencyEUR", _names(kit, list(LINES.values())))
    months.time_from = cost_months.time_from = YEAR
    load = fineness(kit.language, kit.step, hidden=True)
    periods = fact_steps("building", list(BY_PERIOD.values()), "1d", ["carrier"])
    return frame(
        kit,
        "energy",
        TITLE,
        [building_variable(kit), carrier_variable(kit), step(kit.language, "1d"), load],
        [
            Row(5, [(panel, 6) for panel in _glance(kit)]),
            Row(
                9,
                [
                    (steps, 12),
                    (months, 12),
                ],
            ),
            Row(
                9,
                [
                    (kit.bars(_COST_DAYS, [_by_carrier(costs)], "currencyEUR", carriers(kit, prefix="cost_")), 12),
                    (cost_months, 12),
                ],
            ),
            Row(9, [(kit.bars(_PERIODS, [_by_carrier(periods)], "watth", _names(kit, list(BY_PERIOD.values()))), 24)]),
            Row(10, [(_ranked(kit, _WORST, "top"), 8), (_ranked(kit, _BEST, "bottom"), 8), (_peaks(kit), 8)]),
        ],
    )


def _glance(kit: Kit) -> list[Panel]:
    used = panel_total(usage(SHOWN_STEP, DRAWN), BUILDING)
    return [
        kit.stat(_USED, used, "watth"),
        kit.stat(_COST, fact_total("building", list(COSTS.values()), "1d"), "currencyEUR"),
        kit.stat(_CARBON, fact_total("building", list(CARBON.values()), "1d"), "locale", decimals=0),
        kit.stat(
            _MARGIN, f'SELECT max("value") AS "value" FROM ({_margin()})', "percent", SUBSCRIBED_SHARE, decimals=0
        ),
    ]


def _by_carrier(query: str) -> InfluxQuery:
    return InfluxQuery(query, alias="$tag_carrier")


def _margin() -> str:
    peak, subscribed = (fact("building", [name], "1d", ["building"]) for name in ("peak", SUBSCRIBED))
    return panel_share(peak, subscribed, 100, how="max")


def _peaks(kit: Kit) -> Panel:
    title: Pair = ("Pointe ÷ souscrite", "Peak ÷ subscribed")
    columns = [
        Column("building", ("Bâtiment", "Building"), link=_building(kit)),
        Column("value", title, "percent", scale=SUBSCRIBED_SHARE),
    ]
    return kit.table(_PEAKS, _margin(), columns, sort="value")


def _building(kit: Kit) -> str:
    """Where a building's name leads."""
    values = "var-building=${__value.text:percentencode}"
    return str(kit.link("building", values, ("", ""))["url"])


def _ranked(kit: Kit, words: Words, how: str) -> Panel:
    title: Pair = ("Énergie par m²", "Energy by m²")
    columns = [Column("building", ("Bâtiment", "Building"), link=_building(kit)), Column("value", title, BY_AREA)]
    query = panel_first(ratio("building", "energy_m2_year", ["building"]), "building", 10, how)
    return kit.table(words, query, columns, sort="value", descending=how == "top")


def _names(kit: Kit, names: list[str]) -> list[Name]:
    """Facts of money as their table calls them."""
    rows = [MONEY[name] for name in names]
    titles = [kit.say(row.fr, row.en).partition(kit.say(" : ", ": "))[2] for row in rows]
    return [
        Name(row.name, title[0].upper() + title[1:], COLOURS[row.name.partition("_")[2]])
        for row, title in zip(rows, titles, strict=True)
    ]
