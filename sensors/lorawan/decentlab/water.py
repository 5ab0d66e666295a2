"""Decentlab products for water and its pressure."""

from sensors.lorawan.decentlab.blocks import BATTERY, Model
from sensors.lorawan.decentlab.values import Block, Value, centred, linear, pressure_in_range, ratio

_RANGE = [Value("Water pressure", pressure_in_range), linear("Water temperature", 1, 0.003125, 384, -50)]


def _in_water(*others: str) -> Block:
    """The water probes: status, temperature and three values."""
    return Block(5, ["Sensor signals", centred("Water temperature", 1, 100), *others])


def _depth(conductivity: str = "Water level") -> tuple[Block, Block]:
    return Block(4, ["Water level", centred("Water temperature", 1, 10), conductivity, "Sensor signals"]), BATTERY


WATER: dict[str, Model] = {
    "dl-ctd10": Model("water depth", _depth()),
    "dl-ctd10b": Model("water depth", _depth()),
    "dl-mes5": Model("turbidity", (_in_water("Water quality"), BATTERY)),
    "dl-ntu": Model("turbidity", (_in_water("Water quality"), BATTERY)),
    "dl-optod": Model("dissolved oxygen", (_in_water("Water quality"), BATTERY)),
    "dl-pheht": Model("acidity of water", (_in_water("Water quality"), BATTERY)),
    "dl-pmc1": Model(
        "pressure",
        (Block(2, [Value("Water pressure", lambda words, of: ratio(words) / 64 / 0.005 * of["Pmax"])]), BATTERY),
        {"Pmax": 1.0},
    ),
    "dl-pr21": Model("pressure", (Block(2, _RANGE), BATTERY), {"Pmin": -1.0, "Pmax": 10.0}),
    "dl-pr26": Model("pressure", (Block(2, _RANGE), BATTERY), {"Pmin": 0.0, "Pmax": 1.0}),
    "dl-pr36": Model(
        "pressure",
        (
            Block(
                2,
                [
                    Value("Water pressure", lambda words, of: (words[0] - 32768) / of["kp"]),
                    centred("Water temperature", 1, 256),
                ],
            ),
            BATTERY,
        ),
        {"kp": 8192},
    ),
    "dl-pr36ctd": Model(
        "pressure, conductivity",
        (
            Block(
                4,
                [
                    Value("Water pressure", lambda words, of: (words[0] - 32768) / of["kp"]),
                    centred("Electronics temperature", 1, 256),
                    centred("Water temperature", 2, 256),
                    "Water level",
                ],
            ),
            BATTERY,
        ),
        {"kp": 8192, "kec": 1024},
    ),
}
