"""The blocks of each Decentlab product, by its name.

From the vendor's decoders (decentlab/decentlab-decoders), which say the same in nine languages: word counts, formulas
and units. Names of values that mean different things on different products are told apart here.
"""

from sensors.lorawan.decentlab.air import AIR
from sensors.lorawan.decentlab.blocks import Model
from sensors.lorawan.decentlab.inputs import INPUTS
from sensors.lorawan.decentlab.soil import SOIL
from sensors.lorawan.decentlab.water import WATER
from sensors.lorawan.decentlab.weather import WEATHER

MODELS: dict[str, Model] = {**AIR, **WEATHER, **SOIL, **WATER, **INPUTS}
