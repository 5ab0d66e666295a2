"""ChirpStack v4: JSON events on ``application/<id>/device/<devEui>/event/<event>``.

Source: ChirpStack's integration.proto and event documentation. ``up`` carries the vendor's bytes as base64 in
``data``; the device profile's or device's tag ``codec`` may name their codec (``lorawan_elsys``, or codec/model).
``time`` is the time of the uplink: the gateway's when it has one, else the network server's.
"""

from collections.abc import Mapping
from typing import Any

from sensors.codecs.lorawan import FIELDS as SIGNAL
from sensors.codecs.lorawan import Uplink, base64_bytes, part, parts, port, take_names, take_uplink, time_ms
from sensors.draft import Draft, Malformed, UnknownTopic, drafted, parsed_object
from sensors.model import Codec, Field

FIELDS = {
    **SIGNAL,
    "batteryLevel": Field("device.battery"),
    "margin": Field("device.snr", channel="downlink"),
}

LEFT = {
    "externalPowerSource": "the device has no battery to tell the level of",
    "batteryLevelUnavailable": "the device cannot tell its battery's level",
    "relayRxInfo": "how a relay heard the device; rssi and snr are the gateway's",
    "location": "where the device is",
    **dict.fromkeys(("adr", "dr", "fCnt", "confirmed", "txInfo"), "about the radio link"),
}

CONTROL = ("join", "ack", "txack", "log", "location")


def codec(inner: Mapping[str, Codec]) -> Codec:
    """The envelope around these vendor codecs."""

    def fill(draft: Draft) -> None:
        event = draft.message.topic.rpartition("/")[2]
        if event in CONTROL:
            draft.control()
            return
        if event not in ("up", "status", "integration"):
            raise UnknownTopic(f"event {event[:40]!r} is none of up, status, integration, {', '.join(CONTROL)}")
        document = parsed_object(draft.message.payload)
        info = part(document, "deviceInfo")
        draft.device = draft.context.device or _eui(info)
        draft.at_ms = time_ms(document.get("time"))
        if event == "up":
            take_uplink(draft, _uplink(document, info), inner)
        elif event == "status":
            _take_status(draft, document)
        else:
            take_names(draft, document.get("object"))

    return Codec(
        name="chirpstack_v4",
        title="ChirpStack v4 events",
        families="any LoRaWAN device whose codec is here",
        decode=drafted(fill, FIELDS, LEFT),
        stateful=any(codec.stateful for codec in inner.values()),
        topics=("application/+/device/+/event/+",),
        fields=FIELDS,
        left=LEFT,
    )


def _eui(info: Mapping[str, Any]) -> str:
    eui = info.get("devEui")
    if not isinstance(eui, str) or not eui:
        raise Malformed("deviceInfo.devEui is missing")
    return eui


def _uplink(document: Mapping[str, Any], info: Mapping[str, Any]) -> Uplink:
    named = part(info, "tags").get("codec")
    return Uplink(
        payload=base64_bytes(document.get("data"), "data"),
        fport=port(document.get("fPort")),
        at_ms=time_ms(document.get("time")),
        codec=named if isinstance(named, str) else "",
        decoded=document.get("object"),
        gateways=parts(document, "rxInfo"),
        lora="lora" in part(part(document, "txInfo"), "modulation"),
    )


def _take_status(draft: Draft, document: Mapping[str, Any]) -> None:
    """Battery and margin; a field that is absent is zero in protobuf's JSON."""
    draft.take("margin", document.get("margin", 0))
    if document.get("externalPowerSource") or document.get("batteryLevelUnavailable"):
        draft.absent("batteryLevel")
    else:
        draft.take("batteryLevel", document.get("batteryLevel", 0.0))
