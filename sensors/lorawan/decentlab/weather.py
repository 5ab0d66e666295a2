"""Decentlab products for the weather."""

from sensors.lorawan.decentlab.blocks import BATTERY, Model
from sensors.lorawan.decentlab.values import Block, Value, centred, counter


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


WEATHER: dict[str, Model] = {
    "dl-alb": Model(
        "albedo",
        (Block(2, [centred("Solar radiation", 0, 10), centred("Reflected radiation", 1, 10), "Albedo"]), BATTERY),
    ),
    "dl-atm22": Model(
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
            BATTERY,
        ),
    ),
    "dl-atm41": Model(
        "weather station",
        (Block(17, [*_weather(centred("Solar radiation", 0), "Precipitation"), "Wind components"]), BATTERY),
    ),
    "dl-atm41g2": Model(
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
            BATTERY,
        ),
    ),
    "dl-pyr": Model("solar radiation", (Block(1, [centred("Solar radiation", 0, 32768 / 15000)]), BATTERY)),
    "dl-tbrg": Model(
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
            BATTERY,
        ),
        {"resolution": 0.1},
    ),
}
