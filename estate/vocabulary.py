"""What there is to choose from: carriers of energy and water, uses of buildings, keys to split a meter by.

One row each (law 9): a row more here is known to every file, figure and page.
"""

from typing import NamedTuple


class Carrier(NamedTuple):
    """What a meter meters. Amounts are integers in `unit`, so that sums are exact."""

    name: str
    register: str  # the quantity of its cumulative register, unless the meter says otherwise
    power: str  # the quantity a meter without a register shows, "" where there is none
    unit: str  # of amounts: Wh or L
    per_unit: int  # amount of one unit of the register: 1 Wh is 1 Wh, 1 m³ is 1000 L
    fr: str
    en: str


CARRIERS: dict[str, Carrier] = {
    row.name: row
    for row in (
        Carrier("electricity", "electricity.energy", "electricity.power", "Wh", 1, "électricité", "electricity"),
        Carrier("pv", "pv.energy", "pv.power", "Wh", 1, "photovoltaïque", "photovoltaic"),
        Carrier(
            "export",
            "electricity.energy_export",
            "electricity.power",
            "Wh",
            1,
            "électricité injectée",
            "electricity fed in",
        ),
        Carrier("gas", "gas.energy", "", "Wh", 1, "gaz", "gas"),
        Carrier("heat", "heat.energy", "heat.power", "Wh", 1, "chaleur", "heat"),
        Carrier("cooling", "cooling.energy", "cooling.power", "Wh", 1, "froid", "cooling"),
        Carrier("water", "water.volume", "water.flow", "L", 1000, "eau", "water"),
    )
}

USES: dict[str, tuple[str, str]] = {
    "office": ("Bureaux", "Offices"),
    "workshop": ("Ateliers", "Workshops"),
    "housing": ("Logements", "Housing"),
    "catering": ("Restauration", "Catering"),
    "event": ("Événements", "Events"),
    "shared": ("Espaces partagés", "Shared rooms"),
    "storage": ("Stockage", "Storage"),
    "farming": ("Agriculture", "Farming"),
}
"""What a building is used for: French and English label."""

NOTES: dict[str, tuple[str, str]] = {
    "works": ("Travaux", "Works"),
    "move": ("Déménagement", "Move"),
    "experiment": ("Expérimentation", "Experiment"),
    "other": ("Autre", "Other"),
}
"""What a dated note may be about, as charts show it: French and English label."""

KEYS: dict[str, bool] = {"area": False, "headcount": True, "occupancy": False, "fixed": True}
"""How a meter may be split, and whether rows name each tenant with its weight.

By leased area, by people, by the person-hours of the tenants' zones on each local day, or as agreed.
"""
