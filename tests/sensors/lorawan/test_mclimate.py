"""MClimate's devices are told apart without a name."""

from pathlib import Path

import pytest

from sensors.lorawan.mclimate import DEVICES
from sensors.lorawan.mclimate.answers import end_of_answers
from sensors.lorawan.mclimate.guess import guess

CORPUS = Path(__file__).parents[2] / "corpus" / "lorawan_mclimate"


@pytest.mark.parametrize("device", sorted(DEVICES.keys() - {"t_valve", "vicki"}))
def test_keep_alive_shows_its_device(device: str) -> None:
    """The vendor's example of each device is taken for that device."""
    assert device == guess(bytes.fromhex((CORPUS / device / "payload.hex").read_text()))


@pytest.mark.parametrize(
    ("case", "device"),
    [
        ("t_valve_short", "t_valve"),
        ("t_valve_long", "t_valve"),
        ("vicki_trv", "vicki"),
        ("vicki_newer", "vicki"),
        ("flood_sensor_short", "flood_sensor"),
        ("flood_sensor_tamper", "flood_sensor"),
    ],
)
def test_other_layouts_show_their_device(case: str, device: str) -> None:
    """So are its other layouts."""
    assert device == guess(bytes.fromhex((CORPUS / case / "payload.hex").read_text()))


def test_answers_are_walked_by_their_lengths() -> None:
    """A byte that looks like a keep-alive inside an answer does not start one."""
    payload = bytes.fromhex("0481 01".replace(" ", "")) + bytes.fromhex("811baf4bab2a129030")

    assert (3, True) == end_of_answers(payload, "vicki", DEVICES["vicki"].lengths)


def test_unknown_answer_stops_the_walk() -> None:
    """An answer nobody knows has no length."""
    assert (2, False) == end_of_answers(bytes.fromhex("120399"), "vicki", DEVICES["vicki"].lengths)
