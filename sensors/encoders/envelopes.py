"""LoRaWAN: vendors' bytes in the envelopes of ChirpStack v4 and The Things Stack v3.

Layouts of frames and envelopes are those of the sources named in the codecs of Elsys, Adeunis, Milesight and of both
network servers. The time is the network's.
"""

import json
import struct
from base64 import b64encode
from collections.abc import Callable, Mapping
from typing import NamedTuple

from sensors.encoders.model import Encoder, Measure, Said, Sent, utc

APPLICATION = "b1c1a6c2-3d0e-4df9-8e51-0d3b6a1f7c22"

_RSSI = Measure("device.rssi", -125, -30, 1)
_SNR = Measure("device.snr", -20, 14, 0.1)


class Frame(NamedTuple):
    """A kind of LoRaWAN device: its measures, and the bytes it makes of them."""

    codec: str
    fport: int
    measures: tuple[Measure, ...]
    payload: Callable[[Mapping[str, float]], bytes]


def _elsys(values: Mapping[str, float]) -> bytes:
    return b"".join(
        (
            b"\x01" + struct.pack(">h", round(values["climate.temperature"] * 10)),
            b"\x02" + struct.pack(">B", round(values["climate.humidity"])),
            b"\x04" + struct.pack(">H", round(values["climate.illuminance"])),
            b"\x05" + struct.pack(">B", round(values["occupancy.motion"])),
            b"\x06" + struct.pack(">H", round(values["climate.co2"])),
            b"\x07" + struct.pack(">H", round(values["device.voltage"] * 1000)),
        )
    )


ELSYS = Frame(
    "lorawan_elsys",
    5,
    (
        Measure("climate.temperature", -20, 60, 0.1),
        Measure("climate.humidity", 0, 100, 1),
        Measure("climate.illuminance", 0, 60_000, 1),
        Measure("occupancy.motion", 0, 1, 1),
        Measure("climate.co2", 380, 5_000, 1),
        Measure("device.voltage", 2, 3.7, 0.001),
    ),
    _elsys,
)


def _adeunis(values: Mapping[str, float]) -> bytes:
    low_battery = 2 * round(values["device.low_battery"])
    return struct.pack(">BBII", 0x46, low_battery, round(values["pulse.count@A"]), round(values["pulse.count@B"]))


ADEUNIS = Frame(
    "lorawan_adeunis/pulse",
    1,
    (
        Measure("pulse.count", 0, 2**32 - 1, 1, "A"),
        Measure("pulse.count", 0, 2**32 - 1, 1, "B"),
        Measure("device.low_battery", 0, 1, 1),
    ),
    _adeunis,
)


def _milesight(values: Mapping[str, float]) -> bytes:
    return b"".join(
        (
            b"\x01\x75" + struct.pack("<B", round(values["device.battery"])),
            b"\x03\x67" + struct.pack("<h", round(values["climate.temperature"] * 10)),
            b"\x04\x68" + struct.pack("<B", round(values["climate.humidity"] * 2)),
            b"\x05\x7d" + struct.pack("<H", round(values["climate.co2"])),
            b"\x06\x73" + struct.pack("<H", round(values["climate.pressure"] * 10)),
        )
    )


MILESIGHT = Frame(
    "lorawan_milesight/em500-co2",
    85,
    (
        Measure("device.battery", 0, 100, 1),
        Measure("climate.temperature", -20, 60, 0.1),
        Measure("climate.humidity", 0, 100, 0.5),
        Measure("climate.co2", 380, 5_000, 1),
        Measure("climate.pressure", 850, 1_090, 0.1),
    ),
    _milesight,
)


def _chirpstack(frame: Frame) -> Callable[[Said], Sent]:
    def encode(said: Said) -> Sent:
        event = {
            "time": utc(said.at_ms),
            "deviceInfo": {
                "applicationId": APPLICATION,
                "applicationName": "simulation",
                "deviceName": f"device {said.number}",
                "devEui": said.device,
            },
            "fCnt": said.at_ms % 65_536,
            "fPort": frame.fport,
            "data": b64encode(frame.payload(said.values)).decode(),
            "rxInfo": [
                {
                    "gatewayId": "5eed0000000000a1",
                    "rssi": said.values["device.rssi"],
                    "snr": said.values["device.snr"],
                }
            ],
            "txInfo": {"frequency": 868_100_000, "modulation": {"lora": {"bandwidth": 125_000, "spreadingFactor": 7}}},
        }
        return Sent(f"application/{APPLICATION}/device/{said.device}/event/up", json.dumps(event).encode())

    return encode


def _tts(frame: Frame) -> Callable[[Said], Sent]:
    def encode(said: Said) -> Sent:
        name = f"eui-{said.device.lower()}"
        message = {
            "end_device_ids": {
                "device_id": name,
                "application_ids": {"application_id": "simulation"},
                "dev_eui": said.device,
            },
            "received_at": utc(said.at_ms),
            "uplink_message": {
                "f_port": frame.fport,
                "f_cnt": said.at_ms % 65_536,
                "frm_payload": b64encode(frame.payload(said.values)).decode(),
                "rx_metadata": [
                    {
                        "gateway_ids": {"gateway_id": "roof", "eui": "5EED0000000000A2"},
                        "rssi": said.values["device.rssi"],
                        "snr": said.values["device.snr"],
                    }
                ],
                "settings": {"data_rate": {"lora": {"bandwidth": 125_000, "spreading_factor": 7}}},
                "received_at": utc(said.at_ms),
            },
        }
        return Sent(f"v3/simulation@site/devices/{name}/up", json.dumps(message).encode())

    return encode


def _encoder(frame: Frame, eui: str, envelope: Callable[[Frame], Callable[[Said], Sent]]) -> Encoder:
    return Encoder(
        lambda number: eui + f"{number:08x}",
        (*frame.measures, _RSSI, _SNR),
        envelope(frame),
        "network",
        codec=frame.codec,
    )


CHIRPSTACK_V4 = (_encoder(ELSYS, "a81758ff", _chirpstack), _encoder(ADEUNIS, "0018b220", _chirpstack))
TTS_V3 = (_encoder(MILESIGHT, "24E124AA", _tts),)
