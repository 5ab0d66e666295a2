"""The blocks of each Decentlab product, in the order of the flags.

From the vendor's decoders (decentlab/decentlab-decoders), which say the same in nine languages: word counts, formulas
and units. Names of values that mean different things on different products are told apart here.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sensors.lorawan.decentlab.values import (
    Block,
    Value,
    centred,
    counter,
    globe_temperature,
    illuminance,
    linear,
    platinum_1000_temperature,
    platinum_temperature,
    pressure_in_range,
    ratio,
    water_content,
)


class Model(NamedTuple):
    """One product."""

    title: str
    blocks: Sequence[Block]
    parameters: Mapping[str, float] = {}  # that belong to the variant; here the published ones


_BATTERY = Block(1, [linear("Battery voltage", 0, 1 / 1000)])

_SHT35 = Block(2, [linear("Air temperature", 0, 175 / 65535, add=-45), linear("Air humidity", 1, 100 / 65535)])
_SHT21 = Block(
    2, [linear("Air temperature", 0, 175.72 / 65536, add=-46.85), linear("Air humidity", 1, 125 / 65536, add=-6)]
)
_PASCALS = linear("Barometric pressure", 0, 2)

_ROAD = Block(
    6,
    [
        centred("Surface temperature", 0, 100),
        centred("Air temperature", 1, 100),
        centred("Air humidity", 2, 100),
        "Dew point",
        "Orientation",
        centred("Sensor temperature", 5, 100),
    ],
)


def _pulses(channel: str = "") -> Block:
    return Block(
        4, [f"{channel}Pulse count", f"{channel}Pulse interval", counter(f"{channel}Cumulative pulse count", 2)]
    )


def _sdd(first: int) -> Block:
    moisture = [centred(f"Moisture at level {first + level}", level, 100) for level in range(6)]
    temperature = [centred(f"Temperature at level {first + level}", 6 + level, 100) for level in range(6)]
    return Block(18, [*moisture, *temperature, "Salinity"])


def _in_water(*others: str) -> Block:
    """The water probes: status, temperature and three values."""
    return Block(5, ["Sensor signals", centred("Water temperature", 1, 100), *others])


def _left(words: int, *names: str) -> tuple[Block, Block]:
    """A product of which only the battery is taken."""
    return Block(words, names), _BATTERY


def _weather(radiation: Value, precipitation: str | Value) -> list[Value | str]:
    """The first twelve words of both weather stations."""
    return [
        radiation,
        precipitation,
        "Lightning",
        centred("Wind speed", 4, 100),
        "Wind direction",
        centred("Maximum wind speed", 6, 100),
        centred("Air temperature", 7, 10),
        "Vapor pressure",
        centred("Atmospheric pressure", 9, 100),
        centred("Air humidity", 10, 10),
        centred("Sensor temperature", 11, 10),
        "Orientation",
    ]


def _topp(words: Sequence[int]) -> float:
    return water_content(words[0] / 50, 0.0000043, -0.00055, 0.0292, -0.053)


_TOPP = Value("Volumetric water content", lambda words, _: _topp(words))
_OLD_SOIL = linear("Soil temperature", 1, 0.1, 400)
_TEROS = linear("Volumetric water content", 0, 0.00003879, add=-0.6956)
_RANGE = [Value("Water pressure", pressure_in_range), linear("Water temperature", 1, 0.003125, 384, -50)]


def _depth(conductivity: str = "Water level") -> tuple[Block, Block]:
    return Block(4, ["Water level", centred("Water temperature", 1, 10), conductivity, "Sensor signals"]), _BATTERY


MODELS: dict[str, Model] = {
    "10hs": Model(
        "soil moisture",
        (
            Block(
                1,
                [
                    "Sensor signals",
                    Value(
                        "Volumetric water content",
                        lambda words, _: water_content(
                            3000 * (words[0] - 32768) / 32768, 2.97e-9, -7.37e-6, 6.69e-3, -1.92
                        ),
                    ),
                ],
            ),
            _BATTERY,
        ),
    ),
    "5te": Model(
        "soil moisture, temperature, conductivity",
        (Block(3, ["Permittivity", _TOPP, _OLD_SOIL, linear("Electrical conductivity", 2, 10)]), _BATTERY),
    ),
    "5tm": Model("soil moisture, temperature", (Block(2, ["Permittivity", _TOPP, _OLD_SOIL]), _BATTERY)),
    "ac": Model("air quality", (_SHT21, *4 * (Block(2, ["Gas concentration"]),), _BATTERY)),
    "alb": Model(
        "albedo",
        (Block(2, [centred("Solar radiation", 0, 10), centred("Reflected radiation", 1, 10), "Albedo"]), _BATTERY),
    ),
    "atm22": Model(
        "wind",
        (
            Block(
                8,
                [
                    centred("Wind speed", 0, 100),
                    "Wind direction",
                    centred("Maximum wind speed", 2, 100),
                    centred("Air temperature", 3, 10),
                    "Orientation",
                    "Wind components",
                ],
            ),
            _BATTERY,
        ),
    ),
    "atm41": Model(
        "weather station",
        (Block(17, [*_weather(centred("Solar radiation", 0), "Precipitation"), "Wind components"]), _BATTERY),
    ),
    "atm41g2": Model(
        "weather station",
        (
            Block(
                17,
                [
                    *_weather(centred("Solar radiation", 0, 10), "Precipitation"),
                    "Water level",
                    counter("Cumulative precipitation", 15, 1000),
                ],
            ),
            _BATTERY,
        ),
    ),
    "blg": Model(
        "black globe", (Block(2, ["Sensor signals", Value("Black globe temperature", globe_temperature)]), _BATTERY)
    ),
    "ctd10": Model("water depth", _depth()),
    "ctd10b": Model("water depth", _depth()),
    "cws": Model("road", (_ROAD, _BATTERY)),
    "cws2": Model(
        "road",
        (
            Block(
                2,
                [
                    linear("Air temperature (radiation shield)", 0, 175 / 65535, add=-45),
                    linear("Air humidity (radiation shield)", 1, 100 / 65535),
                ],
            ),
            _ROAD,
            _BATTERY,
        ),
    ),
    "dlr2-002": Model("pulses", (_pulses(), _BATTERY)),
    "dlr2-003": Model("contact", _left(1, "Input")),
    "dlr2-004": Model("4 to 20 mA", _left(1, "Analogue input")),
    "dlr2-005": Model("voltage", _left(2, "Analogue input")),
    "dlr2-006": Model("potentiometer", _left(2, "Analogue input")),
    "dlr2-008": Model("Pt100", (Block(2, [Value("Temperature", platinum_temperature)]), _BATTERY), {"R": 2000}),
    "dlr2-009": Model(
        "Pt1000",
        (Block(2, ["Sensor signals", Value("Temperature", platinum_1000_temperature)]), _BATTERY),
        {"R": 2000},
    ),
    "dlr2-010": Model("two pulse inputs", (_pulses("CH0: "), _pulses("CH1: "), _BATTERY)),
    "dlr2-011": Model("two contacts", (Block(1, ["CH0: Input"]), Block(1, ["CH1: Input"]), _BATTERY)),
    "dlr2-012": Model("strain", _left(2, "Weight or strain")),
    "ds18": Model("temperature", (Block(1, [centred("Temperature", 0, 16)]), _BATTERY)),
    "ds182": Model(
        "two temperatures",
        (
            *(Block(2, [centred(f"CH{channel}: Temperature", 0, 16), "Sensor ID"]) for channel in range(2)),
            _BATTERY,
        ),
    ),
    "dws": Model("scale", _left(3, "Weight or strain")),
    "epar": Model("light for plants", _left(1, "Photosynthetically active radiation")),
    "fspar": Model("light for plants", _left(1, "Photosynthetically active radiation")),
    "gmm": Model(
        "greenhouse",
        (
            Block(
                7,
                [
                    "Photosynthetically active radiation",
                    centred("Air temperature", 1, 100),
                    centred("Air humidity", 2, 10),
                    centred("CO2 concentration", 3),
                    centred("Atmospheric pressure", 4, 100),
                    "Vapor pressure",
                    "Dew point",
                ],
            ),
            _BATTERY,
        ),
    ),
    "gs3": Model(
        "soil moisture, temperature, conductivity",
        (
            Block(
                3,
                [
                    "Permittivity",
                    Value(
                        "Volumetric water content",
                        lambda words, _: water_content(words[0] / 100, 0.00000589, -0.000762, 0.0367, -0.0753),
                    ),
                    centred("Soil temperature", 1, 10),
                    linear("Electrical conductivity", 2),
                ],
            ),
            _BATTERY,
        ),
    ),
    "iam": Model(
        "indoor ambiance",
        (
            _BATTERY,
            _SHT35,
            Block(1, [_PASCALS]),
            Block(2, ["Ambient light", Value("Illuminance", illuminance)]),
            Block(3, [centred("CO2 concentration", 0), "Sensor signals"]),
            Block(1, [Value("Motion", lambda words, _: min(words[0], 1))]),
            Block(1, [linear("Total VOC", 0)]),
        ),
    ),
    "ifd": Model("fruit", _left(1, "Plant")),
    "ilt": Model("leaf", _left(1, "Plant")),
    "isd": Model("stem", _left(1, "Plant")),
    "isf": Model("sap flow", _left(16, "Plant")),
    "itst": Model(
        "infrared thermometer",
        (
            Block(2, [linear("Temperature target", 0, 0.1, 1000), linear("Head temperature", 1, 0.1, 1000)]),
            _BATTERY,
        ),
    ),
    "kl66": Model("weight or strain", _left(3, "Weight or strain")),
    "lid": Model("laser distance", _left(11, "Distance")),
    "lid2": Model("laser distance", _left(12, "Distance")),
    "lp8p": Model(
        "CO2",
        (
            _SHT21,
            Block(2, [linear("Barometer temperature", 0, 0.01, 5000), linear("Barometric pressure", 1, 2)]),
            Block(
                8,
                [
                    centred("CO2 concentration", 0),
                    "CO2 concentration LPF",
                    centred("CO2 sensor temperature", 2, 100),
                    "Sensor signals",
                ],
            ),
            _BATTERY,
        ),
    ),
    "lpw": Model("linear position", _left(2, "Analogue input")),
    "lws": Model("leaf wetness", _left(2, "Plant")),
    "mbx": Model("ultrasonic distance", _left(2, "Distance", "Sensor signals")),
    "mes5": Model("turbidity", (_in_water("Water quality"), _BATTERY)),
    "ntu": Model("turbidity", (_in_water("Water quality"), _BATTERY)),
    "optod": Model("dissolved oxygen", (_in_water("Water quality"), _BATTERY)),
    "par": Model("light for plants", _left(1, "Photosynthetically active radiation")),
    "pheht": Model("acidity of water", (_in_water("Water quality"), _BATTERY)),
    "pm": Model(
        "particulate matter",
        (
            _BATTERY,
            Block(
                10,
                [
                    linear("PM1.0 mass concentration", 0, 0.1),
                    linear("PM2.5 mass concentration", 1, 0.1),
                    linear("PM4 mass concentration", 2, 0.1),
                    linear("PM10 mass concentration", 3, 0.1),
                    "Particle counts",
                ],
            ),
            _SHT21,
            Block(1, [_PASCALS]),
        ),
    ),
    "pmc1": Model(
        "pressure",
        (Block(2, [Value("Water pressure", lambda words, of: ratio(words) / 64 / 0.005 * of["Pmax"])]), _BATTERY),
        {"Pmax": 1.0},
    ),
    "pr21": Model("pressure", (Block(2, _RANGE), _BATTERY), {"Pmin": -1.0, "Pmax": 10.0}),
    "pr26": Model("pressure", (Block(2, _RANGE), _BATTERY), {"Pmin": 0.0, "Pmax": 1.0}),
    "pr36": Model(
        "pressure",
        (
            Block(
                2,
                [
                    Value("Water pressure", lambda words, of: (words[0] - 32768) / of["kp"]),
                    centred("Water temperature", 1, 256),
                ],
            ),
            _BATTERY,
        ),
        {"kp": 8192},
    ),
    "pr36ctd": Model(
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
            _BATTERY,
        ),
        {"kp": 8192, "kec": 1024},
    ),
    "pyr": Model("solar radiation", (Block(1, [centred("Solar radiation", 0, 32768 / 15000)]), _BATTERY)),
    "rad": Model(
        "radar distance", (Block(4, ["Distance", centred("Sensor temperature", 1, 100), "Sensor signals"]), _BATTERY)
    ),
    "rhc": Model(
        "air",
        (Block(4, ["Sensor ID", linear("Air humidity", 2, 0.01), centred("Air temperature", 3, 100)]), _BATTERY),
    ),
    "sdd": Model("soil profile", (_sdd(0), _sdd(6), _BATTERY)),
    "sht21": Model("air", (_SHT21, _BATTERY)),
    "sht35": Model("air", (_SHT35, _BATTERY)),
    "smtp": Model(
        "soil profile",
        (
            Block(
                16,
                ["Soil moisture index", *(centred(f"Temperature at level {at}", 2 * at + 1, 100) for at in range(8))],
            ),
            _BATTERY,
        ),
    ),
    "tbrg": Model(
        "rain",
        (
            Block(
                4,
                [
                    "Precipitation",
                    "Precipitation interval",
                    Value(
                        "Cumulative precipitation",
                        lambda words, of: (words[2] + words[3] * 65536) * of["resolution"],
                    ),
                ],
            ),
            _BATTERY,
        ),
        {"resolution": 0.1},
    ),
    "tp": Model(
        "temperature profile",
        (Block(16, [centred(f"Temperature at level {level}", level, 100) for level in range(16)]), _BATTERY),
    ),
    "trs11": Model(
        "soil moisture, temperature", (Block(2, ["Permittivity", _TEROS, centred("Soil temperature", 1, 10)]), _BATTERY)
    ),
    "trs12": Model(
        "soil moisture, temperature, conductivity",
        (
            Block(
                3,
                [
                    "Permittivity",
                    _TEROS,
                    centred("Soil temperature", 1, 10),
                    linear("Electrical conductivity", 2),
                ],
            ),
            _BATTERY,
        ),
    ),
    "trs21": Model(
        "soil water potential", (Block(2, ["Water potential", centred("Soil temperature", 1, 10)]), _BATTERY)
    ),
    "uva": Model("ultraviolet", _left(1, "Ultraviolet")),
    "uveas-001": Model("ultraviolet", _left(1, "Ultraviolet")),
    "wrm": Model(
        "road",
        (
            _SHT35,
            Block(2, [linear("Surface temperature", 0, 0.1, 1000), linear("Head temperature", 1, 0.1, 1000)]),
            _BATTERY,
        ),
    ),
    "zn1": Model("dendrometer", _left(2, "Plant")),
    "zn2": Model("dendrometers", _left(4, "Plant")),
}
