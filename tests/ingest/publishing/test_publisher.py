"""The gateway's publisher: the real command, a real broker that goes away, a process that is killed at any instant."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import aiomqtt
import pytest

from ingest.publishing.lines import BadLine, Lines
from ingest.publishing.publisher import Publisher
from ingest.publishing.spool import PublishSpool
from ingest.settings import BrokerSettings
from store.state import StateUnusable
from tests.ingest.line import Line, at_work, instant
from tests.ingest.values import METER, NOW_MS
from tests.servers import Server, free_port, mosquitto
from tests.system.running import environment
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("quick_line")

STATUS = "microville/b01/gw/status"
COMMAND = (
    "import typer; from dashboards.commands.publishing import publish;"
    "app = typer.Typer(); app.command()(publish); app()"
)


@contextmanager
def publishing(folder: Path, port: int, source: int, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command, reading from a file descriptor that outlives it; what it says is in the folder."""
    arguments = ["--url", f"mqtt://127.0.0.1:{port}", "--client-id", "gw", "--building", "b01"]
    with (folder / "said").open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, *arguments, "--spool", str(folder / "publish.sqlite"), *options],
            cwd=folder,
            env=environment(),
            stdin=source,
            stdout=said,
            stderr=said,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(folder: Path) -> str:
    return (folder / "said").read_text()


async def exit_code(process: subprocess.Popen[bytes]) -> int:
    await until(lambda: process.poll() is not None)
    return process.wait()


def line_of(value: int) -> bytes:
    said = {"building": "b01", "device": METER, "time": instant(value), "electricity.power": value}
    return json.dumps(said).encode() + b"\n"


def write_all(sink: int, values: range) -> None:
    with os.fdopen(sink, "wb") as pipe:
        for value in values:
            pipe.write(line_of(value))


async def test_killed_at_any_instant(line: Line, tmp_path: Path) -> None:
    """Killed again and again under load, nothing is lost, and timed readings are in the store once, in their values."""
    values = range(1, 4_001)
    source, sink = os.pipe()
    async with at_work(line):
        feeding = asyncio.create_task(asyncio.to_thread(write_all, sink, values))
        for enough in (1, 600, 1_400, 2_600):
            with publishing(tmp_path, line.broker.port, source) as process:
                await until(lambda enough=enough: line.ledger.readings_stored >= enough)  # type: ignore[misc]
                process.kill()
        with publishing(tmp_path, line.broker.port, source) as process:
            code = await exit_code(process)
        await feeding
        os.close(source)

        assert 0 == code, said(tmp_path)
        await until(lambda: line.ledger.in_flight == 0)
        assert [float(value) for value in values] == await line.store.values()


async def test_broker_comes_late_and_goes(line: Line, tmp_path: Path) -> None:
    """Lines written before the broker is there, and while it is away, arrive when it is; the will says so."""
    port, values = free_port(), range(1, 3_001)
    source, sink = os.pipe()
    with mosquitto(port=port, folder=tmp_path, persistence=True) as broker:
        await messages_of(broker, values[:0])  # a session that keeps what comes before it is asked for
    with publishing(tmp_path, port, source) as process:
        await asyncio.to_thread(os.write, sink, b"".join(map(line_of, values[:1000])))
        await until(lambda: "publisher_disconnected" in said(tmp_path))
        with mosquitto(port=port, folder=tmp_path, persistence=True) as broker:
            await messages_of(broker, values[:1000])
        await asyncio.to_thread(os.write, sink, b"".join(map(line_of, values[1000:2000])))
        with mosquitto(port=port, folder=tmp_path, persistence=True) as broker:
            await asyncio.to_thread(os.write, sink, b"".join(map(line_of, values[2000:])))
            os.close(sink)
            await messages_of(broker, values[1000:])
            code = await exit_code(process)
            last = await retained(broker)
    os.close(source)

    assert 0 == code
    assert b"offline" == last


async def messages_of(broker: Server, values: Sequence[int]) -> None:
    """Returns when these have all been heard, in a session that outlives the broker; TimeoutError when they are not."""
    missing = {instant(value) for value in values}
    async with (
        asyncio.timeout(30),
        aiomqtt.Client("127.0.0.1", broker.port, identifier="listener", clean_session=False) as client,
    ):
        await client.subscribe("microville/+/+/readings", qos=1)
        while missing:
            message = await anext(client.messages)
            assert isinstance(message.payload, bytes)
            missing.discard(json.loads(message.payload)["time"])


async def retained(broker: Server) -> bytes:
    async with asyncio.timeout(10), aiomqtt.Client("127.0.0.1", broker.port) as client:
        await client.subscribe(STATUS)
        message = await anext(aiter(client.messages))
    assert isinstance(message.payload, bytes)
    return message.payload


