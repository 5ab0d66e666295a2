"""Decentlab products for the air and for surfaces."""

from sensors.lorawan.decentlab.blocks import BATTERY, SHT21, SHT35, Model
from sensors.lorawan.decentlab.values import Block, Value, centred, globe_temperature, illuminance, linear

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

AIR: dict[str, Model] = {
    "dl-ac": Model("air quality", (SHT21, *4 * (Block(2, ["Gas concentration"]),), BATTERY)),
    "dl-blg": Model(
        "black globe", (Block(2, ["Sensor signals", Value("Black globe temperature", globe_temperature)]), BATTERY)
    ),
    "dl-cws": Model("road", (_ROAD, BATTERY)),
    "dl-cws2": Model(
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
            BATTERY,
        ),
    ),
    "dl-ds18": Model("temperature", (Block(1, [centred("Temperature", 0, 16)]), BATTERY)),
    "dl-ds182": Model(
        "two temperatures",
        (
            *(Block(2, [centred(f"CH{channel}: Temperature", 0, 16), "Sensor ID"]) for channel in range(2)),
            BATTERY,
        ),
    ),
    "dl-gmm": Model(
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
            BATTERY,
        ),
    ),
    "dl-iam": Model(
        "indoor ambiance",
        (
            BATTERY,
            SHT35,
            Block(1, [_PASCALS]),
            Block(2, ["Ambient light", Value("Illuminance", illuminance)]),
            Block(3, [centred("CO2 concentration", 0), "Sensor signals"]),
            Block(1, [Value("Motion", lambda words, _: min(words[0], 1))]),
            Block(1, [linear("Total VOC", 0)]),
        ),
    ),
    "dl-itst": Model(
        "infrared thermometer",
        (
            Block(2, [linear("Temperature target", 0, 0.1, 1000), linear("Head temperature", 1, 0.1, 1000)]),
            BATTERY,
        ),
    ),
    "dl-lp8p": Model(
        "CO2",
        (
            SHT21,
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
            BATTERY,
        ),
    ),
    "dl-pm": Model(
        "particulate matter",
        (
            BATTERY,
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
            SHT21,
            Block(1, [_PASCALS]),
        ),
    ),
    "dl-rhc": Model(
        "air",
        (Block(4, ["Sensor ID", linear("Air humidity", 2, 0.01), centred("Air temperature", 3, 100)]), BATTERY),
    ),
    "dl-sht21": Model("air", (SHT21, BATTERY)),
    "dl-sht35": Model("air", (SHT35, BATTERY)),
    "dl-wrm": Model(
        "road",
        (
            SHT35,
            Block(2, [linear("Surface temperature", 0, 0.1, 1000), linear("Head temperature", 1, 0.1, 1000)]),
            BATTERY,
        ),
    ),
}
