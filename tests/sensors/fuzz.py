"""Hostile payloads for every codec: `python -m tests.sensors.fuzz [--messages N] [--seed S]`.

Starts from the corpus, and from nothing. Whatever comes must end in readings or a reason, within 50 ms of CPU and the
bound on readings; a payload that does not is printed, and the exit code is 1.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rich.progress import track

from sensors.decode import MOST_BYTES, MOST_READINGS, decode
from sensors.memory import Memory
from sensors.model import Context, Message
from sensors.quantities import QUANTITIES
from sensors.registry import CODECS
from sensors.routes import Entry, Routes
from tests.sensors.test_corpus import CASES, message_of, properties_of

LONGEST_S = 0.05
PARIS = ZoneInfo("Europe/Paris")
NOW_MS = 1_795_421_700_000  # 2026-11-23T08:15Z
PORTS = (None, 0, 1, 2, 3, 5, 6, 10, 20, 85, 100, 102, 103, 120, 125, 255)
TOKENS = (
    *(b"null", b"true", b"-1", b"1e999", b"NaN", b"65535", b"-32768", b'""', b"[]", b"{}", b"9" * 400),
    *(b"\x00", b"\xff\xff", b"\x7f\xff", b"\x80\x00", b"\r\n", b'"\\ud800"', b"0.0", b"2026-10-25T02:30:00"),
)


class Seed(NamedTuple):
    """A message of the corpus, as a starting point."""

    codec: str  # codec, or codec/model
    topic: str
    payload: bytes


def seeds() -> Mapping[str, Sequence[Seed]]:
    """By codec: the messages of its corpus."""
    found: dict[str, list[Seed]] = {name: [] for name in CODECS}
    for case in CASES:
        message = message_of(case)
        named = properties_of(case).get("codec", case.parent.name)
        found[case.parent.name].append(Seed(named, message.topic, message.payload))
    return found


def bombs() -> Iterator[bytes]:
    """Payloads as large as they may be, meant to cost time or memory."""
    most = MOST_BYTES
    yield from (b"[" * most, b"{" * most, b'{"a":' * (most // 5), b'[{"a":[' * (most // 7), b"9" * most)
    yield b"[" + b"1," * (most // 2 - 2) + b"1]"
    yield b"[" + b'{"n":"x","v":1},' * (most // 16 - 1) + b"{}]"
    yield b"{" + b",".join(b'"k%d":%d' % (number, number) for number in range(most // 20)) + b"}"
    yield from (b"\x9f" * most, b"\x81" * most, b"\xdb" + b"\xff" * 8, b"\x9b" + b"\x00\x00\x00\x01" + b"\x00" * 4)
    yield from (b"\n" * most, b"0-0:0.0.0(1)\r\n" * (most // 14), b"\x00" * most, b"\xff" * most, b" " * most)
    yield b"\x0a\x00" * (most // 2)


def mutated(payload: bytes, chance: random.Random) -> bytes:
    """The payload with some of it changed, cut, repeated or replaced."""
    data = bytearray(payload)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 16))):
        if not data:
            return chance.randbytes(chance.randrange(1, 60))
        at = chance.randrange(len(data))
        match chance.randrange(6):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randrange(1, 9)]
            case 2:
                data[at:at] = chance.choice(TOKENS)
            case 3:
                end = at + chance.randrange(1, 40)
                data[at:at] = data[at:end] * chance.randrange(1, 4)
            case 4:
                del data[at:]
            case _:
                data[at] ^= 1 << chance.randrange(8)
    return bytes(data)


def messages(codec: str, found: Sequence[Seed], chance: random.Random) -> Iterator[tuple[Seed, int | None]]:
    """Without end: mutated messages of a codec, now and then random bytes; each with a LoRaWAN port."""
    while True:
        seed = chance.choice(found)
        payload = chance.randbytes(chance.randrange(80)) if chance.random() < 0.1 else mutated(seed.payload, chance)
        yield seed._replace(payload=payload), chance.choice(PORTS)


def fault(seed: Seed, port: int | None, memory: Memory) -> str:
    """What is wrong with what becomes of a message; "" when nothing is."""
    context = Context(PARIS, fport=port, memory=memory)
    routes = Routes(context, CODECS, [Entry(seed.topic, seed.codec, "d1" if CODECS[_name(seed)].lorawan else "")])
    message = Message(seed.topic, seed.payload, NOW_MS, 1, False)
    began = time.process_time()
    try:
        decoded = decode(message, routes, NOW_MS)
    except Exception as error:
        return f"raises {error!r}"
    if time.process_time() - began > LONGEST_S and _least_s(lambda: decode(message, routes, NOW_MS)) > LONGEST_S:
        return "takes more than 50 ms"
    if len(decoded.readings) > MOST_READINGS:
        return f"gives {len(decoded.readings)} readings"
    if not decoded.readings and decoded.problem is None:
        return "gives neither readings nor a reason"
    impossible = [
        r for r in decoded.readings if not QUANTITIES[r.quantity].low <= r.value <= QUANTITIES[r.quantity].high
    ]
    return f"lets {impossible[0]} pass" if impossible else ""


def _name(seed: Seed) -> str:
    return seed.codec.partition("/")[0]


def _least_s(work: Callable[[], object]) -> float:
    """The CPU time it takes when nothing disturbs."""
    times = []
    for _ in range(3):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def faults(count: int, chance: random.Random) -> Iterator[tuple[Seed, str]]:
    """What is wrong with so many messages, shared among the codecs."""
    found = seeds()
    for name, own in found.items():
        memory = Memory()
        hostile = messages(name, own, chance)
        for _ in track(range(count // len(found)), name, disable=not sys.stderr.isatty()):
            seed, port = next(hostile)
            if wrong := fault(seed, port, memory):
                yield seed, wrong


def main() -> int:
    """Fuzz, and print what is found; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=time.time_ns())
    asked = parser.parse_args()
    print(f"{asked.messages} messages, seed {asked.seed}")
    wrong = 0
    for seed, text in faults(asked.messages, random.Random(asked.seed)):
        wrong += 1
        print(f"{seed.codec} on {seed.topic}: {text}\n  {seed.payload[:400].hex()}")
    print(f"{wrong} faults")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
