"""Dragino: models are found however they are written, and no frame of any of them goes unseen."""

import random
from zoneinfo import ZoneInfo

import pytest

from sensors.lorawan.dragino import CODEC, MODELS
from sensors.model import Context, Decoded, Ignored, Message, Reason, Rejected, Unused

RECEIVED_MS = 1_795_421_700_000
PROBE = "cbf60b0d0376010add7fff"  # LHT65: 3.062 V, 28.29 °C, 88.6 %, probe 27.81 °C


def decoded(payload: bytes, fport: int | None = 2, model: str = "") -> Decoded:
    message = Message("lorawan/dragino", payload, RECEIVED_MS, 1, False)
    return CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), fport=fport, device="room", model=model))


def reason(result: Decoded) -> Reason | None:
    return result.problem.reason if isinstance(result.problem, Rejected) else None


@pytest.mark.parametrize("model", MODELS)
def test_nothing_is_without_row(model: str) -> None:
    """Whatever a frame of a model holds, its tables take or leave it by name."""
    chance = random.Random(model)
    sizes = [5, 7, 8, 9, 10, 11, 12, 15, 17, 18, 22, 28, 32]
    frames = [(port, chance.randbytes(chance.choice(sizes))) for port in MODELS[model] for _ in range(200)]

    unmapped = {name for port, frame in frames for _, name in decoded(frame, port, model).unmapped}

    assert unmapped == set()


@pytest.mark.parametrize("name", ["S31-LB", "s31-ls", "SN50_v3-LB", "LT-22222-L", "AQS01-L", "RS485-LN", "LTC2-LB"])
def test_model_as_the_maker_writes_it(name: str) -> None:
    """The name on the device is found, whatever its housing and battery are called."""
    result = decoded(bytes(7), 5, name)

    assert reason(result) is None


def test_unknown_model_is_named() -> None:
    """A model that nobody knows is no reason to guess."""
    result = decoded(bytes.fromhex(PROBE), 2, "lht99")

    assert Reason.NEEDS_CODEC == reason(result)


def test_no_port_is_the_usual_report() -> None:
    """Bytes without their port are read as a report."""
    expected = decoded(bytes.fromhex(PROBE)).readings

    assert expected
    assert expected == decoded(bytes.fromhex(PROBE), None).readings
    assert expected == decoded(bytes.fromhex(PROBE), None, "lht65n").readings


@pytest.mark.parametrize(
    ("payload", "model"),
    [
        ("08cd02207fff0161cd4edd", "lht52"),
        ("0b54000000000000fc0205", "lsn50"),
        ("0100000a00000a635cd2f2", "lwl03a"),
        ("0d07050012020b00fb01b3", "laq4"),
        ("0e55010862086760e43cc6", "ltc2"),
        ("0cf66a02a3000000fb01b3", "s31"),
    ],
)
def test_other_models_are_no_lht65(payload: str, model: str) -> None:
    """Reports as long as an LHT65's, on the same port, are refused until somebody names their model."""
    frame = bytes.fromhex(payload)

    assert Reason.NEEDS_CODEC == reason(decoded(frame))
    assert decoded(frame, 2, model).readings


def test_lt_shows_itself() -> None:
    """An LT-22222-L is known by its last two bytes, without its model."""
    frame = bytes.fromhex("04ab04ac13101300aaff44")
    expected = decoded(frame, 2, "lt-22222-l").readings

    assert expected
    assert expected == decoded(frame).readings


def test_time_that_ends_like_an_lt() -> None:
    """Bytes of a time that look like the end of an LT-22222-L leave an LHT65 what it is."""
    frame = bytes.fromhex("0add0b0dc3760965cfff41")
    expected = decoded(frame, 2, "lht65").readings

    assert expected
    assert expected == decoded(frame).readings


def test_answer_without_entries() -> None:
    """An LHT65 that is asked for a log it does not have answers with zeros: no value, and not 0 °C."""
    result = decoded(bytes(11), 2, "lht65n")

    assert not result.readings
    assert isinstance(result.problem, Ignored)
    assert Unused.NO_VALUE == result.problem.reason
