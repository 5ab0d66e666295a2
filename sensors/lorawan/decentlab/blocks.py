"""A Decentlab product, and the blocks that several have in common."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sensors.lorawan.decentlab.values import Block, linear


class Model(NamedTuple):
    """One product."""

    title: str
    blocks: Sequence[Block]  # in the order of the flags
    parameters: Mapping[str, float] = {}  # that belong to the variant; here the published ones


BATTERY = Block(1, [linear("Battery voltage", 0, 1 / 1000)])

SHT35 = Block(2, [linear("Air temperature", 0, 175 / 65535, add=-45), linear("Air humidity", 1, 100 / 65535)])
SHT21 = Block(
    2, [linear("Air temperature", 0, 175.72 / 65536, add=-46.85), linear("Air humidity", 1, 125 / 65536, add=-6)]
)


def only_battery(words: int, *names: str) -> tuple[Block, Block]:
    """A product of which only the battery is taken."""
    return Block(words, names), BATTERY
