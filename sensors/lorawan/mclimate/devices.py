"""How each MClimate device lays out its keep-alive: big-endian, the first byte (01, 81, 82) names the message.

Bit layouts and formulas are those of the vendor's protocol pages (MClimate/docs, the page "keep-alive" of each
device) and, for the devices these do not cover, of its decoder (MClimate/mclimate-payload-helper, src/decoders).
"""

from sensors.bits import Cursor
from sensors.draft import Draft


def vicki(draft: Draft, frame: Cursor) -> None:
    """Radiator valve. Firmware up to 3.4 (01) and from 3.5 (81) differ in how they write the temperature."""
    newer = frame.unsigned(1) == 0x81
    draft.take("targetTemperature", frame.unsigned(1))
    raw = frame.unsigned(1)
    temperature = (raw - 28.33333) / 5.66666 if newer else raw * 165 / 256 - 40
    humidity, low_position, low_range, high, state = (frame.unsigned(1) for _ in range(5))
    broken = bool(state & 0x01)
    draft.take("sensorTemperature", None if broken else round(temperature, 4))
    draft.take("relativeHumidity", humidity)
    steps, position = (high & 0x0F) << 8 | low_range, (high & 0xF0) << 4 | low_position
    draft.take("valveOpenness", round(100 - 100 * position / steps, 4) if steps else None)
    draft.take("batteryVoltage", 2000 + (state >> 4) * 100)
    draft.take("openWindow", state >> 3 & 1)
    flags = frame.unsigned(1)
    draft.take("flags", flags)
    draft.take("batteryTooLow", flags >> 1 & 1)


def ht_sensor(draft: Draft, frame: Cursor) -> None:
    """Temperature and humidity, with a thermistor on a wire."""
    _air(draft, frame)
    _battery_of_8_mv(draft, frame)
    _thermistor(draft, frame, "extThermistorTemperature")


def ht_display_lite(draft: Draft, frame: Cursor) -> None:
    _air(draft, frame)
    draft.take("lux", frame.unsigned(2))
    draft.take("batteryVoltage", frame.unsigned(2))
    draft.take("powerSourceStatus", frame.unsigned(1))


def ht_mini(draft: Draft, frame: Cursor) -> None:
    _air(draft, frame)
    _battery_of_2200_mv(draft, frame)


def ht_pir_lite(draft: Draft, frame: Cursor) -> None:
    _occupied_air(draft, frame)
    _battery_of_2200_mv(draft, frame)
    draft.take("pirTriggerCount", frame.unsigned(1))


def co2_sensor(draft: Draft, frame: Cursor) -> None:
    frame.take(1)
    draft.take("CO2", frame.unsigned(2))
    draft.take("sensorTemperatureTenths", frame.unsigned(2) - 400)
    draft.take("relativeHumidity", frame.unsigned(1))
    _battery_of_8_mv(draft, frame)


def co2_display(draft: Draft, frame: Cursor) -> None:
    co2_display_lite(draft, frame)
    draft.take("pir", frame.unsigned(1))


def co2_display_lite(draft: Draft, frame: Cursor) -> None:
    _air(draft, frame)
    draft.take("batteryVoltage", frame.unsigned(2))
    _co2_and_source(draft, frame)
    draft.take("lux", frame.unsigned(2))


def co2_pir_lite(draft: Draft, frame: Cursor) -> None:
    _occupied_air(draft, frame)
    _battery_of_2200_mv(draft, frame)
    _co2_and_source(draft, frame)
    draft.take("pirTriggerCount", frame.unsigned(1))


def pir_mini(draft: Draft, frame: Cursor) -> None:
    _air(draft, frame)
    draft.take("lux", frame.unsigned(2))
    _battery_of_2200_mv(draft, frame)
    draft.take("occupied", frame.unsigned(1) & 1)
    draft.take("pirTriggerCount", frame.unsigned(2))


def wireless_thermostat(draft: Draft, frame: Cursor) -> None:
    """Firmware up to 1.3 (01) sends whole degrees, from 1.4 (81) tenths."""
    newer = frame.peek() == 0x81
    _air(draft, frame)
    draft.take("batteryVoltage", frame.unsigned(2))
    if newer:
        draft.take("targetTemperatureTenths", frame.unsigned(2))
    else:
        draft.take("targetTemperature", frame.unsigned(1))
    draft.take("powerSourceStatus", frame.unsigned(1))
    draft.take("lux", frame.unsigned(2))
    draft.take("pir", frame.unsigned(1))


def fan_coil_thermostat(draft: Draft, frame: Cursor) -> None:
    _air(draft, frame)
    draft.take("targetTemperatureTenths", frame.unsigned(2))
    for name in ("operationalMode", "displayedFanSpeed", "actualFanSpeed", "valveStatus", "deviceStatus"):
        draft.take(name, frame.unsigned(1))


def aqi_sensor(draft: Draft, frame: Cursor) -> None:
    """Fields of odd sizes, one after the other over 72 bits; the volatile compounds are in steps of 4 ppm."""
    frame.take(1)
    bits = frame.unsigned(8)
    draft.take("sAQI", bits >> 55)
    draft.take("AQI", bits >> 50 & 0x1F)
    draft.take("CO2eq", bits >> 40 & 0x3FF)
    draft.take("VOC", bits >> 32 & 0xFF)
    draft.take("relativeHumidityOfAqi", bits >> 24 & 0xFF)
    draft.take("pressure", (30_000 + (bits >> 13 & 0x7FF) * 40) / 100)
    draft.take("sensorTemperatureTenths", (bits >> 2 & 0x7FF) - 400)
    draft.take("accuracy", bits & 3)
    _battery_of_8_mv(draft, frame)


