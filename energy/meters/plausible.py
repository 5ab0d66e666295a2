"""What a register can have done: how fast it rises, how fine it counts, how long a doubt lasts. Pure."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from energy.meters.cleaned import Register, Times
from estate.calendar import DAY_MS, HOUR_MS
from estate.model import MICRO, Meter
from estate.vocabulary import CARRIERS
from sensors.quantities import QUANTITIES

ZEROS_MS = 7 * DAY_MS
"""How long a register that says 0 is waited for: many a source writes 0 where it read nothing. Then its zeros count,
until it is back on its line after all."""


class Rules(NamedTuple):
    """What is plausible for one meter, in its register's own unit."""

    rate: float  # greatest rise, per ms
    resolution: int
    doubt_ms: int
    rollover: int  # 0: none

    def rises(self, rise: Register, elapsed_ms: Times) -> NDArray[np.bool_]:
        """Whether the register simply went on."""
        return (rise >= 0) & (rise <= self.rate * elapsed_ms + self.resolution)


def rules_of(meter: Meter) -> Rules:
    return Rules(greatest_rate(meter), meter.resolution, doubt_ms(meter), meter.rollover)


def doubt_ms(meter: Meter) -> int:
    """How long a stuck odd value may stay undecided, and a value above the noise be held: four intervals, 1 h at least.

    Longer would catch longer faults, and make every recomputation reach further back.
    """
    return max(HOUR_MS, 4000 * meter.interval_s)


def greatest_rate(meter: Meter) -> float:
    """The greatest plausible rise per ms, in the register's own unit: the meter's, or what the site can draw."""
    weight = meter.weight / MICRO if meter.kind == "pulse" else 1.0
    if meter.max_rate:
        return meter.max_rate / HOUR_MS / weight
    usual = QUANTITIES[CARRIERS[meter.carrier].register].rate * CARRIERS[meter.carrier].per_unit / weight
    own = QUANTITIES[meter.quantity].rate * per_unit(meter) or usual  # power has no rate
    return (min(own, usual) if meter.kind == "pulse" else own) / 1000


def per_unit(meter: Meter) -> int:
    """How many of the register's own unit are one of its quantity: 1 m³ is 1000 L."""
    return 1000 if QUANTITIES[meter.quantity].unit == "m³" else 1