async def test_bad_lines(broker: Server, tmp_path: Path) -> None:
    """Bad lines are named by their number, the others are published, and the exit code tells."""
    lines = [b'{"building": "b01"', line_of(1), b"\xff\n", b"x" * 300_000, line_of(2).rstrip()]
    file = tmp_path / "lines"
    file.write_bytes(b"\n".join(lines).replace(b"\n\n", b"\n"))
    with file.open("rb") as source, publishing(tmp_path, broker.port, source.fileno()) as process:
        code = await exit_code(process)

    assert 1 == code
    assert ["line 1", "line 3", "line 4"] == [row[:6] for row in said(tmp_path).splitlines() if row.startswith("line ")]
    assert "5 lines, 2 published, 3 bad" in said(tmp_path)


async def test_full_spool_holds_back(broker: Server, tmp_path: Path) -> None:
    """At its bound the spool takes no more and whoever writes waits; with the broker there, all goes through."""
    port, source, sink = free_port(), *os.pipe()
    settings = BrokerSettings(url=f"mqtt://127.0.0.1:{port}", client_id="gw")
    with PublishSpool(tmp_path / "publish.sqlite") as spool:
        publisher = Publisher(settings, STATUS, spool, lambda: NOW_MS, most_bytes=100_000)
        running = asyncio.create_task(publisher.run(source))
        feeding = asyncio.create_task(asyncio.to_thread(write_all, sink, range(1, 12_001)))
        await until(lambda: spool.bytes >= 100_000)
        held = spool.bytes
        with mosquitto(port=port):
            async with asyncio.timeout(60):
                await running
        await feeding
    os.close(source)

    assert held < 100_000 + 2_500_000  # what one look may bring
    assert (12_000, 0, 0) == (publisher.published, publisher.bad, spool.bytes)


async def test_refused_by_broker(tmp_path: Path) -> None:
    """What a broker acknowledges only to refuse it stays in the spool, and is said."""
    access = tmp_path / "access"
    access.write_text(f"topic readwrite {STATUS}\n")
    source, sink = os.pipe()
    os.write(sink, line_of(1))
    os.close(sink)
    with mosquitto(settings=[f"acl_file {access}"]) as server, publishing(tmp_path, server.port, source):
        await until(lambda: "it refuses a message (Not authorized)" in said(tmp_path))
    os.close(source)
    with PublishSpool(tmp_path / "publish.sqlite") as spool:
        kept = await spool.oldest(10, 1000)

    assert 1 == len(kept)


def test_one_process_a_spool(tmp_path: Path) -> None:
    """A spool that another publisher has open is refused, with what to do."""
    with PublishSpool(tmp_path / "s"), pytest.raises(StateUnusable, match="a --spool of its own"):
        PublishSpool(tmp_path / "s")


def test_lines_get_times() -> None:
    """Native readings without a time get that of their line, each topic's later than its last; other payloads stay."""
    lines = Lines(as_csv=False)
    bare = b'{"building": "b01", "device": "d", "electricity.power": 1}'
    wrapped = b'{"topic": "microville/b01/d/readings", "payload": {"electricity.power": 2}}'
    foreign = b'{"topic": "shellies/x/relay/0/power", "payload": "12.5"}'
    found = [lines.message(each, NOW_MS) for each in (bare, wrapped, foreign)]
    times = [json.loads(each.payload)["time"] for each in found[:2] if each]

    assert ["2026-11-23T08:15:00+00:00", "2026-11-23T08:15:00.001000+00:00"] == times
    assert ("shellies/x/relay/0/power", b"12.5") == found[2]


def test_csv_lines() -> None:
    """A CSV line is read under its header, empty cells are no values, and the header outlives a restart."""
    first = Lines(as_csv=True)
    header = b"building,device,time,electricity.power,electricity.energy@L1\r"
    assert first.message(header, NOW_MS) is None
    again = Lines(as_csv=True, header=first.header)
    found = again.message(b"b01,d,2026-11-23T08:00:00Z,,12\r", NOW_MS)

    assert found == ("microville/b01/d/readings", b'{"time": "2026-11-23T08:00:00Z", "electricity.energy@L1": 12.0}')


@pytest.mark.parametrize(
    "line",
    [
        b"[]",
        b"null",
        b'{"building": "b/1", "device": "d", "electricity.power": 1}',
        b'{"building": "b01", "device": "d"}',
        b'{"building": "b01", "device": "d", "electricity.power": NaN}',
        b'{"building": "b01", "device": "d", "electricity.power": true}',
        b'{"building": "b01", "device": "d", "electricity.power": 1, "electricity.power": 2}',
        b'{"building": "b01", "device": "d", "time": "2026-11-23T08:00:00", "electricity.power": 1}',
        b'{"topic": "a/#", "payload": 1}',
        b'{"topic": "a"}',
        b'{"topic": 7, "payload": 1}',
        b'{"topic": "a", "payload": "\\ud800"}',
        b'{"topic": "\\ud800", "payload": 1}',
        b'{"building": "b01", "device": "\\ud800", "electricity.power": 1}',
        b"[" * 100_000,
    ],
)
def test_no_message(line: bytes) -> None:
    """What is no message is a bad line, never another error."""
    with pytest.raises(BadLine):
        Lines(as_csv=False).message(line, NOW_MS)