def multisensor(draft: Draft, frame: Cursor) -> None:
    """The mean temperature has nine bits; the least and greatest of the interval stand beside it as differences."""
    frame.take(1)
    bits = frame.unsigned(3)
    draft.take("minTemperature", bits >> 16 & 0x7F)
    draft.take("maxTemperature", bits >> 9 & 0x7F)
    draft.take("averageTemperature", bits & 0x1FF)
    draft.take("relativeHumidityPercent", frame.unsigned(1))
    draft.take("pressure", round(frame.unsigned(1) * 390 / 255 + 700, 2))
    draft.take("staticAQI", frame.unsigned(1))
    draft.take("eCO2", frame.unsigned(1))
    draft.take("bVOC", frame.unsigned(2))
    draft.take("lightLevel", frame.unsigned(1))
    draft.take("noiseLevel", frame.unsigned(1))
    draft.take("pirTriggerCount", frame.unsigned(1))
    _battery_of_2200_mv(draft, frame)
    state = frame.unsigned(1)
    draft.take("pir", state >> 4 & 1)
    draft.take("hallSensorEvent", state >> 3 & 1)
    draft.take("accuracy", state >> 1 & 3)
    draft.take("powerSourceStatus", state & 1)


def open_close(draft: Draft, frame: Cursor) -> None:
    """The first byte says what made it send: 01 the clock, 20 the reed switch, 21 the button."""
    frame.take(1)
    _battery_of_8_mv(draft, frame)
    _thermistor(draft, frame, "sensorTemperatureTenths")
    draft.take("counter", frame.unsigned(3))
    draft.take("status", frame.unsigned(1) & 1)


def button(draft: Draft, frame: Cursor) -> None:
    frame.take(1)
    _battery_of_8_mv(draft, frame)
    _thermistor(draft, frame, "sensorTemperatureTenths")
    draft.take("pressEvent", frame.unsigned(1))


def melissa(draft: Draft, frame: Cursor) -> None:
    _air(draft, frame)
    draft.take("isIrCodeRecordingRequested", frame.unsigned(1) >> 7)


def flood_sensor(draft: Draft, frame: Cursor) -> None:
    """The temperature, if sent at all, is a sign and whole degrees."""
    state = frame.unsigned(1)
    draft.take("boxTamper", state >> 3 & 1)
    draft.take("flood", state >> 1 & 1)
    draft.take("batteryVoltage", frame.unsigned(1) * 16)
    if frame.left:
        draft.take("sensorTemperature", _sign_and_degrees(frame.unsigned(1)))


def t_valve(draft: Draft, frame: Cursor) -> None:
    """Two bytes: water, air and valve; five: the alarms. A valve that is open has its bit set (the page's table)."""
    if frame.left == 2:
        draft.take("waterTemp", frame.unsigned(1))
        state = frame.unsigned(1)
        draft.take("valveState", state >> 7)
        draft.take("ambientTemp", ((state & 0x7F) - 20) / 2)
        return
    state = frame.unsigned(1)
    draft.take("boxTamper", state >> 3 & 1)
    draft.take("flood", state >> 1 & 1)
    draft.take("magnet", state & 1)
    draft.take("flags", frame.unsigned(1))
    draft.take("closeTime", frame.unsigned(1))
    draft.take("openTime", frame.unsigned(1))
    _battery_of_8_mv(draft, frame)


def relay_16a_power(draft: Draft, frame: Cursor) -> None:
    """Relay with a meter (16ASPM). Currents below 100 mA read as 0."""
    relay_internal(draft, frame)
    draft.take("energy", frame.unsigned(4))
    draft.take("power", frame.unsigned(2))
    draft.take("acVoltage", frame.unsigned(1))
    draft.take("acCurrent", frame.unsigned(2))
    draft.take("relayState", frame.unsigned(1))


def relay_16a_dry(draft: Draft, frame: Cursor) -> None:
    relay_internal(draft, frame)
    draft.take("relayState", frame.unsigned(1))


def relay_internal(draft: Draft, frame: Cursor) -> None:
    frame.take(1)
    draft.take("internalTemperature", _sign_and_degrees(frame.unsigned(1)))


def _air(draft: Draft, frame: Cursor) -> None:
    frame.take(1)
    draft.take("sensorTemperatureTenths", frame.unsigned(2) - 400)
    draft.take("relativeHumidity", frame.unsigned(1))


def _occupied_air(draft: Draft, frame: Cursor) -> None:
    frame.take(1)
    bits = frame.unsigned(2)
    draft.take("occupied", bits >> 10 & 1)
    draft.take("sensorTemperatureTenths", (bits & 0x3FF) - 400)
    draft.take("relativeHumidity", frame.unsigned(1))


def _co2_and_source(draft: Draft, frame: Cursor) -> None:
    low, high = frame.unsigned(1), frame.unsigned(1)
    draft.take("CO2", high >> 3 << 8 | low)
    draft.take("powerSourceStatus", high & 0x07)


def _thermistor(draft: Draft, frame: Cursor, name: str) -> None:
    """Ten bits; above them one for a broken wire and, on some devices, one for the sign."""
    bits = frame.unsigned(2)
    value = -(bits & 0x3FF) if bits & 0x800 else bits & 0x3FF
    draft.take(name, None if bits & 0x400 else value)


def _battery_of_8_mv(draft: Draft, frame: Cursor) -> None:
    draft.take("batteryVoltage", frame.unsigned(1) * 8 + 1600)


def _battery_of_2200_mv(draft: Draft, frame: Cursor) -> None:
    draft.take("batteryVoltage", round(frame.unsigned(1) * 2200 / 255 + 1600))


def _sign_and_degrees(byte: int) -> int:
    return -(byte & 0x7F) if byte & 0x80 else byte
