"""Watteco's standard reports: one attribute of one cluster of one endpoint, after Zigbee's cluster library.

Frame control, command, cluster, attribute, type, value, and after the value of an alarm its cause, which is no
measure. Layouts are those of Watteco/Codec-API-LoRaWAN (codec/standard.js) and Watteco/Codec-Report-Standard-Python
(ZCL.py). Where the first ignores a sign, the type in the frame or else the second decides.
"""

import math

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed
from sensors.lorawan.watteco.attributes import BYTES, CONTROL, NUMBERS, SCALARS, SETTINGS, SINGLE, Number
from sensors.lorawan.watteco.blocks import BLOCKS, UNREAD
from sensors.lorawan.watteco.products import Product
from sensors.lorawan.watteco.tic import CLUSTERS, read_tic

_READ_ANSWER = 0x01
_REPORTS = (0x0A, 0x8A)  # as configured, and for an alarm
_ANSWERS = (0x04, 0x07, 0x09)  # to writing, to configuring a report, to asking for a configuration

_INPUTS = 10
"""Inputs of cluster 0x8005, as far as the vendor names them."""

_STATES = ("output", "pin_state", "occupancy", "violation_detection", "open")


def read_standard(draft: Draft, data: bytes, product: Product) -> None:
    """The values of a report, or of the answer to a question for one. Raises Malformed."""
    cursor = Cursor(data)
    control, command, cluster = cursor.unsigned(1), cursor.unsigned(1), cursor.unsigned(2)
    if command not in (_READ_ANSWER, *_REPORTS, *_ANSWERS):
        raise Malformed(f"command {command:#04x} is none that a device sends: 0x01, 0x04, 0x07, 0x09, 0x0A, 0x8A")
    attribute = cursor.unsigned(2)
    if command in _ANSWERS or (command == _READ_ANSWER and cursor.unsigned(1)):  # or it has no such value
        draft.control()
        return
    endpoint = control >> 5 | (control & 0x06) << 2
    if cluster in CONTROL or attribute in SETTINGS.get(cluster, ()):
        draft.control()
    elif (cluster, attribute) in NUMBERS:
        _take_number(draft, NUMBERS[cluster, attribute], _number(cursor), endpoint, product)
    elif (cluster, attribute) in BLOCKS:
        BLOCKS[cluster, attribute](draft, _block(cursor), endpoint)
    elif (cluster, attribute) in UNREAD:
        draft.take(UNREAD[cluster, attribute], 0)
    elif cluster in CLUSTERS:
        read_tic(draft, cluster, attribute, _block(cursor))
    else:
        _unknown(draft, cluster, attribute)


def _unknown(draft: Draft, cluster: int, attribute: int) -> None:
    if cluster not in {known for known, _ in (*NUMBERS, *BLOCKS, *UNREAD)}:
        raise Malformed(f"cluster {cluster:#06x} is unknown")
    draft.unmapped(f"cluster {cluster:#06x}, attribute {attribute:#06x}")


def _number(cursor: Cursor) -> float:
    """A number of the type that stands before it. A single is read as its shortest decimal: 0.46, not 0.4599999785."""
    kind = cursor.unsigned(1)
    if kind == SINGLE:
        value: float = float(f"{cursor.real():.7g}")
    elif kind in SCALARS:
        size, signed = SCALARS[kind]
        value = cursor.signed(size) if signed else cursor.unsigned(size)
    else:
        raise Malformed(f"type {kind:#04x} is none of a number")
    if not math.isfinite(value):
        raise Malformed(f"{value} is no number")
    _check_end(cursor)
    return value


def _block(cursor: Cursor) -> Cursor:
    """The contents of a byte string."""
    kind = cursor.unsigned(1)
    if kind != BYTES:
        raise Malformed(f"type {kind:#04x} stands where a byte string ({BYTES:#04x}) is due")
    block = Cursor(cursor.take(cursor.unsigned(1)))
    _check_end(cursor)
    return block


def _check_end(cursor: Cursor) -> None:
    """After the value only the cause of the report may follow, in short or at length."""
    cause = cursor.peek()
    if cause is not None and cause >> 4 & 0x03 not in (1, 2):
        raise Malformed(f"{cursor.left} bytes after the value are not the cause of a report")


def _take_number(draft: Draft, number: Number, raw: float, endpoint: int, product: Product) -> None:
    if number.name == "pin_states":
        for index in range(product.inputs or _INPUTS):
            draft.take("pin_state", int(raw) >> index & 1, str(index + 1))
        return
    name, channel = _named(number, endpoint, product)
    draft.take(name, float(raw != 0) if name in _STATES else raw / number.divide, channel or None)


def _named(number: Number, endpoint: int, product: Product) -> tuple[str, str]:
    """What this is at this endpoint, and its channel: the product tells, or else the vendor's usual order."""
    names = product.endpoints.get(number.name, ())
    if endpoint < len(names):
        return names[endpoint], ""
    if number.name == "concentration" and endpoint < 2:
        return ("IAQ", "CO2")[endpoint], ""
    return number.name, str(endpoint + 1) if endpoint or number.numbered else ""
