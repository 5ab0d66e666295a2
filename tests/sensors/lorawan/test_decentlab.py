"""Decentlab: all products' tables agree with what is taken and left; the model decides what the bytes are."""

from zoneinfo import ZoneInfo

import pytest

from sensors.lorawan.decentlab import CODEC
from sensors.lorawan.decentlab.fields import FIELDS, LEFT
from sensors.lorawan.decentlab.models import MODELS
from sensors.model import Context, Decoded, Message, Reason, Rejected


def decoded(payload: str, model: str = "") -> Decoded:
    message = Message("lorawan/decentlab", bytes.fromhex(payload), 1_795_421_700_000, 1, False)
    return CODEC.decode(message, Context(ZoneInfo("Europe/Paris"), fport=1, device="room", model=model))


def reason(result: Decoded) -> Reason | None:
    return result.problem.reason if isinstance(result.problem, Rejected) else None


def test_every_value_is_taken_or_left() -> None:
    """What the products' blocks hold, and nothing else, stands in the two tables."""
    blocks = [block for model in MODELS.values() for block in model.blocks]
    expected = {value if isinstance(value, str) else value.name for block in blocks for value in block.values}

    assert expected == FIELDS.keys() | LEFT.keys()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("word", ["0000", "8000", "ffff"])
def test_every_product_at_its_limits(model: str, word: str) -> None:
    """All blocks at once, of words at the ends and in the middle, give readings or reasons, and nothing unmapped."""
    blocks = MODELS[model].blocks
    flags = (1 << len(blocks)) - 1
    result = decoded(f"021234{flags:04x}{word * sum(block.words for block in blocks)}", model)

    assert () == tuple(result.unmapped)
    assert all(reading.device == "room" for reading in result.readings)


@pytest.mark.parametrize("model", ["dl-ds18", "DL-DS18", "ds18"])
def test_names_of_a_model(model: str) -> None:
    """A model is named as on the product, whatever the case, or without its DL."""
    expected = [21.875, 3.093]

    assert expected == [reading.value for reading in decoded("02023d0003815e0c15", model).readings]


def test_model_must_be_named() -> None:
    """The same three words are many products': none is guessed."""
    payload = "02030e000364a079b10c60"

    assert reason(decoded(payload)) == Reason.NEEDS_CODEC
    assert decoded(payload, "dl-sht21").readings != decoded(payload, "dl-sht35").readings


@pytest.mark.parametrize("model", ["dl-pr26(Pmax=4", "dl-pr26(Pmax=many)", "dl-pr26(R=4)", "dl-ds18(R=4)", "dl-", "("])
def test_wrong_figures(model: str) -> None:
    """Figures that a product does not have, or that are no numbers, are refused with the model."""

    assert reason(decoded("02016700033e8060170c7f", model)) == Reason.NEEDS_CODEC


def test_figures_of_the_variant() -> None:
    """A sensor for 4 bar shows four times what one for 1 bar shows of the same words."""
    pressure = [decoded("02016700036e8060170c7f", f"dl-pr26(Pmax={most})").readings[0].value for most in (1, 4)]

    assert pressure[1] == 4 * pressure[0]


def test_formula_without_a_value() -> None:
    """A resistance that no thermometer has is refused, and the battery is kept."""
    result = decoded("0230c50003000000800c60", "dl-blg")

    assert [3.168] == [reading.value for reading in result.readings]
    assert reason(result) == Reason.MALFORMED
