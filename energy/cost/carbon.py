"""What consumption emits: factors with their source, dated where the estate dates them, as exact integers.

Amounts in Wh times a factor in millionths of kg/kWh are 1e-9 kg CO₂e. A carrier without a factor has no figure, which
is not zero. What is fed into the grid is not taken off: it is consumed, and reported, elsewhere.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Times
from estate.model import Estate
from estate.tariff import Factor

FACTORS: Mapping[str, Factor] = {
    carrier: Factor(carrier, micro, source, 0, source_fr)
    for carrier, micro, source, source_fr in (
        (
            *("electricity", 46_100),
            "ADEME, Base Empreinte, mean mix of France 2025, smoothed 2022-2025",
            "ADEME, Base Empreinte, mix moyen de la France 2025, lissé 2022-2025",
        ),
        (
            *("gas", 215_000),
            "ADEME, Base Empreinte, natural gas 2022, mean mix, per kWh PCS",
            "ADEME, Base Empreinte, gaz naturel 2022, mix moyen, par kWh PCS",
        ),
        (
            *("heat", 113_000),
            "FEDENE survey 2024, mean of heat networks; a network has its own",
            "FEDENE, enquête 2024, moyenne des réseaux de chaleur ; un réseau a le sien",
        ),
        (
            *("pv", 43_900),
            "ADEME, Base Empreinte, panels made in China (the default in France)",
            "ADEME, Base Empreinte, panneaux fabriqués en Chine (le cas par défaut en France)",
        ),
    )
}
"""Each carrier's factor where the estate's `carbon.csv` names none: kgCO₂e per kWh, in millionths.

As the ADEME's own calculator has them (github.com/incubateur-ademe, nosgestesclimat of 2026-08-20 and publicodes-commun
of 2026-05-18). They hold for all time, also before the years they are of: who reports earlier years dates factors.
"""


def factors(estate: Estate, carrier: str) -> list[Factor]:
    """The factors of a carrier, each until the next: the built-in one up to the first of the estate's own."""
    own = sorted((row for row in estate.carbon if row.carrier == carrier), key=lambda row: row.start_ms)
    built_in = [FACTORS[carrier]] if carrier in FACTORS and not (own and own[0].start_ms == 0) else []
    return [*built_in, *own]


def changes(found: Sequence[Factor]) -> list[int]:
    """When one factor follows another, in ms."""
    return [row.start_ms for row in found[1:]]


def emitted(starts: Times, amounts: NDArray[np.int64], found: Sequence[Factor]) -> NDArray[np.int64]:
    """1e-9 kg CO₂e of steps, each by the factor that holds as it starts; before the first factor, by none: 0."""
    index = np.searchsorted([row.start_ms for row in found], starts, side="right")
    micro = np.array([0, *(row.micro for row in found)], np.int64)
    result: NDArray[np.int64] = amounts * micro[index]
    return result
