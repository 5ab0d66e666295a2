"""Every codec by name: the only list of them."""

from collections.abc import Mapping

from sensors.codecs import (
    airgradient,
    chirpstack,
    dsmr,
    esphome,
    homie,
    linky,
    native,
    plain,
    senml,
    shelly_gen1,
    shelly_gen2,
    sparkplug,
    tasmota,
    tts,
    victron,
    wmbusmeters,
    zigbee2mqtt,
)
from sensors.lorawan import adeunis, browan, decentlab, dragino, elsys, mclimate, milesight, vutility, watteco, yobiiq
from sensors.model import Codec

_OWN: Mapping[str, Codec] = {
    codec.name: codec
    for codec in (
        native.HISTORY,  # before the native codec, whose topics cover its own
        native.CODEC,
        airgradient.CODEC,
        senml.CODEC,
        victron.CODEC,
        wmbusmeters.CODEC,
        dragino.CODEC,
        elsys.CODEC,
        watteco.CODEC,
        adeunis.CODEC,
        dsmr.CODEC,
        yobiiq.CODEC,
        milesight.CODEC,
        mclimate.CODEC,
        vutility.CODEC,
        browan.CODEC,
        zigbee2mqtt.CODEC,
        homie.CODEC,
        sparkplug.CODEC,
        plain.CODEC,
        shelly_gen1.CODEC,
        shelly_gen2.CODEC,
        tasmota.CODEC,
        esphome.CODEC,  # last: its topics begin with any node's name
        decentlab.CODEC,
        linky.CODEC,
    )
}

_LORAWAN = {name: codec for name, codec in _OWN.items() if codec.lorawan}

CODECS: Mapping[str, Codec] = {
    **_OWN,
    **{codec.name: codec for codec in (chirpstack.codec(_LORAWAN), tts.codec(_LORAWAN))},
}
