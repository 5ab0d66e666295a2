"""How the devices of a format speak, for simulating them: values and a time go in, a topic and payload come out."""

from collections.abc import Mapping, Sequence

from sensors.encoders.dsmr import DSMR_P1
from sensors.encoders.envelopes import CHIRPSTACK_V4, TTS_V3
from sensors.encoders.model import Encoder
from sensors.encoders.objects import AIRGRADIENT, NATIVE, SENML, SHELLY_GEN2, TASMOTA, WMBUSMETERS, ZIGBEE2MQTT
from sensors.encoders.single import ESPHOME, HOMIE_5, VICTRON_VENUS
from sensors.encoders.sparkplug import SPARKPLUG_B

ENCODERS: Mapping[str, Sequence[Encoder]] = {
    "native": NATIVE,
    "senml_rfc8428": SENML,
    "zigbee2mqtt": ZIGBEE2MQTT,
    "shelly_gen2": SHELLY_GEN2,
    "tasmota": TASMOTA,
    "airgradient": AIRGRADIENT,
    "chirpstack_v4": CHIRPSTACK_V4,
    "tts_v3": TTS_V3,
    "sparkplug_b": SPARKPLUG_B,
    "homie_5": HOMIE_5,
    "wmbusmeters": WMBUSMETERS,
    "victron_venus": VICTRON_VENUS,
    "esphome": ESPHOME,
    "dsmr_p1": DSMR_P1,
}
"""By codec: the kinds of device that are simulated of it."""
