"""Decentlab products for the soil."""

from collections.abc import Sequence

from sensors.lorawan.decentlab.blocks import BATTERY, Model
from sensors.lorawan.decentlab.values import Block, Value, centred, linear, water_content


def _sdd(first: int) -> Block:
    moisture = [centred(f"Moisture at level {first + level}", level, 100) for level in range(6)]
    temperature = [centred(f"Temperature at level {first + level}", 6 + level, 100) for level in range(6)]
    return Block(18, [*moisture, *temperature, "Salinity"])


def _topp(words: Sequence[int]) -> float:
    return water_content(words[0] / 50, 0.0000043, -0.00055, 0.0292, -0.053)


_TOPP = Value("Volumetric water content", lambda words, _: _topp(words))
_OLD_SOIL = linear("Soil temperature", 1, 0.1, 400)
_TEROS = linear("Volumetric water content", 0, 0.00003879, add=-0.6956)

SOIL: dict[str, Model] = {
    "dl-10hs": Model(
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
            BATTERY,
        ),
    ),
    "dl-5te": Model(
        "soil moisture, temperature, conductivity",
        (Block(3, ["Permittivity", _TOPP, _OLD_SOIL, linear("Electrical conductivity", 2, 10)]), BATTERY),
    ),
    "dl-5tm": Model("soil moisture, temperature", (Block(2, ["Permittivity", _TOPP, _OLD_SOIL]), BATTERY)),
    "dl-gs3": Model(
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
            BATTERY,
        ),
    ),
    "dl-sdd": Model("soil profile", (_sdd(0), _sdd(6), BATTERY)),
    "dl-smtp": Model(
        "soil profile",
        (
            Block(
                16,
                ["Soil moisture index", *(centred(f"Temperature at level {at}", 2 * at + 1, 100) for at in range(8))],
            ),
            BATTERY,
        ),
    ),
    "dl-tp": Model(
        "temperature profile",
        (Block(16, [centred(f"Temperature at level {level}", level, 100) for level in range(16)]), BATTERY),
    ),
    "dl-trs11": Model(
        "soil moisture, temperature", (Block(2, ["Permittivity", _TEROS, centred("Soil temperature", 1, 10)]), BATTERY)
    ),
    "dl-trs12": Model(
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
            BATTERY,
        ),
    ),
    "dl-trs21": Model(
        "soil water potential", (Block(2, ["Water potential", centred("Soil temperature", 1, 10)]), BATTERY)
    ),
}
