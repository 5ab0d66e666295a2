"""Every format through the whole system: the corpus, published to a real broker, is in the store as it was decoded."""

import asyncio
import csv
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import aiomqtt

from sensors.memory import Memory
from sensors.model import Message
from sensors.quantities import QUANTITIES
from store.base import Series
from store.settings import StoreSettings, open_store
from tests.sensors.test_corpus import CASES, decoded, message_of, properties_of
from tests.servers import mosquitto
from tests.system.load import until_settled
from tests.system.running import configure, law_1, until, up

Identity = tuple[str, str, str, int | None]
"""Device, channel, quantity and time; None where the time is that of receipt."""

UNUSUAL = {"codec", "device", "fport", "retained"}
"""What a case may say that a message on its own topic does not bring along."""

ESTATE = {
    "estate.toml": '[site]\nid = "site"\nname = "Corpus"\ntime_zone = "Europe/Paris"\n',
    "buildings.csv": "building,name,use,area_m2\nb01,One,office,100\nb02,Two,office,100\n",
}


def cases() -> Iterator[Path]:
    """Those whose message says all by itself, births first."""
    for case in CASES:
        properties = properties_of(case)
        if not UNUSUAL & properties.keys():
            yield from (case.parent / earlier for earlier in properties.get("before", ()))
            yield case


def readings(case: Path) -> Iterator[tuple[Identity, float]]:
    """What the case's message gives, told apart from what would have come with another time an hour later."""
    later = {(r.device, r.channel, r.quantity, r.at_ms) for r in decoded(case, Memory(), 3_600_000).readings}
    for device, channel, quantity, value, at_ms in decoded(case, Memory()).readings:
        own = (device, channel, quantity, at_ms) in later
        yield (device, channel, quantity, at_ms if own else None), value


async def publish(port: int, messages: Sequence[Message]) -> None:
    async with aiomqtt.Client("127.0.0.1", port, protocol=aiomqtt.ProtocolVersion.V5) as client:
        client.pending_calls_threshold = 100_000
        for message in messages:
            await client.publish(message.topic, message.payload, 1)


async def stored(url: str) -> dict[Identity, set[float]]:
    """By identity: the value the store has; without a time: all values it has at any."""
    store = open_store(StoreSettings(url=url))
    await store.open()
    found: dict[Identity, set[float]] = {}
    for quantity in QUANTITIES:
        for tags, times, values in await store.series(Series(quantity, 0, 2**42, None, by=("device", "channel"))):
            for at_ms, value in zip(times.tolist(), values.tolist(), strict=True):
                found.setdefault((tags["device"], tags["channel"], quantity, at_ms), set()).add(value)
                found.setdefault((tags["device"], tags["channel"], quantity, None), set()).add(value)
    await store.close()
    return found


def test_the_corpus_is_stored_as_it_is_decoded(tmp_path: Path) -> None:
    """Whatever their format, messages of known devices are stored with their own times, and every one is counted."""
    chosen, now_ms = list(cases()), time.time_ns() // 1_000_000
    given = [reading for case in chosen for reading in readings(case) if (reading[0][3] or 0) < now_ms]
    devices = sorted({identity[0] for identity, _ in given})
    for name, text in ESTATE.items():
        (tmp_path / name).write_text(text)
    with (tmp_path / "devices.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("device", "building"), *((device, "b01") for device in devices)])
    with mosquitto(max_inflight=0) as broker:
        sections = ["[estate]", 'path = "."', "[ingest]", "horizon_days = 40000"]
        configure(tmp_path, f"mqtt://127.0.0.1:{broker.port}", "duckdb:///store.duckdb", sections)
        with up(tmp_path, MICROVILLE_STORE__RAW_DAYS="40000") as running:  # what the horizon lets in is kept
            until(running.ready, "it is ready")
            asyncio.run(publish(broker.port, [message_of(case) for case in chosen]))
            until(lambda: running.metrics()["received"] >= len(chosen), "all have come")
            (metrics,) = until_settled(running)
            running.stop()
    found = asyncio.run(stored(f"duckdb:///{tmp_path}/store.duckdb"))
    wanted: dict[Identity, set[float]] = {}
    for identity, value in given:  # of two in one millisecond, or of one time, one is enough
        wanted.setdefault(identity, set()).add(value)

    assert {} == {identity: values for identity, values in wanted.items() if not values & found.get(identity, set())}
    assert (len(chosen), 0) == (metrics["received"], law_1(metrics))
