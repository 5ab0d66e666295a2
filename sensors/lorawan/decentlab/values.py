"""How the 16-bit words of a Decentlab frame become values: rows for the tables of `models`."""

from collections.abc import Callable, Mapping, Sequence
from math import log
from typing import NamedTuple

Words = Sequence[int]
Parameters = Mapping[str, float]


class Value(NamedTuple):
    """One value of a block, named as in the tables of fields."""

    name: str
    of: Callable[[Words, Parameters], float]


class Block(NamedTuple):
    """What one bit of the frame's flags announces; a name alone is a value that is left out."""

    words: int
    values: Sequence[Value | str]


def linear(name: str, word: int, scale: float = 1.0, zero: float = 0.0, add: float = 0.0) -> Value:
    """``(word - zero) * scale + add``."""
    return Value(name, lambda words, _: (words[word] - zero) * scale + add)


def centred(name: str, word: int, divisor: float = 1.0) -> Value:
    """A signed value: ``(word - 32768) / divisor``."""
    return Value(name, lambda words, _: (words[word] - 32768) / divisor)


def counter(name: str, word: int, divisor: float = 1.0) -> Value:
    """Two words, the lower first."""
    return Value(name, lambda words, _: (words[word] + words[word + 1] * 65536) / divisor)


def ratio(words: Words) -> float:
    """A bridge's 24-bit reading, the lower word first, from -1 to 1."""
    return (words[0] + words[1] * 65536) / 8388608 - 1


def water_content(permittivity: float, *coefficients: float) -> float:
    """A polynomial of a soil's permittivity, the highest power first, as m³ of water per m³ of soil."""
    result = 0.0
    for coefficient in coefficients:
        result = result * permittivity + coefficient
    return result


def globe_temperature(words: Words, _: Parameters) -> float:
    """Steinhart-Hart of the black globe's thermistor, °C."""
    resistance = log(1000 / (ratio(words) / 2) - 41000)
    return 1 / (0.0008271111 + 0.000208802 * resistance + 0.000000080592 * resistance**3) - 273.15


def platinum_temperature(words: Words, parameters: Parameters) -> float:
    """A platinum thermometer of 100 Ω beside the reference resistor R, °C."""
    share = ratio(words) / 2
    ohms = share * parameters["R"] / (1 - share)
    return -244.83 + 2.3419 * ohms + 0.0010664 * ohms**2


def platinum_1000_temperature(words: Words, parameters: Parameters) -> float:
    """A platinum thermometer of 1000 Ω beside the reference resistor R, °C."""
    ohms = ratio(words) * parameters["R"] / (1 - ratio(words))
    return -245.18 + 0.23469 * ohms + 0.0000104876 * ohms**2


def illuminance(words: Words, _: Parameters) -> float:
    """Lux from the visible and infrared and the infrared channel."""
    light, infrared = words
    return max(light - 1.64 * infrared, 0.59 * light - 0.86 * infrared, 0) * 1.5504


def pressure_in_range(words: Words, parameters: Parameters) -> float:
    """Pressure of a sensor made for Pmin to Pmax, bar."""
    low, high = parameters["Pmin"], parameters["Pmax"]
    return (words[0] - 16384) / 32768 * (high - low) + low
