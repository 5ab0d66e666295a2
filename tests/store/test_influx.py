"""The store on real servers: gone and back, emptied, corrected, through the client library."""

import asyncio
import json
import time
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import pytest

from estate.calendar import DAY_MS
from store.base import ARRIVALS_MS, Latest, Series, Span, StoreRefused, StoreUnavailable, Usage
from store.influx import InfluxStore
from store.line_protocol import touched_lines
from tests.contract.values import row
from tests.servers import free_port, influxd, victoria_metrics
from tests.store.scripted import READINGS, T0, opened, point, scripted


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
            _put(server.port, touched_lines({",device=other": T0}, ahead))
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


async def test_refused_value_is_not_the_latest() -> None:
    """What the server refused is not the last value either: that is the one before, or none."""
    with influxd() as server:
        async with opened(server.port) as store:
            await store.write([point(1.0), point(2.0, T0 + DAY_MS)])
            for day in (0, 1, 2):  # the shards in which another program made the field a text
                _put(server.port, f'electricity,building=b01,device=m2 energy="much" {T0 + day * DAY_MS}')
            for at_ms in (T0 + DAY_MS + 1, T0 + 2 * DAY_MS):
                with pytest.raises(StoreRefused):
                    await store.write([point(9.0, at_ms, quantity="electricity.energy")])
            found = await store.latest(Latest())
            await store.write([point(3.0, T0 + DAY_MS + 2)])
            later = await store.latest(Latest())

    assert [point(2.0, T0 + DAY_MS)] == found
    assert [point(3.0, T0 + DAY_MS + 2)] == later


async def test_latest_of_the_silent() -> None:
    """A device that has been silent for months has its last value, beside those that speak, and after a restart."""
    ages = {"m1": 0, "m2": 3, "m3": 300, "m4": 300}  # days
    written = [point(float(days), T0 - days * DAY_MS)._replace(device=device) for device, days in ages.items()]
    with influxd() as server:
        async with opened(server.port) as store:
            for each in written:
                await store.write([each])
                await store.write([each._replace(value=-1.0, at_ms=each.at_ms - 1000)])
        async with opened(server.port) as store:
            found = await store.latest(Latest()), await store.latest(Latest({"device": ["m3"]}))

    assert (written, [written[2]]) == found


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
            _put(server.port, touched_lines({",device=old": T0}, ages["old"]))
            _put(server.port, touched_lines({",device=young": T0}, ages["young"]))
            await store.write([point(quantity="electricity.voltage")])
            rows = await store.touched(0)

    assert [("young", "", T0, ages["young"])] == rows


async def test_no_deletion_on_3() -> None:
    """InfluxDB 3 cannot delete: a rewritten place is written and nothing is asked to go; removing is refused."""
    async with scripted(lambda body: (204, b""), "3.2.1") as script, opened(script.port) as store:
        await store.write([point()])
        await store.write([point(building="b02")])
        with pytest.raises(StoreRefused, match="cannot delete"):
            await store.remove_consumption([Span("m1", "", "1d", 0, T0)])
        with pytest.raises(StoreRefused, match="cannot delete"):
            await store.forget_readings(T0)

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
