"""Messages that would hurt, among good ones: each ends under its reason, the good ones and the store are as before."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiomqtt
import httpx

from ingest.pipeline import MOST_CHANNELS
from sensors.decode import MOST_BYTES
from sensors.memory import Memory
from sensors.model import Context, Reason, Unused
from sensors.registry import CODECS
from sensors.routes import Routes
from tests.sensors.test_corpus import CASES, NOW, PARIS, decoded, message_of, ms, properties_of
from tests.servers import influxd, mosquitto
from tests.system.load import account, publishing
from tests.system.running import TOPIC, ask_influx, configure, until, up

ESTATE = {
    "estate.toml": '[site]\nid = "site"\nname = "Poison"\ntime_zone = "Europe/Paris"\n',
    "buildings.csv": "building,name,use,area_m2\nb01,One,office,100\nb02,Two,office,100\n",
    "devices.csv": "device,building,from\nb01-electricity,b01,\nchannels,b01,\ndrawer,b01,2100-01-01\n",
}
DEVICE = "b01-electricity"
SPOILT = "waste,device=other fill=1i"  # an integer of somebody else's: ours are floats
HOSTILE = "\ud800\n\r\0\"',;= \\"
ROUTES = Routes(Context(PARIS), CODECS)

Poison = tuple[str, bytes, str]
"""Topic, payload and reason."""


def named(channel: str) -> bytes:
    return json.dumps({f"electricity.power@{channel}": 1}).encode()


def by_hand() -> Iterator[Poison]:
    for number in ("NaN", "Infinity", "-Infinity", "1e400", "-1e400"):
        yield TOPIC, f'{{"electricity.power": {number}}}'.encode(), Reason.MALFORMED
    for channel in ("a\nb", "a\rb", "a\0b", 'a"b', "a,b", "a=b", "a b", "a\\", "a" * 65, "a" * 100_000):
        yield TOPIC, named(channel), Reason.UNKNOWN_QUANTITY
    yield TOPIC, named("\ud800"), Reason.MALFORMED
    for device in ('a"b', "a,b", "a=b", "a b", "a\\", "a\\,b", "a" * 900, *(f"device-{n}" for n in range(500))):
        yield f"microville/b01/{device}/readings", b'{"electricity.power": 1}', Reason.UNKNOWN_DEVICE
    for new in range(100):
        payload = b'{"electricity.voltage@new-%d": 230}' % new
        yield "microville/b01/channels/readings", payload, Reason.TOO_MANY_CHANNELS
    for deep in (b"[" * 100_000, b'{"a":' * 40_000, b"[" * 50_000 + b"]" * 50_000):
        yield TOPIC, deep, Reason.MALFORMED
    for size in (MOST_BYTES, MOST_BYTES + 1, 1_000_000):
        yield TOPIC, b'{"electricity.power": "%s"}' % (b"1" * (size - 26)), Reason.MALFORMED
    yield TOPIC, b"", Reason.MALFORMED
    yield TOPIC, bytes(range(256)), Reason.MALFORMED
    yield TOPIC, b'{"time": "2999-01-01T00:00:00Z", "electricity.power": 1}', Reason.WRONG_TIME
    yield TOPIC, b'{"electricity.power": 1e99}', Reason.IMPLAUSIBLE_VALUE
    yield f"microville/b01/{DEVICE}/history", b'{"electricity.power": 1}', Reason.NEEDS_TIME
    yield f"microville/b02/{DEVICE}/readings", b'{"electricity.power": 1}', Reason.WRONG_BUILDING
    yield "microville/b01/drawer/readings", b'{"electricity.power": 1}', Reason.NOT_PLACED
    yield TOPIC, b'{"waste.fill": 40}', Reason.STORE_REFUSED


def of_the_corpus(now_ms: int) -> Iterator[Poison]:
    """Its refused and ignored messages that say all by themselves, and nothing good of a device of ours.

    Without births: what they explain would leave the quarantine by itself, and be counted again.
    """
    for case in CASES:
        message, found = message_of(case), decoded(case, Memory(), now_ms - ms(NOW))
        if properties_of(case) or not found.problem or ROUTES.find(message.topic) is None:
            continue  # it does not say all by itself, is good, or nobody subscribes it
        if DEVICE in {reading.device for reading in found.readings}:
            continue
        if not CODECS[case.parent.name].stateful or found.problem.reason != Unused.CONTROL:
            yield message.topic, message.payload, found.problem.reason


def garbled() -> Iterator[tuple[str, bytes]]:
    """JSON of the corpus, with one of its texts made hostile; whatever it is then, no device of ours says it."""
    for case in CASES:
        message = message_of(case)
        try:
            said = json.loads(message.payload)
        except ValueError:
            continue
        if ROUTES.find(message.topic) and not message.topic.startswith("microville/"):
            for number in range(len(list(texts(said)))):
                fresh = json.loads(message.payload)
                parent, key = list(texts(fresh))[number]
                parent[key] = HOSTILE
                yield message.topic, json.dumps(fresh).encode()


def texts(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every text in it: what holds it, and under which key."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        if isinstance(value, str):
            yield tree, key
        else:
            yield from texts(value)


async def publish(port: int, messages: list[tuple[str, bytes]], retain: bool = False) -> None:
    async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        client.pending_calls_threshold = 100_000
        for topic, payload in messages:
            await client.publish(topic, payload, 1, retain)


def test_poison_among_good_messages(tmp_path: Path) -> None:
    """Each poison is counted under its reason, every good reading is stored, and the store has no series more.

    But for those of the quantity that InfluxDB then refuses.
    """
    poison = [*by_hand(), *of_the_corpus(time.time_ns() // 1_000_000)]
    more = list(garbled())
    for name, text in ESTATE.items():
        (tmp_path / name).write_text(text)
    with ExitStack() as stack:
        server = stack.enter_context(influxd())
        broker = stack.enter_context(mosquitto(max_inflight=0))
        url = f"influxdb://127.0.0.1:{server.port}/"
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", url, ["[estate]", 'path = "."'])
        asyncio.run(publish(broker.port, [(TOPIC, b'{"electricity.power": 1}')], retain=True))
        running = stack.enter_context(up(tmp_path, "--only", "ingest"))
        until(running.ready, "it is ready")
        httpx.post(f"http://127.0.0.1:{server.port}/write?db=microville", content=SPOILT).raise_for_status()
        channels = {f"electricity.voltage@{number}": 230 for number in range(MOST_CHANNELS)}
        asyncio.run(publish(broker.port, [("microville/b01/channels/readings", json.dumps(channels).encode())]))
        publisher = stack.enter_context(publishing(broker.port))
        until(lambda: running.metrics()["stored"] > 1, "it stores")
        before = ask_influx(server.port, "SHOW SERIES")
        asyncio.run(publish(broker.port, [(topic, payload) for topic, payload, _ in poison]))
        expected = Counter(reason for *_, reason in poison) + Counter([Unused.RETAINED_WITHOUT_TIME])
        controls = expected.pop(Unused.CONTROL)  # and our own requests for births, which we hear
        until(lambda: ended(running.metrics()) >= expected.total(), "all have come to an end")
        counted = running.metrics()
        asyncio.run(publish(broker.port, more))
        (metrics,) = account(url, publisher, running)
        after = ask_influx(server.port, "SHOW SERIES")

    assert {*Reason, *Unused} - {Unused.CONTROL} == expected.keys()
    assert expected == {reason: counted[reason] for reason in expected}
    requests = counted[Unused.CONTROL] - controls
    assert 0 <= requests <= expected[Reason.NEEDS_BIRTH]
    assert len(poison) + len(more) < metrics["quarantined"] + metrics["ignored"]  # what was released counts again
    ours = ("waste", "ingest,")  # what InfluxDB refuses, and what the service says of itself
    assert before == [series for series in after if series in before or not any(each in series[0] for each in ours)]


def ended(metrics: dict[str, float]) -> float:
    """Messages that ended as anything but stored or control."""
    return metrics["quarantined"] + metrics["ignored"] - metrics[Unused.CONTROL]
