"""What InfluxDB's answers mean: stored, refused for good, or not now; real servers where they exist, else a script."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import pytest

from estate.model import Point
from store.base import Latest, Series, StoreRefused, StoreUnavailable, Usage
from store.influx import ARRIVALS_MS, InfluxStore
from store.line_protocol import touched_lines
from tests.contract.values import row
from tests.servers import free_port, influxd, victoria_metrics

T0 = 1_767_225_600_000
EMPTY = json.dumps({"results": [{"statement_id": 0}]}).encode()
READINGS = Series("electricity.power", T0 - 1, T0 + 10**9, None)

CAUSES = {
    401: "TOKEN",
    403: "right",
    404: "create",
    429: "slow down",
    500: "slow down",
    503: "slow down",
    0: "does not answer",  # half a response
}

Answer = tuple[int, bytes]
Write = Callable[[bytes], Answer]


def point(value: float = 1.0, at_ms: int = T0, quantity: str = "electricity.power", building: str = "b01") -> Point:
    return Point("m1", "", quantity, value, at_ms, building, "")


@dataclass
class Script:
    """A server that pings, has no data, and answers writes as told; it keeps what it was sent."""

    port: int
    bodies: list[bytes] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)


@asynccontextmanager
async def scripted(write: Write, version: str = "v2.7.10") -> AsyncIterator[Script]:
    """A status of 0 is half an answer."""
    script = Script(free_port())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lengths = [int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length:")]
        body = await reader.readexactly(sum(lengths))
        status, text = 200, EMPTY
        if head.startswith("GET /ping"):
            status, text = 204, b""
        elif "write?" in head.split("\r\n")[0]:
            script.heads.append(head)
            script.bodies.append(body)
            status, text = write(body)
        missing = 0 if status else 10
        length = "" if status == 204 else f"Content-Length: {len(text) + missing}\r\n"
        start = f"HTTP/1.1 {status or 200} x\r\nX-Influxdb-Version: {version}\r\nConnection: close\r\n{length}\r\n"
        writer.write(start.encode() + text)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", script.port)
    async with server:
        yield script


@asynccontextmanager
async def opened(port: int, version: int | None = None, token: str = "") -> AsyncIterator[InfluxStore]:
    store = InfluxStore("127.0.0.1", port, version=version, token=token, org="site")
    await store.open()
    try:
        yield store
    finally:
        await store.close()


def said(status: int, **words: str) -> Write:
    return lambda body: (status, json.dumps(words).encode())


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10", "3.2.1"])
@pytest.mark.parametrize(("status", "cause"), CAUSES.items())
async def test_not_now(version: str, status: int, cause: str) -> None:
    """Trouble on the way, at the server or with our rights is no verdict on the data, and names the next step."""
    async with (
        scripted(said(status, error="slow down", message="slow down"), version) as script,
        opened(script.port) as store,
    ):
        with pytest.raises(StoreUnavailable, match=cause):
            await store.write([point()])


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10", "3.2.1"])
@pytest.mark.parametrize("status", [400, 422])
async def test_refused(version: str, status: int) -> None:
    """What the server will never take is refused in its own words."""
    words = (
        {"code": "invalid", "message": "field type conflict"} if version[0] == "v" else {"error": "field type conflict"}
    )
    async with scripted(said(status, **words), version) as script, opened(script.port) as store:
        with pytest.raises(StoreRefused, match="field type conflict"):
            await store.write([point()])


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10"])
async def test_page_of_a_proxy(version: str) -> None:
    """A 400 that does not come from InfluxDB condemns nothing."""
    async with (
        scripted(lambda body: (400, b"<html>Bad Request</html>"), version) as script,
        opened(script.port) as store,
    ):
        with pytest.raises(StoreUnavailable):
            await store.write([point()])


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10"])
async def test_other_success(version: str) -> None:
    """Only the success that the protocol names counts as stored."""
    async with scripted(lambda body: (200, b"<html>Log in</html>"), version) as script, opened(script.port) as store:
        with pytest.raises(StoreUnavailable):
            await store.write([point()])


@pytest.mark.parametrize("version", ["1.6.7", "v2.7.10"])
async def test_too_large(version: str) -> None:
    """A body too large for the server is cut until it fits; every line arrives."""
    async with (
        scripted(lambda body: (413, b"{}") if len(body) > 300 else (204, b""), version) as script,
        opened(script.port) as store,
    ):
        await store.write([point(float(n), T0 + n) for n in range(20)])

    taken = b"".join(body for body in script.bodies if len(body) <= 300)
    assert [T0 + n for n in range(20)] == [int(line.split()[-1]) for line in taken.splitlines()[:-1]]
    assert taken.splitlines()[-1].startswith(b"latest,")


async def test_line_too_large() -> None:
    """A single line too large is refused."""
    async with scripted(lambda body: (413, b"{}")) as script, opened(script.port) as store:
        with pytest.raises(StoreRefused, match="bytes"):
            await store.write([point()])


async def test_token_and_bucket() -> None:
    """On 2.x the token, bucket, organisation and precision go with each write."""
    async with scripted(lambda body: (204, b"")) as script, opened(script.port, token="secret") as store:
        await store.write([point()])

    (head,) = script.heads
    assert "POST /api/v2/write?org=site&bucket=microville&precision=ms HTTP/1.1" == head.split("\r\n")[0]
    assert "Authorization: Token secret" in head


async def test_nobody_listens() -> None:
    """A server that is not there is waited for, not died of."""
    port = free_port()
    store = InfluxStore("127.0.0.1", port)
    with pytest.raises(StoreUnavailable, match="does not answer"):
        await store.open()
    with influxd(port=port):
        await store.open()
        await store.write([point()])
        await store.close()


async def test_unnamed_server() -> None:
    """A server that does not say what it is wants the version in the URL."""
    async with scripted(lambda body: (204, b""), version="") as script:
        with pytest.raises(StoreUnavailable, match="version="):
            await InfluxStore("127.0.0.1", script.port).open()
        async with opened(script.port, version=2) as store:
            await store.write([point()])


async def test_server_gone_and_back() -> None:
    """While the server is away writes are unavailable; afterwards the same write succeeds."""
    port = free_port()
    with influxd(port=port) as first:
        store = InfluxStore("127.0.0.1", port)
        await store.open()
        first.process.kill()
        first.process.wait()
        with pytest.raises(StoreUnavailable):
            await store.write([point()])
    with influxd(port=port):
        with pytest.raises(StoreUnavailable, match="created anew"):
            await store.write([point()])  # the new server has no such database
        await store.write([point()])

        assert [point()] == await store.latest(Latest())
        await store.close()


async def test_server_restarted() -> None:
    """A server that was restarted between two calls is asked and written to as if nothing had been."""
    port = free_port()
    with TemporaryDirectory() as folder:
        with influxd(port=port, folder=Path(folder)):
            store = InfluxStore("127.0.0.1", port)
            await store.open()
            await store.write([point()])
        for _ in range(9):
            await asyncio.sleep(0)  # turns of the loop, for the connection to be found closed
        with influxd(port=port, folder=Path(folder)):
            assert [point()] == await store.latest(Latest())
            await store.write([point(2.0, building="b02")])

            assert [point(2.0, building="b02")] == await store.latest(Latest())
            await store.close()


@pytest.mark.parametrize("building", ["b01", "b02"])
async def test_database_dropped(building: str) -> None:
    """A database dropped while we run fails one write, and is made anew; nothing is remembered of the old one."""
    with influxd() as server:
        async with opened(server.port) as store:
            await store.write([point(at_ms=T0 + 5)])
            _ask(server.port, "DROP DATABASE microville")
            with pytest.raises(StoreUnavailable, match="database not found"):
                await store.latest(Latest())
            with pytest.raises(StoreUnavailable, match="created anew"):
                await store.write([point(building=building)])
            await store.write([point(building=building)])

            assert [point(building=building)] == await store.latest(Latest())
            _ask(server.port, "DROP DATABASE microville")
            with pytest.raises(StoreUnavailable, match="created anew"):
                await store.write_consumption([row(1)])
            await store.write_consumption([row(1)])

            assert [1] == [int(found.amounts[0]) for found in await store.usage(Usage("15m", T0, T0 + 1))]


async def test_opened_on_another() -> None:
    """Opened again, the store knows what the server holds now, not what it held before."""
    port = free_port()
    store = InfluxStore("127.0.0.1", port)
    with influxd(port=port):
        await store.open()
        await store.write([point(at_ms=T0 + 5)])
        await store.close()
    with influxd(port=port):
        await store.open()
        await store.write([point()])

        assert [point()] == await store.latest(Latest())
        await store.close()


async def test_clock_set_back() -> None:
    """Arrivals never go back, also not after a restart: who goes on from the last one misses nothing."""
    ahead = time.time_ns() // 1_000_000 + 3_600_000
    with influxd() as server:
        async with opened(server.port):
            _put(server.port, touched_lines({("other", ""): T0}, ahead))
        async with opened(server.port) as store:
            await store.write([point(quantity="electricity.energy")])

            assert ["m1"] == [found.device for found in await store.touched(ahead + 1)]


async def test_consumption_without_a_building() -> None:
    """Rows of a meter that stands nowhere keep nothing from opening again."""
    with influxd() as server:
        async with opened(server.port) as store:
            await store.write_consumption([row(1, building="")])
        async with opened(server.port) as store:
            await store.write_consumption([row(2)])
            found = await store.usage(Usage("15m", T0, T0 + 1))

    assert [("b01", 2)] == [(group.tags["building"], int(group.amounts[0])) for group in found]


async def test_type_conflict() -> None:
    """A field that another program made a text is refused in the server's words; other fields are not."""
    with influxd() as server:
        async with opened(server.port) as store:
            _put(server.port, f'electricity,building=b01,device=m1 power="much" {T0}')
            with pytest.raises(StoreRefused, match="field type conflict"):
                await store.write([point()])
            await store.write([point(quantity="electricity.energy")])


