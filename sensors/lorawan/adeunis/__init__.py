"""Adeunis devices: a byte of code, a byte of status, and values; on LoRaWAN port 1.

Codes and layouts are those of Adeunis' own codecs (@adeunis/codecs 1.6.1, MIT, copyright 2019 adeunis; and
TheThingsNetwork/lorawan-devices, vendor/adeunis, for Serenity, Analog 2 and Modbus) and of its technical reference
manuals. A code that several products use is told apart by its size and status, or else by the model that the estate
names (``lorawan_adeunis/drycontacts2``).
"""

from collections.abc import Callable

from sensors.draft import Draft, Malformed, drafted
from sensors.lorawan.adeunis import inputs, room, tester, tic
from sensors.lorawan.adeunis.frame import LOW_BATTERY, NAME, SECOND, STAMPED, Frame
from sensors.lorawan.adeunis.tables import FIELDS, LEFT, MODELS
from sensors.model import Codec

MOST_BYTES = 255  # more than LoRaWAN carries
FTD = 0x80  # no other product has a code so great
NB_IOT_BYTES = 13  # identity, signal and counter before a frame

CONFIGURATION, SETTINGS_REPLY, KEEP_ALIVE = 0x10, 0x33, 0x30
CONTROL = frozenset((*range(0x10, 0x15), 0x1F, 0x20, 0x2F, 0x31, SETTINGS_REPLY, 0x36, 0x37))
"""Configuration, network, replies, software: about the device."""

READERS = {**room.READERS, **inputs.READERS, **tic.READERS}

CO2_DAY = room.daily(9, 17)
BREATH_DAY = room.daily(8, 30)

KEEP_ALIVES: dict[str, Callable[[Frame], None]] = {
    "analog": inputs.analog,
    "analog2": inputs.analog,
    "breath": BREATH_DAY,
    "comfortco2": CO2_DAY,
    "comfortserenity": CO2_DAY,
    "drycontacts2": inputs.contacts_day,
    **dict.fromkeys(("pulse", "pulse3", "pulse4", "pulse4nbiot"), inputs.pulse_day),
    "temp": room.first_probes,
    **dict.fromkeys(("temp3", "temp4"), room.probes),
}
SILENT = ("comfort", "comfort2", "deltap", "drycontacts", "modbus", "motion")
TIC = ("ticcbelinkymono", "ticcbelinkytri", "ticpmepmi")
PRODUCTS = frozenset(("", "ftd", "repeater", *KEEP_ALIVES, *SILENT, *TIC))

KEEP_ALIVE_SIZES: dict[int, Callable[[Frame], None]] = {
    2: room.probes,
    4: room.probes,
    6: room.first_probes,
    8: inputs.analog,
    9: inputs.pulse_day,
    13: inputs.pulse_day,
    17: CO2_DAY,
    21: CO2_DAY,
    30: BREATH_DAY,
}
"""Of products that nobody named, by bytes of values."""


def _fill(draft: Draft) -> None:
    payload = draft.message.payload
    model = "".join(letter for letter in draft.context.model.lower() if letter.isalnum())
    if model not in PRODUCTS:
        raise Malformed(f"{draft.context.model!r} is no product of Adeunis that is known")
    if model == "pulse4nbiot":
        draft.take("NB-IoT signalQuality", None)
        payload = payload[NB_IOT_BYTES:]
    if len(payload) > MOST_BYTES:
        raise Malformed(f"{len(payload)} bytes are no frame: LoRaWAN carries no more than {MOST_BYTES}")
    if len(payload) < 2:
        raise Malformed(f"{len(payload)} bytes are no frame: code and status take two")
    if model == "repeater":
        draft.control()
    elif model == "ftd" or payload[0] >= FTD:
        tester.read(draft, payload)
    else:
        _read(Frame(draft, payload[0], payload[1], payload[2:], model))


def _read(frame: Frame) -> None:
    if frame.code in CONTROL:
        _control(frame)
        return
    reader = _keep_alive(frame) if frame.code == KEEP_ALIVE else _reader(frame)
    reader(frame)
    frame.take("lowBattery", frame.status & LOW_BATTERY > 0)


def _control(frame: Frame) -> None:
    frame.draft.control()
    if frame.code == CONFIGURATION:
        frame.learn()
    elif frame.code == SETTINGS_REPLY:
        frame.forget()


def _reader(frame: Frame) -> Callable[[Frame], None]:
    if frame.code == 0x38 and len(frame.body) < 23:  # otherwise the daily frame of Serenity
        return inputs.analog_history
    try:
        return READERS[frame.code]
    except KeyError:
        known = ", ".join(f"{code:02x}" for code in sorted((*CONTROL, KEEP_ALIVE, *READERS)))
        raise Malformed(f"frame code {frame.code:#04x} is unknown; known are {known}") from None


def _keep_alive(frame: Frame) -> Callable[[Frame], None]:
    size = len(frame.body)
    if frame.model:
        return KEEP_ALIVES.get(frame.model, _nothing)
    if size == 0:
        return _nothing
    if frame.status & STAMPED and size == (8 if frame.status & SECOND else 6):
        return room.probes
    try:
        return KEEP_ALIVE_SIZES[size]
    except KeyError:
        raise Malformed(f"keep-alive frame 0x30 of {size} bytes of values is of no product known") from None


def _nothing(_: Frame) -> None:
    """A keep-alive that holds its status alone."""


CODEC = Codec(
    name=NAME,
    title="Adeunis (LoRaWAN)",
    families="Temp, Comfort, Comfort CO2, Serenity, Breath, Motion, Delta P, Pulse, Dry Contacts, Analog, Modbus, TIC, "
    "Field Test Device, Repeater",
    decode=drafted(_fill, FIELDS, LEFT),
    fields=FIELDS,
    left=LEFT,
    models=MODELS,
    lorawan=True,
    stateful=True,
)
