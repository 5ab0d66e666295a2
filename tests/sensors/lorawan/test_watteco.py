"""Watteco: batch reports are read as the vendor reads them, every name has its row, and no bytes can do harm."""

import random
from zoneinfo import ZoneInfo

import pytest

from sensors.draft import Malformed
from sensors.lorawan.watteco import CODEC, MOST_BYTES, PORT, tic
from sensors.lorawan.watteco.attributes import NUMBERS
from sensors.lorawan.watteco.batch import Label, samples_of
from sensors.lorawan.watteco.blocks import UNREAD
from sensors.lorawan.watteco.fields import FIELDS, LEFT
from sensors.lorawan.watteco.products import PRODUCTS
from sensors.model import Context, Decoded, Message, Reason, Unused

RECEIVED_MS = 1_795_421_700_000
TEMPERATURES = "322040c884854308b04f308df611942100f90649c908"  # of a TH
NONE = Label("none", "u8")


def decoded(payload: bytes, model: str = "", retained: bool = False) -> Decoded:
    message = Message("lorawan/watteco", payload, RECEIVED_MS, 1, retained)
    return CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), fport=PORT, device="watteco", model=model))


def reason(result: Decoded) -> Reason | Unused | None:
    return result.problem.reason if result.problem else None


def series(payload: str, tag_bits: int, *labels: Label) -> dict[str, list[tuple[int, float]]]:
    """Of a batch report: by label, the age and value of each sample."""
    found: dict[str, list[tuple[int, float]]] = {}
    for label, value, age_s in samples_of(bytes.fromhex(payload), tag_bits, dict(enumerate(labels))):
        found.setdefault(label.name, []).append((age_s, value))
    return found


def test_batch_of_singles() -> None:
    """Differences of a single are whole steps (the vendor's test_float: times 1830 to 1876, sent at 1944)."""
    expected = {"t": [(114, 11.0), (99, 13.0), (84, 14.0), (69, 21.0), (68, 100.0)]}

    assert expected == series("10270080039320180080108183070d45851005", 3, NONE, NONE, Label("t", "float"))


def test_batch_of_counts_and_states() -> None:
    """Each series may have times of its own (the vendor's test_integer, sent at 99)."""
    expected = {
        "count": [(50, 0), (40, 0), (30, 3), (20, 7), (10, 7), (0, 10)],
        "state": [(94, 1), (32, 0), (30, 1)],
    }
    payload = "20100000a020a8010000004401e297ad40871b770e377b"

    assert expected == series(payload, 1, Label("count", "u32"), Label("state", "bool"))


def test_batch_with_a_state_that_changes_at_once() -> None:
    """Times of one series stand apart by a second (the vendor's test_integer_2, sent at 504)."""
    expected = {
        "count": [(50, 61), (49, 62)],
        "state": [(53, 0), (52, 1), (8, 0), (7, 1), (5, 0), (4, 1), (3, 0), (2, 1)],
    }
    payload = "201600206018180000007ae201726c922d59920520ad"

    assert expected == series(payload, 1, Label("count", "u32"), Label("state", "bool"))


def test_batch_of_five_series() -> None:
    """Series share their times (the vendor's test_timestamp_iso_format, sent at 3624)."""
    values = {"a": (7297, 14497), "b": (7297, 14497), "c": (1005, 1005), "d": (2580, 2541), "e": (3622, 3676)}
    expected = {name: [(1800, first), (0, second)] for name, (first, second) in values.items()}
    payload = "523000800310050ae1dec124b41f680fec01003802237b00008ec01080009db08c8819af126440382419100ed903"
    kinds = {"a": "u32", "b": "u32", "c": "i16", "d": "i16", "e": "u16"}

    assert expected == series(payload, 3, *(Label(name, kind) for name, kind in kinds.items()))


def test_values_of_a_batch_count_back_from_receipt() -> None:
    """Each value has its own time, and those of a retained message, whose age nobody knows, have none."""
    payload = bytes.fromhex(TEMPERATURES)

    assert {5, 35} == {(RECEIVED_MS - reading.at_ms) // 1000 for reading in decoded(payload, "th").readings}
    assert Unused.RETAINED_WITHOUT_TIME == reason(decoded(payload, "th", retained=True))


@pytest.mark.parametrize("model", ["", "triphaso", "nobodys"])
def test_batch_needs_its_product(model: str) -> None:
    """Without a table of labels nothing is guessed."""
    assert Reason.NEEDS_CODEC == reason(decoded(bytes.fromhex(TEMPERATURES), model))


def test_batch_of_another_product_is_refused() -> None:
    """A report that does not fit the product's labels to its last byte is not of this product."""
    assert Reason.MALFORMED == reason(decoded(bytes.fromhex(TEMPERATURES) + b"\0", "th"))
    assert Reason.MALFORMED == reason(decoded(bytes.fromhex(TEMPERATURES), "smartplug"))


def test_batch_that_claims_more_than_it_holds() -> None:
    """A report is refused at its last bit, whatever number of samples it claims."""
    with pytest.raises(Malformed, match="batch report"):
        list(samples_of(b"\xf0" + b"\xff" * (MOST_BYTES - 1), 4, dict.fromkeys(range(16), NONE)))


def test_every_name_has_its_row() -> None:
    """What a report can hold is taken or left by the tables."""
    names = {number.name for number in NUMBERS.values()} | set(UNREAD.values())
    names |= {label.name for product in PRODUCTS.values() for label in product.labels.values()}
    names |= {name for product in PRODUCTS.values() for row in product.endpoints.values() for name in row}
    fields = [field for profiles in tic.CLUSTERS.values() for profile in profiles.values() for field in profile]
    names |= {field.label for field in fields if {"u8", "u16", "u24", "u32", "i16", "float"} & set(field.kinds)}

    assert set() == names - FIELDS.keys() - LEFT.keys() - {"pin_states"}
    assert set() == FIELDS.keys() & LEFT.keys()


def test_no_bytes_raise() -> None:
    """Whatever the bytes and the product, the outcome is readings or a reason."""
    chance = random.Random(125)
    clusters = [cluster for cluster, _ in (*NUMBERS, *UNREAD)] + list(tic.CLUSTERS)
    for _ in range(4_000):
        body = chance.randbytes(chance.randrange(60))
        head = b"\x11\x0a" + chance.choice(clusters).to_bytes(2, "big") + b"\x00\x00\x41" + bytes((len(body),))
        payload = chance.choice([body, head + body, bytes((chance.randrange(0, 256, 2),)) + body])
        result = decoded(payload, chance.choice(["", *PRODUCTS]))

        assert result.readings or result.problem
