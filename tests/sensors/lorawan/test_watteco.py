"""Watteco: batch reports are read as the vendor reads them, every name has its row, and no bytes can do harm."""

import random
from zoneinfo import ZoneInfo

import pytest

from sensors.draft import Malformed
from sensors.lorawan.watteco import CODEC, MOST_BYTES, tic_tables
from sensors.lorawan.watteco.attributes import NUMBERS
from sensors.lorawan.watteco.batch import Label, samples_of
from sensors.lorawan.watteco.blocks import UNREAD
from sensors.lorawan.watteco.fields import FIELDS, LEFT
from sensors.lorawan.watteco.products import PRODUCTS
from sensors.model import Context, Decoded, Message, Reason, Rejected, Unused

RECEIVED_MS = 1_795_421_700_000
FLOATS = "10270080039320180080108183070d4585100500"[:38]
COUNTERS = "20100000a020a8010000004401e297ad40871b770e377b"


def decoded(payload: str, model: str = "", retained: bool = False) -> Decoded:
    message = Message("lorawan/watteco", bytes.fromhex(payload), RECEIVED_MS, 1, retained)
    return CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), fport=125, device="watteco", model=model))


def reason(result: Decoded) -> Reason | Unused | None:
    return result.problem.reason if result.problem else None


def series(payload: str, tag_bits: int, *labels: Label) -> dict[str, list[tuple[int, float]]]:
    """Of a batch report: by label, each age and value."""
    found: dict[str, list[tuple[int, float]]] = {}
    for label, value, age_s in samples_of(bytes.fromhex(payload), tag_bits, dict(enumerate(labels))):
        found.setdefault(label.name, []).append((age_s, value))
    return found


def test_batch_of_singles() -> None:
    """Differences of a single are whole steps (the vendor's test_float, sent at 1944)."""
    expected = {"t": [(114, 11.0), (99, 13.0), (84, 14.0), (69, 21.0), (68, 100.0)]}

    assert expected == series(FLOATS, 3, Label("", "u8"), Label("", "u8"), Label("t", "float"))


def test_batch_of_counters_and_states() -> None:
    """Each series has times of its own (the vendor's test_integer, sent at 99)."""
    expected = {
        "count": [(50, 0), (40, 0), (30, 3), (20, 7), (10, 7), (0, 10)],
        "state": [(94, 1), (32, 0), (30, 1)],
    }

    assert expected == series(COUNTERS, 1, Label("count", "u32"), Label("state", "bool"))
