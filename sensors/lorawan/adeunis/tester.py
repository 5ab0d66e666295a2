"""The Field Test Device: a status whose bits say which values follow (user guide of the FTD, section 4).

Firmware before the signal quality was added sends neither the quality of the position nor that of the signal. The
signal is that of the last frame the device received, hence its channel.
"""

from sensors.bits import Cursor
from sensors.draft import Draft, Malformed

TEMPERATURE, POSITION, UPLINKS, DOWNLINKS, BATTERY, SIGNAL = 0x80, 0x10, 0x08, 0x04, 0x02, 0x01

POSITION_BYTES = 8


def read(draft: Draft, payload: bytes) -> None:
    """One frame. Raises Malformed."""
    cursor = Cursor(payload)
    status = cursor.unsigned(1)
    if status & TEMPERATURE:
        draft.take("FTD temperature", cursor.signed(1))
    if status & POSITION:
        draft.take("FTD position", None)
        cursor.take(POSITION_BYTES + _quality(status, len(payload)))
    for bit in (UPLINKS, DOWNLINKS):
        if status & bit:
            draft.take("FTD frame counters", cursor.unsigned(1))
    if status & BATTERY:
        draft.take("FTD battery", cursor.unsigned(2))
    if status & SIGNAL:
        draft.take("FTD RSSI", cursor.unsigned(1))
        draft.take("FTD SNR", cursor.signed(1))
    if cursor.left:
        raise Malformed(
            f"frame of the Field Test Device has {cursor.left} bytes more than its status {status:#04x} says"
        )


def _quality(status: int, size: int) -> int:
    """Bytes that tell the quality of the position: one, or none on the first firmware."""
    sizes = {TEMPERATURE: 1, POSITION: POSITION_BYTES, UPLINKS: 1, DOWNLINKS: 1, BATTERY: 2, SIGNAL: 2}
    return int(size > 1 + sum(count for bit, count in sizes.items() if status & bit))
