"""The Things Stack v3: JSON messages on ``v3/<application>[@<tenant>]/devices/<device>/…``.

Source: The Things Stack's data formats documentation. A message says itself what it is: only one with
``uplink_message`` holds measurements, the others are about the device. The codec of the bytes may be told by the brand
in ``version_ids``, which is that of the device repository (TheThingsNetwork/lorawan-devices).

Of the times of an uplink the gateway's is taken, unless the network server's shows that the gateway's clock is wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sensors.codecs.lorawan import FIELDS, Uplink, base64_bytes, best, part, parts, port, take_uplink, time_ms
from sensors.draft import Draft, Malformed, drafted, parsed_object
from sensors.model import Codec

BRANDS = {
    "adeunis": "lorawan_adeunis",
    "browan": "lorawan_browan",
    "decentlab": "lorawan_decentlab",
    "dragino": "lorawan_dragino",
    "elsys": "lorawan_elsys",
    "mclimate": "lorawan_mclimate",
    "milesight-iot": "lorawan_milesight",
    "nke-watteco": "lorawan_watteco",
    "watteco": "lorawan_watteco",
    "vutiliti": "lorawan_vutility",
    "yobiiq": "lorawan_yobiiq",
}
"""Brands of the device repository, and the codec that reads their devices' bytes."""

LEFT = {
    "consumed_airtime": "about the radio link",
    "channel_rssi": "the same as rssi, of the channel",
    "locations": "where the device is",
    **dict.fromkeys(("f_cnt", "settings"), "about the radio link"),
}

AHEAD_MS = 60_000
BEHIND_MS = 86_400_000
"""A gateway may keep an uplink for a while when its own link is down; one that is never in time has a wrong clock."""


def codec(inner: Mapping[str, Codec]) -> Codec:
    """The envelope around these vendor codecs."""

    def fill(draft: Draft) -> None:
        document = parsed_object(draft.message.payload)
        if "uplink_message" not in document:
            draft.control()
            return
        draft.device = draft.context.device or _identity(part(document, "end_device_ids"))
        take_uplink(draft, _uplink(document, inner), inner)

    return Codec(
        name="tts_v3",
        title="The Things Stack v3 messages",
        families="any LoRaWAN device whose codec is here",
        decode=drafted(fill, FIELDS, LEFT),
        stateful=any(codec.stateful for codec in inner.values()),
        topics=("v3/+/devices/+/#",),
        fields=FIELDS,
        left=LEFT,
    )


def _identity(ids: Mapping[str, Any]) -> str:
    for name in ("dev_eui", "device_id"):
        value = ids.get(name)
        if isinstance(value, str) and value:
            return value
    raise Malformed("end_device_ids has neither dev_eui nor device_id")


def _uplink(document: Mapping[str, Any], inner: Mapping[str, Codec]) -> Uplink:
    uplink = part(document, "uplink_message")
    gateways = parts(uplink, "rx_metadata")
    return Uplink(
        payload=base64_bytes(uplink.get("frm_payload"), "frm_payload"),
        fport=port(uplink.get("f_port")),
        at_ms=_sent_ms(document, uplink, gateways),
        codec=_branded(part(uplink, "version_ids"), inner),
        decoded=uplink.get("decoded_payload"),
        gateways=gateways,
        lora="lora" in part(part(uplink, "settings"), "data_rate"),
    )


def _branded(version: Mapping[str, Any], inner: Mapping[str, Codec]) -> str:
    """The codec of a brand, with the model when the codec must be told it; "" for brands that none is known of."""
    brand, model = version.get("brand_id"), version.get("model_id")
    name = BRANDS.get(brand, "") if isinstance(brand, str) else ""
    codec = inner.get(name)
    return f"{name}/{model}" if codec and isinstance(model, str) and model in codec.models else name


def _sent_ms(
    document: Mapping[str, Any], uplink: Mapping[str, Any], gateways: Sequence[Mapping[str, Any]]
) -> int | None:
    heard = best(gateways) or {}
    gateway = time_ms(heard.get("time")) or time_ms(part(uplink, "settings").get("time"))
    network = time_ms(uplink.get("received_at")) or time_ms(document.get("received_at"))
    if gateway is None or network is None:
        return gateway or network
    return gateway if -AHEAD_MS <= network - gateway <= BEHIND_MS else network
