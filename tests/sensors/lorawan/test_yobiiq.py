"""Yobiiq: the registers' tables agree with what is taken and left; families are told apart by their frames."""

from zoneinfo import ZoneInfo

import pytest

from sensors.lorawan.yobiiq import CODEC, opentherm, registers
from sensors.lorawan.yobiiq.fields import FIELDS, LEFT
from sensors.model import Context, Decoded, Message, Reason, Rejected

NOW_MS = 1_795_421_700_000


def decoded(payload: str, port: int | None, model: str = "") -> Decoded:
    message = Message("lorawan/yobiiq", bytes.fromhex(payload), NOW_MS, 1, False)
    return CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), fport=port, device="room", model=model))


def reason(result: Decoded) -> Reason | None:
    return result.problem.reason if isinstance(result.problem, Rejected) else None


def test_every_register_is_taken_or_left() -> None:
    """What the registers hold, and nothing else, stands in the two tables."""
    tables = [table for table in vars(registers).values() if isinstance(table, dict) and table]
    expected = {row.name for table in tables for row in table.values() if isinstance(row, registers.Register)}
    expected |= {*registers.SMOKE, *opentherm.NUMBERS.values(), *opentherm.WHOLE.values(), *opentherm.MODES}
    expected |= {"OpenTherm settings", "OpenTherm service data"}

    assert expected == FIELDS.keys() | LEFT.keys()


@pytest.mark.parametrize(
    ("port", "model", "expected"),
    [(1, "", "electricity.power"), (3, "", "electricity.energy"), (3, "em4301", "electricity.power")],
    ids=["port 1", "another port", "named"],
)
def test_same_bytes(port: int, model: str, expected: str) -> None:
    """What may be a meter's or a gateway's is a meter's on port 1, a gateway's on others, or the named model's."""

    assert expected == decoded("011300003039", port, model).readings[0].quantity


def test_meter_counts_its_values() -> None:
    """A frame whose channels count is a meter's, on any port."""

    assert [1.0, 2.0] == [reading.value for reading in decoded("011300000001" + "021400000002", 3).readings]


@pytest.mark.parametrize(("seconds", "expected"), [(0x67610000, 0x67610000 * 1000), (1000, NOW_MS)])
def test_clock_that_is_not_set(seconds: int, expected: int) -> None:
    """A clock that counts from its start is not believed."""

    assert [expected] == [reading.at_ms for reading in decoded(f"0101{seconds:08x}" + "020400000001", 1).readings]


def test_history_counts_back() -> None:
    """Ages count back from the frame's time, or from the uplink when the clock is not set."""
    result = decoded("01fe000003e8" + "a013000a00000064" + "a013000000000065", 20)

    assert [NOW_MS - 10_000, NOW_MS] == [reading.at_ms for reading in result.readings]


@pytest.mark.parametrize("model", CODEC.models)
def test_every_model_can_be_named(model: str) -> None:
    """Every model of the documentation is one that the codec knows."""

    assert reason(decoded("0000", 1, model)) == Reason.MALFORMED


@pytest.mark.parametrize(("payload", "port"), [("", 1), ("0104000000", 1), ("01040000000a", None), ("00" * 243, 1)])
def test_refused(payload: str, port: int | None) -> None:
    """Empty, cut off, without a port, longer than LoRaWAN carries."""

    assert reason(decoded(payload, port)) == Reason.MALFORMED
