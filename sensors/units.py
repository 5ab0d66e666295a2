"""Units as devices write them, and the way to the unit of the table of quantities.

Factors are exact by definition: kWh, bar, °F and K by the SI Brochure (9th edition, 2019), gallons, psi and inches
of mercury by NIST SP 811 (2008), appendix B. Names are spelled as devices do, upper and lower case apart.
"""

from typing import NamedTuple


class Unit(NamedTuple):
    """A value in `base` is ``value * scale + offset``."""

    base: str  # a unit of the table of quantities
    scale: float
    offset: float = 0.0


UNITS: dict[str, Unit] = {
    **{name: Unit("W", 1) for name in ("W", "watt", "watts")},
    "mW": Unit("W", 1e-3),
    "kW": Unit("W", 1e3),
    "MW": Unit("W", 1e6),
    "dW": Unit("W", 0.1),
    "Wh": Unit("Wh", 1),
    "mWh": Unit("Wh", 1e-3),
    "kWh": Unit("Wh", 1e3),
    "MWh": Unit("Wh", 1e6),
    "Wmin": Unit("Wh", 1 / 60),
    "J": Unit("Wh", 1 / 3600),
    "kJ": Unit("Wh", 1 / 3.6),
    "MJ": Unit("Wh", 1e3 / 3.6),
    "GJ": Unit("Wh", 1e6 / 3.6),
    "VA": Unit("VA", 1),
    "kVA": Unit("VA", 1e3),
    **{name: Unit("var", 1) for name in ("var", "VAR", "VAr")},
    **{name: Unit("var", 1e3) for name in ("kvar", "kVAR", "kVAr")},
    **{name: Unit("varh", 1) for name in ("varh", "VARh", "VArh")},
    **{name: Unit("varh", 1e3) for name in ("kvarh", "kVARh", "kVArh")},
    "V": Unit("V", 1),
    "mV": Unit("V", 1e-3),
    "dV": Unit("V", 0.1),
    "kV": Unit("V", 1e3),
    "A": Unit("A", 1),
    "mA": Unit("A", 1e-3),
    "cA": Unit("A", 0.01),
    "dA": Unit("A", 0.1),
    "Hz": Unit("Hz", 1),
    "mHz": Unit("Hz", 1e-3),
    "m³": Unit("m³", 1),
    "m3": Unit("m³", 1),
    **{name: Unit("m³", 1e-3) for name in ("L", "l", "dm³", "dm3")},
    "mL": Unit("m³", 1e-6),
    "gal": Unit("m³", 3.785411784e-3),
    "ft³": Unit("m³", 0.028316846592),
    "ft3": Unit("m³", 0.028316846592),
    "m³/h": Unit("m³/h", 1),
    "m3/h": Unit("m³/h", 1),
    "m3h": Unit("m³/h", 1),
    "m3/s": Unit("m³/h", 3600),
    "L/h": Unit("m³/h", 1e-3),
    "l/h": Unit("m³/h", 1e-3),
    "L/min": Unit("m³/h", 0.06),
    "l/min": Unit("m³/h", 0.06),
    "L/s": Unit("m³/h", 3.6),
    "l/s": Unit("m³/h", 3.6),
    "°C": Unit("°C", 1),
    "C": Unit("°C", 1),
    "Cel": Unit("°C", 1),
    "°F": Unit("°C", 5 / 9, -160 / 9),
    "F": Unit("°C", 5 / 9, -160 / 9),
    "K": Unit("°C", 1, -273.15),
    "%": Unit("%", 1),
    "%RH": Unit("%", 1),
    "/": Unit("%", 100),  # SenML's fraction of one
    "ppm": Unit("ppm", 1),
    "ppb": Unit("ppb", 1),
    "lx": Unit("lx", 1),
    "lux": Unit("lx", 1),
    "hPa": Unit("hPa", 1),
    "mbar": Unit("hPa", 1),
    "Pa": Unit("hPa", 0.01),
    "kPa": Unit("hPa", 10),
    "bar": Unit("hPa", 1e3),
    "inHg": Unit("hPa", 33.86389),
    "psi": Unit("hPa", 68.94757),
    "µg/m³": Unit("µg/m³", 1),
    "ug/m3": Unit("µg/m³", 1),
    "mg/m³": Unit("µg/m³", 1e3),
    "dB": Unit("dB", 1),
    "dBA": Unit("dB", 1),
    "dBm": Unit("dBm", 1),
    "kg": Unit("kg", 1),
    "g": Unit("kg", 1e-3),
    "t": Unit("kg", 1e3),
    "W/m²": Unit("W/m²", 1),
    "m/s": Unit("m/s", 1),
    "km/h": Unit("m/s", 1 / 3.6),
    "kn": Unit("m/s", 1852 / 3600),
    "mm": Unit("mm", 1),
    "µS/cm": Unit("µS/cm", 1),
}


def convert(value: float, unit: str) -> float:
    """The value in the unit's base, free of the dust of binary fractions."""
    _, scale, offset = UNITS[unit]
    return clean(value * scale + offset)


def clean(value: float) -> float:
    """The value to twelve significant digits: 217 tenths are 21.7, not 21.700000000000003."""
    return float(f"{value:.12g}")
