"""What the envelopes of LoRaWAN network servers share: a vendor's bytes, when they were sent, and how well they came.

The codec of the bytes is the one the estate names for the device, else the one the envelope names. The time of the
uplink becomes that of the inner message: its readings are stored once, however often it is delivered.
"""

import binascii
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sensors.draft import Draft, Malformed, number
from sensors.model import Codec, Field, Reason
from sensors.times import rfc3339_ms

FIELDS = {
    "rssi": Field("device.rssi"),
    "snr": Field("device.snr"),
}
"""Of the gateway that heard the uplink best."""

DEEPEST = 8
"""Levels of a decoded object whose names are told; deeper is none of a device."""


class Uplink(NamedTuple):
    """What an envelope holds of one uplink, whoever wrote it."""

    payload: bytes
    fport: int | None  # None when the envelope does not say
    at_ms: int | None  # None when it does not say, or says nothing of use
    codec: str  # codec or codec/model, as the envelope names it; "" when it does not
    decoded: Any  # what the network server made of the bytes; None when it did not
    gateways: Sequence[Mapping[str, Any]]
    lora: bool  # whether the modulation is LoRa, which always has a signal-to-noise ratio


def take_uplink(draft: Draft, uplink: Uplink, inner: Mapping[str, Codec]) -> None:
    """The readings of an uplink, and its signal."""
    draft.at_ms = uplink.at_ms
    _take_signal(draft, uplink)
    if not uplink.payload or uplink.fport == 0:  # commands of the network only (LoRaWAN 1.0.4, section 4.3.2)
        draft.control()
        return
    named = draft.context.codecs.get(draft.device) or uplink.codec
    name, _, model = named.partition("/")
    codec = inner.get(name)
    if codec is not None:
        _take_payload(draft, uplink, codec, model)
    elif named or uplink.decoded is None:
        draft.refuse(Reason.NEEDS_CODEC, _needed(draft.device, named, inner))
    else:
        take_names(draft, uplink.decoded)


def _take_payload(draft: Draft, uplink: Uplink, codec: Codec, model: str) -> None:
    message = draft.message._replace(payload=uplink.payload)
    if uplink.at_ms is not None:
        message = message._replace(received_ms=uplink.at_ms, retained=False)
    context = draft.context._replace(fport=uplink.fport, device=draft.device, model=model)
    draft.include(codec.decode(message, context))


def _needed(device: str, named: str, inner: Mapping[str, Codec]) -> str:
    known = ", ".join(sorted(inner))
    if named:
        return f"device {device}: there is no codec {named[:60]!r}; name one of {known}"
    return f"device {device} has no codec: name it in the estate, one of {known}"


def _take_signal(draft: Draft, uplink: Uplink) -> None:
    heard = best(uplink.gateways)
    if heard is None:
        return
    draft.take("rssi", heard["rssi"])
    if uplink.lora or "snr" in heard:
        draft.take("snr", heard.get("snr", 0.0))  # protobuf's JSON omits zeros


def best(gateways: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The gateway of the highest signal-to-noise ratio, then signal strength; None when none tells its strength."""
    telling = [gateway for gateway in gateways if number(gateway.get("rssi")) is not None]
    return max(telling, key=lambda heard: (number(heard.get("snr")) or 0.0, number(heard["rssi"])), default=None)


def take_names(draft: Draft, decoded: Any, path: str = "", level: int = 0) -> None:
    """The numbers and states that a network server decoded, as measurements that nobody mapped."""
    if isinstance(decoded, Mapping) and level < DEEPEST:
        for name, value in decoded.items():
            take_names(draft, value, f"{path}.{name}" if path else str(name), level + 1)
    elif isinstance(decoded, int | float):
        draft.unmapped(path)


def base64_bytes(value: Any, name: str) -> bytes:
    """The bytes of a base64 text; none when it is absent. Raises Malformed."""
    if value is None:
        return b""
    if not isinstance(value, str):
        raise Malformed(f"{name} is no text")
    try:
        return binascii.a2b_base64(value, strict_mode=True)
    except ValueError as error:
        raise Malformed(f"{name} is no base64: {error}") from None


def time_ms(value: Any) -> int | None:
    """A time of an envelope; None when it is absent, or protobuf's zero (the year 1). Raises Malformed."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Malformed(f"time {str(value)[:40]!r} is no text")
    if value.startswith("0001-"):
        return None
    return rfc3339_ms(value)


def part(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within an object; empty when it is absent. Raises Malformed when it is something else."""
    value = parent.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Malformed(f"{name} is no object")
    return value


def parts(parent: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """The objects of an array within an object; none when it is absent. Raises Malformed when it is something else."""
    value = parent.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise Malformed(f"{name} is no array of objects")
    return value


def port(value: Any) -> int | None:
    """A port; None when the envelope does not say. Raises Malformed."""
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= 255:
        raise Malformed(f"port {str(value)[:40]!r} is none")
    return value
