"""Frames of TIC, which reads the customer's output of French meters: data (0x49) and alarm (0x4A).

What a data frame holds is set on the device; read here are the settings that Adeunis publishes, for single-phase and
three-phase Linky in historical mode and for PME-PMI. A label that the meter does not send is 0x80000000, or noughts.
"""

from sensors import times
from sensors.bits import Cursor
from sensors.draft import Ambiguous, Malformed
from sensors.lorawan.adeunis.frame import Frame
from sensors.lorawan.adeunis.tables import NO_LABEL
from sensors.model import Reason

SINGLE = ("BASE", "ISOUSC", "IINST", "IMAX", "PAPP", "HCHC", "HCHP")
THREE = ("BASE", "IINST1", "IINST2", "IINST3", "IMAX1", "IMAX2", "IMAX3", "PMAX", "PAPP")
PERIOD = ("EA_s", "ER+_s", "ER-_s", "EAPP_s")
TARIFF = ("EAP_s", "ER+P_s", "ER-P_s")
PAST = ("EaP-1_s", "ER+P-1_s", "ER-P-1_s")

LINKY_BYTES, PME_PMI_BYTES = 48, 49
SERIAL_BYTES = 12  # of a Linky
GREATEST_INDEX = 999_999_999  # of nine digits; the letters of a tariff option are greater
LABEL_BYTES = 10


def data(frame: Frame) -> None:
    """The registers of the meter, by the product named or else by what the bytes tell."""
    product = frame.model if frame.model.startswith("tic") else _product(frame.body)
    match product:
        case "ticcbelinkymono":
            _single(frame)
        case "ticcbelinkytri":
            _three(frame)
        case _:
            _pme_pmi(frame)


def _product(body: bytes) -> str:
    """Single or three-phase by what follows the serial number: the letters of a tariff option, or an index."""
    if len(body) == PME_PMI_BYTES:
        return "ticpmepmi"
    if len(body) != LINKY_BYTES:
        raise Malformed(f"frame 0x49 has {len(body)} bytes of values, where Linky has 48 and PME-PMI has 49")
    option = int.from_bytes(body[SERIAL_BYTES : SERIAL_BYTES + 4])
    power = int.from_bytes(body[-4:])  # of a single-phase Linky: the letters of the tariff period
    if option == power == 0:
        raise Ambiguous("frame 0x49 of a single-phase or of a three-phase Linky: name the model of the device")
    letters = option > GREATEST_INDEX and option != NO_LABEL
    period = option == 0 and power > GREATEST_INDEX and power != NO_LABEL
    return "ticcbelinkymono" if letters or period else "ticcbelinkytri"


def _single(frame: Frame) -> None:
    cursor = frame.fixed(LINKY_BYTES)
    frame.take("ADCO", _text(cursor, SERIAL_BYTES))
    frame.take("OPTARIF", _text(cursor, 4))
    _numbers(frame, cursor, SINGLE)
    frame.take("PTEC", _text(cursor, 4))


def _three(frame: Frame) -> None:
    cursor = frame.fixed(LINKY_BYTES)
    frame.take("ADCO", _text(cursor, SERIAL_BYTES))
    _numbers(frame, cursor, THREE)


def _pme_pmi(frame: Frame) -> None:
    """The meter's own time dates all; the registers are those of the tariff period that holds."""
    cursor = frame.fixed(PME_PMI_BYTES)
    frame.draft.at_ms = _meter_ms(frame, cursor.take(6))
    _numbers(frame, cursor, PERIOD)
    tariff = _text(cursor, 3)
    frame.take("PTCOUR1", tariff)
    if not (tariff.isascii() and tariff.isalnum()):
        frame.draft.refuse(Reason.AMBIGUOUS, "registers of the tariff period, which PTCOUR1 does not name")
        return
    _numbers(frame, cursor, TARIFF, tariff)
    _numbers(frame, cursor, PAST)


def _numbers(frame: Frame, cursor: Cursor, labels: tuple[str, ...], channel: str | None = None) -> None:
    for label in labels:
        frame.take(label, cursor.unsigned(4), channel)


def _meter_ms(frame: Frame, date: bytes) -> int | None:
    """The meter's local time: day, month, year, hour, minute, second; None when it sends none. Raises Malformed."""
    if not any(date):
        return None
    day, month, year, hour, minute, second = date
    text = f"{2000 + year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    return times.text_ms(text, frame.draft.context.zone, frame.draft.message.received_ms)


def alarm(frame: Frame) -> None:
    """One label and its value as text, with a unit on some meters."""
    cursor = Cursor(frame.body)
    label = _text(cursor, LABEL_BYTES)
    if not (label and label.isascii() and label.isprintable()):
        raise Malformed("frame 0x4a names no label")
    cursor.take(1)  # what raised the alarm
    value = _text(cursor, cursor.left)
    if label in TARIFF:
        frame.draft.refuse(Reason.AMBIGUOUS, f"{label} alone: whose tariff period it counts, PTCOUR1 would tell")
        return
    frame.take(label, value.rstrip("kKWwVvAaRrHh"))


def _text(cursor: Cursor, size: int) -> str:
    return cursor.take(size).replace(b"\0", b"").decode("latin-1").strip()


READERS = {0x49: data, 0x4A: alarm}