async def test_place_takes_all_of_a_message_along() -> None:
    """When one value of a message is rewritten under another place, its other values move with it and none is lost."""
    with influxd() as server:
        async with opened(server.port) as store:
            await store.write([point(1.0), point(2.0, quantity="electricity.energy"), point(5.0, T0 + 9)])
            await store.write([point(1.0, building="b02")])
            energy = await store.series(
                Series("electricity.energy", T0, T0 + 1, None, by=("building", "device", "channel"))
            )
            power = await store.series(
                Series("electricity.power", T0, T0 + 99, None, by=("building", "device", "channel"))
            )

    assert [("b02", 2.0)] == [(row.tags["building"], float(row.values[0])) for row in energy]
    assert [("b01", 5.0), ("b02", 1.0)] == [(row.tags["building"], float(row.values[0])) for row in power]


async def test_place_corrected_after_a_restart() -> None:
    """The places of before are known again after opening."""
    with influxd() as server:
        async with opened(server.port) as store:
            await store.write([point(1.0), point(2.0, T0 + 1)])
        async with opened(server.port) as store:
            await store.write([point(1.0, building="b02")])
            rows = await store.series(READINGS)

    assert [("b01", 2.0), ("b02", 1.0)] == [(row.tags["building"], float(row.values[0])) for row in rows]


