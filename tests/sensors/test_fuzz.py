"""Whatever bytes come on whatever topic, decoding ends in readings or in a reason, soon (laws 1 and 4)."""

import random

import pytest

from sensors.memory import Memory
from sensors.registry import CODECS
from tests.sensors.fuzz import Seed, bombs, fault, messages, seeds

FOUND = seeds()
MESSAGES = 400


@pytest.mark.parametrize("codec", CODECS)
def test_mutated_messages(codec: str) -> None:
    """Mutated messages and random bytes: `make fuzz` tries a million of them."""
    chance = random.Random(codec)
    memory = Memory()
    hostile = messages(codec, FOUND[codec], chance)
    found = [
        (wrong, seed) for seed, port in (next(hostile) for _ in range(MESSAGES)) if (wrong := fault(seed, port, memory))
    ]

    assert [] == found


@pytest.mark.parametrize("codec", CODECS)
def test_bombs(codec: str) -> None:
    """Deep, long and repetitive payloads cost little, and give few readings."""
    topics = {seed.topic: seed.codec for seed in FOUND[codec]}
    topic, named = next(iter(topics.items()))
    found = [(wrong, bomb[:20]) for bomb in bombs() if (wrong := fault(Seed(named, topic, bomb), 1, Memory()))]

    assert [] == found
