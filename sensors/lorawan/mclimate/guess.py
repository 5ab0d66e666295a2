"""Which MClimate device sent a keep-alive, where nobody says: by first byte, length, and bits only one can set.

Devices that share first byte and length are told apart by what cannot be: a supply below 1.5 V, CO₂ below 256 ppm,
reserved bits that are set (vendor's protocol pages). Where that leaves two, the one with more devices is meant.
"""

NEWER = {6: "ht_pir_lite", 8: "co2_pir_lite", 9: "vicki", 12: "wireless_thermostat", 15: "multisensor"}
"""By length: those whose first byte is 81."""

ALONE = {3: "relay_16a_dry", 8: "open_close", 12: "relay_16a_power"}
"""By length: those that share it with no other whose first byte is 01."""


def guess(frame: bytes) -> str:
    """The device; "" when no keep-alive looks like this."""
    first = frame[0]
    if first == 0x81 or (first == 0x82 and len(frame) == 15):
        return NEWER.get(len(frame), "")
    if first in (0x20, 0x21) and len(frame) == 8:
        return "open_close"
    if first == 0x01:
        return _by_bits(frame) or ALONE.get(len(frame), "")
    return _of_water(frame)


def _by_bits(frame: bytes) -> str:
    match len(frame):
        case 5:
            return _of_five(frame)
        case 7:  # five reserved bits of the one, the humidity of the other
            return "ht_sensor" if frame[5] < 0x08 else "co2_sensor"
        case 9:  # the set temperature, 5 to 30 °C; or the high byte of the temperature
            return "vicki" if frame[1] > 0x03 else "ht_display_lite"
        case 10:
            return _of_ten(frame)
        case 11:
            return _of_eleven(frame)
    return ""


def _of_five(frame: bytes) -> str:
    """The voltage comes second on the button; on the others the high byte of the temperature."""
    if frame[1] > 0x03:
        return "button"
    return "ht_mini" if frame[4] else "melissa"


def _of_ten(frame: bytes) -> str:
    if frame[7] < 0x02:
        return "pir_mini"
    return "co2_display_lite" if frame[1] < 0x04 and _is_supply(frame) else "aqi_sensor"


def _of_eleven(frame: bytes) -> str:
    """Bytes 4 and 5 are the set temperature or the supply; byte 7 the source alone or the high bits of CO₂ with it."""
    if frame[4] < 0x02:
        return "fan_coil_thermostat"
    return "co2_display" if frame[7] > 0x07 else "wireless_thermostat"


def _is_supply(frame: bytes) -> bool:
    return 1_500 <= frame[4] << 8 | frame[5] <= 5_600


def _of_water(frame: bytes) -> str:
    """The flood sensor sets no other bits than its own, its battery has 2 to 3.7 V; a short T-Valve is above 0 °C."""
    flood = len(frame) in (2, 3) and not frame[0] & 0x15 and frame[0] >> 5 in (0, 2, 4) and 125 <= frame[1] <= 231
    if flood:
        return "flood_sensor"
    short_valve = len(frame) == 2 and frame[1] & 0x7F >= 20
    return "t_valve" if short_valve or len(frame) == 5 else ""