async def test_arrivals_forgotten() -> None:
    """Arrivals of more than a week ago go with the first write, those since stay."""
    now = time.time_ns() // 1_000_000
    ages = {"old": now - ARRIVALS_MS - 60_000, "young": now - ARRIVALS_MS + 60_000}
    with influxd() as server:
        async with opened(server.port) as store:
            _put(server.port, touched_lines({("old", ""): T0}, ages["old"]))
            _put(server.port, touched_lines({("young", ""): T0}, ages["young"]))
            await store.write([point()])
            rows = await store.touched(0)

    assert [("young", "", T0, ages["young"])] == rows


async def test_no_deletion_on_3() -> None:
    """InfluxDB 3 cannot delete: a rewritten place is written and nothing is asked to go; erasing is refused."""
    async with scripted(lambda body: (204, b""), "3.2.1") as script, opened(script.port) as store:
        await store.write([point()])
        await store.write([point(building="b02")])
        with pytest.raises(StoreRefused, match="cannot delete"):
            await store.erase_consumption(["m1"])

    assert 2 == len(script.bodies)


async def test_written_through_the_client() -> None:
    """The 2.x way of writing, against a real server that takes it, reads back exactly."""
    with victoria_metrics() as server:
        async with opened(server.port, version=2) as store:
            await store.write([point(1234.5), point(48211300.0, quantity="electricity.energy")])
        exported = _exported(server.port)

    assert {("electricity_power", "b01", 1234.5, T0), ("electricity_energy", "b01", 48211300.0, T0)} == exported


def _ask(port: int, statement: str) -> None:
    """Say it in InfluxQL, as an administrator would."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", f"/query?{urlencode({'q': statement})}")
    assert b"error" not in connection.getresponse().read()
    connection.close()


def _put(port: int, lines: str) -> None:
    """Write as another program would."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("POST", "/write?db=microville&precision=ms", lines.encode())
    assert 204 == connection.getresponse().status
    connection.close()


def _exported(port: int) -> set[tuple[str, str, float, int]]:
    """Everything of measurement electricity that VictoriaMetrics holds, told to make it visible first."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/internal/force_flush")
    connection.getresponse().read()
    connection.request("GET", "/api/v1/export?match[]=%7B__name__=~%22electricity.*%22%7D")
    lines = [json.loads(line) for line in connection.getresponse().read().splitlines()]
    connection.close()
    return {
        (line["metric"]["__name__"], line["metric"]["building"], value, at)
        for line in lines
        for value, at in zip(line["values"], line["timestamps"], strict=True)
    }
