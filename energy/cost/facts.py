"""The names costs and emissions are kept under: additive figures of a place by local day, month and year.

They stand in the store as derived facts do: role `derived`, the fact's name as the carrier, and a meter that names its
place (`meter_of`): a site, a building or a tenant. What is told apart by a kind of line, and power, is that of sites
and buildings. Integers below 2^53, which InfluxDB's floats hold exactly: a year of a site may cost nine million EUR.
"""

from energy.derived.facts import Fact
from estate.tariff import PERIODS
from estate.vocabulary import CARRIERS

EUR, KG = "1e-9 EUR", "1e-9 kg"
"""The units of amounts: 1e9 of them are a EUR, or a kg CO₂e."""

KINDS_OF_LINES = {
    "flat": ("énergie, toutes heures", "energy, all hours"),
    "fixed": ("abonnement", "subscription"),
    "overrun": ("dépassement", "overrun"),
    "share": ("taxes en pourcentage", "taxes by percentage"),
}
"""What a line is for, beside those of a tariff period; French and English."""

COSTS = {carrier: f"cost_{carrier}" for carrier in CARRIERS}
CARBON = {row.name: f"carbon_{row.name}" for row in CARRIERS.values() if row.unit == "Wh"}
LINES = {kind: f"line_{kind}" for kind in (*PERIODS, *KINDS_OF_LINES)}
ENERGY = {period: f"energy_{period}" for period in PERIODS}
SUBSCRIBED = "subscribed"

MONEY: dict[str, Fact] = {
    row.name: row
    for row in (
        *(Fact(COSTS[c.name], EUR, "1d", f"Coût : {c.fr}", f"Cost: {c.en}") for c in CARRIERS.values()),
        *(Fact(CARBON[c], KG, "1d", f"CO₂e : {CARRIERS[c].fr}", f"CO₂e: {CARRIERS[c].en}") for c in CARBON),
        *(
            Fact(LINES[kind], EUR, "1d", f"Coût : {fr}", f"Cost: {en}")
            for kind, (fr, en) in (PERIODS | KINDS_OF_LINES).items()
        ),
        *(Fact(ENERGY[period], "Wh", "1d", f"Énergie : {fr}", f"Energy: {en}") for period, (fr, en) in PERIODS.items()),
        Fact(SUBSCRIBED, "VA", "1d", "Puissance souscrite", "Subscribed power"),
    )
}
"""Every fact by its name. `cost_*` sum to what a place costs, and so do `line_*`; `subscribed` is of days alone."""

OF_BUILDINGS = frozenset((*LINES.values(), *ENERGY.values(), SUBSCRIBED))
"""What is kept of sites and buildings, and not of tenants."""
