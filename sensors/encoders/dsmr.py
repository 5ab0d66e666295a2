"""DSMR P1: the telegram of a three-phase meter with two tariffs.

Objects and their forms are those of the P1 Companion Standard 5.0.2.
"""

from sensors.codecs.dsmr import crc16
from sensors.encoders.model import Encoder, Measure, Said, Sent, local, named


def _telegram(said: Said) -> Sent:
    values = said.values
    moment = local(said.at_ms, said.zone)
    season = "S" if moment.dst() else "W"
    objects = (
        ("1-3:0.2.8", "50"),
        ("0-0:1.0.0", f"{moment:%y%m%d%H%M%S}{season}"),
        *((f"1-0:1.8.{tariff}", f"{values[f'electricity.energy@{tariff}'] / 1000:010.3f}*kWh") for tariff in (1, 2)),
        ("1-0:1.7.0", f"{values['electricity.power'] / 1000:06.3f}*kW"),
        ("1-0:32.7.0", f"{values['electricity.voltage@L1']:05.1f}*V"),
    )
    body = "/MVL5\\simulated\r\n\r\n" + "".join(f"{code}({text})\r\n" for code, text in objects) + "!"
    crc = crc16(body.encode())
    return Sent(f"p1/{said.device}/telegram", f"{body}{crc:04X}\r\n".encode())


DSMR_P1 = (
    Encoder(
        named("sim-p1"),
        (
            Measure("electricity.power", 0, 60_000, 1),
            Measure("electricity.energy", 0, 99_999_000, 1, "1", 0.4),
            Measure("electricity.energy", 0, 99_999_000, 1, "2", 0.6),
            Measure("electricity.voltage", 200, 260, 0.1, "L1"),
        ),
        _telegram,
        "device",
        tick_ms=1000,
    ),
)
