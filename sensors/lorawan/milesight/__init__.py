"""Milesight's sensors: a row of channels, each an id, a type and a value of the length that the pair has.

Sources: the vendor's tables and decoders, Milesight-IoT/SensorDecoders. Nothing tells how long the value of an unknown
pair is: what stands before it is taken, the rest is refused.
"""

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed, NeedsCodec, drafted
from sensors.lorawan.milesight import answers, history
from sensors.lorawan.milesight.families import BY_MODEL, OTHER_PROTOCOL, Key, shown_by
from sensors.lorawan.milesight.fields import FIELDS, LEFT
from sensors.lorawan.milesight.layouts import size_of, take_parts
from sensors.lorawan.milesight.special import SIZES, SPECIAL, TIMES
from sensors.lorawan.milesight.tables import TLVS
from sensors.model import Codec, Reason

NAME = "lorawan_milesight"

MOST_BYTES = 242
"""Of one LoRaWAN message, at the highest data rate (LoRaWAN regional parameters RP002)."""

MODELS = {
    "ws301": "door; or else motion is meant",
    "ws303": "leak; or else motion is meant",
    "vs340": "presence (also VS341, VS370); or else motion is meant",
    "ws203": "presence; or else a leak is meant",
    "am307": "motion, where a message holds nothing else (also AM308, AM319); or else a leak is meant",
    "am107": "compounds in ppb, where they come without the light (also AM104); or else a class is meant",
    "em300-di": "its input, where a message does not show it; or else a leak is meant",
    "wt101": "tampering and window, where they come alone; or else doors and tampering are meant",
    "uc300": "its inputs alone, and its records (also UC501, UC502, UC11-N1); or else other sensors are meant",
    "uc511": "its valves and counters (also UC512, UC521)",
    "ts301": "door at the probe; or else motion is meant",
    "ts302": "two probes; or else the second is read as a set temperature",
    "vs132": "one line, without a name; or else line 1 is meant",
    "vs321": "temperature sensor without a value; or else it is read as -0.1 °C",
    "em500-smtc": "soil, where temperature comes alone (also EM500-SMT); or else air is meant",
    "ws501": "one rocker (WS502: two); or else three are meant",
    "ws501-v4": "voltage in V (also WS502-V4, WS503-V4); or else tenths are meant",
    "em300-th": "records of the time without network (every model): by their length alone they are often ambiguous",
}
"""Where channels collide (`families`, `history`); the names of the others may be given, too."""


def _fill(draft: Draft) -> None:
    payload, model = draft.message.payload, draft.context.model
    if not 0 < len(payload) <= MOST_BYTES:
        raise Malformed(f"{len(payload)} bytes, where LoRaWAN carries 1 to {MOST_BYTES}")
    if model in OTHER_PROTOCOL:
        raise NeedsCodec(f"{model} speaks another protocol of Milesight's, which is not read")
    frame = Cursor(payload, little=True)
    keys = _keys(payload)
    family = BY_MODEL.get(model) or (None if model else shown_by(set(keys)))
    own = family.tlvs if family else {}
    _take_time(draft, payload, keys)
    while frame.left:
        key = (frame.unsigned(1), frame.unsigned(1))
        if key in own:
            take_parts(draft, own[key], frame)
        else:
            _take(draft, frame, key, model)


def _take(draft: Draft, frame: Cursor, key: Key, model: str) -> None:
    channel, kind = key
    if key in SPECIAL:
        SPECIAL[key](draft, frame, model)
    elif key in TLVS:
        take_parts(draft, TLVS[key], frame)
    elif channel in history.CHANNELS and kind == history.TYPE:
        history.take_record(draft, frame, channel, model)
    elif channel in history.CHANNELS and kind in (history.PORTS, *history.REGISTERS):
        history.take_controller_record(draft, frame, kind, model)
    elif channel in answers.CHANNELS or channel in answers.EXTENDED:
        _take_answer(draft, frame, key)
    else:
        where = frame.at - 2
        draft.refuse(
            Reason.MALFORMED, f"channel {channel:#04x} of type {kind:#04x} at byte {where} is of no known product"
        )
        frame.take(frame.left)
    if channel >= 0xF0 and key not in SPECIAL:
        draft.control()


def _take_answer(draft: Draft, frame: Cursor, key: Key) -> None:
    """An answer of unknown length is the last that can be read: only answers follow it."""
    channel, kind = key
    length = answers.LENGTHS.get(kind) if channel in answers.CHANNELS else None
    frame.take(frame.left if length is None else min(length, frame.left))
    draft.take("answer", None)


def _keys(payload: bytes) -> dict[Key, int]:
    """The channels at the front of the message whose lengths are fixed, and where their values start."""
    keys: dict[Key, int] = {}
    at = 0
    while at + 2 <= len(payload):
        key = (payload[at], payload[at + 1])
        size = SIZES.get(key) or (size_of(TLVS[key]) if key in TLVS else None)
        if size is None:
            break
        keys.setdefault(key, at + 2)
        at += 2 + size
    return keys


def _take_time(draft: Draft, payload: bytes, keys: dict[Key, int]) -> None:
    """The device's own time holds for the whole message, wherever it stands."""
    for key in TIMES:
        if key in keys:
            SPECIAL[key](draft, Cursor(payload[keys[key] :], little=True), "")


CODEC = Codec(
    name=NAME,
    title="Milesight",
    families="AM100, AM300, AT101, CT, EM300 to EM500, GS, TS, UC, VS, WS, WT and WTS series with channel id and type",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    models=MODELS,
    lorawan=True,
)
