"""What decoding costs, by format: `python -m tests.benchmarks.bench_decode`.

For each codec the messages of its corpus that give readings are decoded over and over; printed is the median of five
rounds, beside JSON parsing alone (`json.loads`) of the native format's message: the reference.
"""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from sensors.decode import decode
from sensors.memory import Memory
from sensors.model import Context, Message
from sensors.registry import CODECS
from sensors.routes import Entry, Routes
from tests.sensors.test_corpus import CASES, decoded, message_of, properties_of

ROUNDS = 5
ROUND_S = 0.1


def per_second(work: Callable[[], object], messages: int) -> float:
    """How many messages a second of CPU decodes, when `work` does so many."""
    rates = []
    for _ in range(ROUNDS):
        began, done = time.process_time(), 0
        while (spent := time.process_time() - began) < ROUND_S:
            work()
            done += messages
        rates.append(done / spent)
    return median(rates)


def prepared(codec: str) -> Sequence[tuple[Message, Routes]]:
    """The codec's corpus, each message with all it needs, births included."""
    found = []
    for case in CASES:
        memory = Memory()
        if case.parent.name == codec and decoded(case, memory).readings:
            properties, message = properties_of(case), message_of(case)
            own = Entry(message.topic, properties.get("codec", ""), properties.get("device", ""))
            context = Context(ZoneInfo("Europe/Paris"), fport=properties.get("fport"), memory=memory)
            found.append((message, Routes(context, CODECS, [own])))
    return found


def main() -> None:
    corpus = Path(__file__).parents[1] / "corpus"
    native = (corpus / "native" / "channels" / "payload").read_bytes()
    reference = per_second(lambda: json.loads(native), 1)
    print(f"{'codec':20} {'messages/s':>12} {'readings/message':>18} {'of json.loads':>14}")
    for codec in CODECS:
        messages = prepared(codec)
        readings = sum(len(decode(message, routes, message.received_ms).readings) for message, routes in messages)

        def work(messages: Sequence[tuple[Message, Routes]] = messages) -> None:
            for message, routes in messages:
                decode(message, routes, message.received_ms)

        rate = per_second(work, len(messages))
        print(f"{codec:20} {rate:12,.0f} {readings / len(messages):18.1f} {rate / reference:14.2f}")


if __name__ == "__main__":
    main()
