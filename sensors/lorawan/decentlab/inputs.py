"""Decentlab products with inputs, and those of which little is taken."""

from sensors.lorawan.decentlab.blocks import BATTERY, Model, only_battery
from sensors.lorawan.decentlab.values import (
    Block,
    Value,
    centred,
    counter,
    linear,
    platinum_1000_temperature,
    platinum_temperature,
    ratio,
)

_DISTANCE = linear("Distance", 0)


def _pulses(channel: str = "") -> Block:
    return Block(
        4, [f"{channel}Pulse count", f"{channel}Pulse interval", counter(f"{channel}Cumulative pulse count", 2)]
    )


INPUTS: dict[str, Model] = {
    "dl-dlr2-002": Model("pulses", (_pulses(), BATTERY)),
    "dl-dlr2-003": Model("contact", (Block(1, [linear("Input", 0)]), BATTERY)),
    "dl-dlr2-004": Model(
        "4 to 20 mA",
        (Block(1, [Value("Input current", lambda words, of: (words[0] - 32768) / 32768 * 1500 / of["R"])]), BATTERY),
        {"R": 10.0},
    ),
    "dl-dlr2-005": Model("voltage", (Block(2, [Value("Input voltage", lambda words, _: 3 * ratio(words))]), BATTERY)),
    "dl-dlr2-006": Model("potentiometer", only_battery(2, "Position")),
    "dl-dlr2-008": Model("Pt100", (Block(2, [Value("Temperature", platinum_temperature)]), BATTERY), {"R": 2000}),
    "dl-dlr2-009": Model(
        "Pt1000",
        (Block(2, ["Sensor signals", Value("Temperature", platinum_1000_temperature)]), BATTERY),
        {"R": 2000},
    ),
    "dl-dlr2-010": Model("two pulse inputs", (_pulses("CH0: "), _pulses("CH1: "), BATTERY)),
    "dl-dlr2-011": Model(
        "two contacts", (Block(1, [linear("CH0: Input", 0)]), Block(1, [linear("CH1: Input", 0)]), BATTERY)
    ),
    "dl-dlr2-012": Model("strain", only_battery(2, "Weight or strain")),
    "dl-dws": Model("scale", only_battery(3, "Weight or strain")),
    "dl-epar": Model("light for plants", only_battery(1, "Photosynthetically active radiation")),
    "dl-fspar": Model("light for plants", only_battery(1, "Photosynthetically active radiation")),
    "dl-ifd": Model("fruit", only_battery(1, "Plant")),
    "dl-ilt": Model("leaf", only_battery(1, "Plant")),
    "dl-isd": Model("stem", only_battery(1, "Plant")),
    "dl-isf": Model("sap flow", only_battery(16, "Plant")),
    "dl-kl66": Model("weight or strain", only_battery(3, "Weight or strain")),
    "dl-lid": Model("laser distance", (Block(11, [_DISTANCE, "Distances"]), BATTERY)),
    "dl-lid2": Model("laser distance", (Block(12, [_DISTANCE, "Distances"]), BATTERY)),
    "dl-lpw": Model("linear position", only_battery(2, "Position")),
    "dl-lws": Model("leaf wetness", only_battery(2, "Plant")),
    "dl-mbx": Model("ultrasonic distance", (Block(2, [_DISTANCE, "Sensor signals"]), BATTERY)),
    "dl-par": Model("light for plants", only_battery(1, "Photosynthetically active radiation")),
    "dl-rad": Model(
        "radar distance", (Block(4, [_DISTANCE, centred("Sensor temperature", 1, 100), "Sensor signals"]), BATTERY)
    ),
    "dl-uva": Model("ultraviolet", only_battery(1, "Ultraviolet")),
    "dl-uveas-001": Model("ultraviolet", only_battery(1, "Ultraviolet")),
    "dl-zn1": Model("dendrometer", only_battery(2, "Plant")),
    "dl-zn2": Model("dendrometers", only_battery(4, "Plant")),
}
