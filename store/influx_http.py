"""One connection to an InfluxDB of any generation: line protocol in, InfluxQL out, and what its errors mean.

Lines are refused only on the server's own word that they are wrong; a bad token, a missing database or a proxy's page
is our trouble, and no reason to throw data away. Writes go to ``/write`` on 1.x, and through influxdb-client to
``/api/v2/write`` on 2.x and 3.x; ``/query`` answers InfluxQL on all three.
"""

import asyncio
import json
from typing import Any, cast

import aiohttp
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.client.influxdb_client_async import InfluxDBClientAsync
from influxdb_client.client.write_api_async import WriteApiAsync
from influxdb_client.domain.write_precision import WritePrecision

from store.base import StoreRefused, StoreUnavailable
from store.influx_tables import MSGPACK, Complaint, CutShort, Table, said, tables
from store.influxql import name

SHARD = "91d"
"""The time that one file of a database holds, on 1.x. A year by month of 800 series takes InfluxDB 1.6 half as long to
find as with its own choice of seven days: it looks into every file for every series and field."""

CONNECT_S = 5
WRITE_S = 30
QUERY_S = 120

LONG = 1_000_000
"""An answer of more bytes is read on another thread."""

_MS = cast(WritePrecision, WritePrecision.MS)  # the client asks for the class and means its strings
_TROUBLE = (aiohttp.ClientError, TimeoutError, OSError)
_NEXT_STEP = {
    401: "it does not accept the token: set MICROVILLE_STORE__TOKEN",
    403: "the token has no right to this: it must read and write the bucket",
    404: "the bucket, organisation or database is not there: create it, or correct [store] url",
}


class Missing(StoreUnavailable):
    """The database, bucket or organisation is not there."""


class TooLarge(Exception):
    """The server takes no body of this size (413)."""


class InfluxHttp:
    """Speaks HTTP to one server and database. Calls raise StoreUnavailable or StoreRefused; write also TooLarge."""

    def __init__(self, url: str, bucket: str, org: str, token: str, version: int | None) -> None:
        self.url = url
        self.version = version or 0  # 0 until the server has said
        self._bucket = bucket
        self._org = org
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._client: InfluxDBClientAsync | None = None

    async def open(self) -> None:
        """Connect, learn the server's generation, and create the database on 1.x."""
        headers = {"Authorization": f"Token {self._token}"} if self._token else {}
        self._session = aiohttp.ClientSession(headers=headers)
        try:
            self.version = self.version or await self._generation()
            await self.create()
        except BaseException:
            await self.close()
            raise
        if self.version > 1:
            timeout = aiohttp.ClientTimeout(total=WRITE_S, connect=CONNECT_S)
            self._client = InfluxDBClientAsync(self.url, token=self._token, org=self._org, timeout=timeout)

    async def create(self) -> None:
        """Create the database where it is missing, on 1.x; on the others that takes more rights than we ask for."""
        if self.version != 1:
            return
        databases = [row[0] for table in await self.query("SHOW DATABASES") for row in table.rows]
        if self._bucket not in databases:
            await self.query(f"CREATE DATABASE {name(self._bucket)} WITH DURATION INF SHARD DURATION {SHARD}")

    async def close(self) -> None:
        """Let go of the connections."""
        session, self._session = self._session, None
        client, self._client = self._client, None
        if session is not None:
            await session.close()
        if client is not None:
            await client.close()  # type: ignore[no-untyped-call]  # the client leaves it untyped

    async def write(self, lines: bytes) -> None:
        """Make the lines durable; times are in ms."""
        if self._client is not None:
            await self._write_by_client(WriteApiAsync(self._client), lines)
            return
        parameters = {"db": self._bucket, "precision": "ms"}
        status, body, _ = await self._exchange("POST", "/write", WRITE_S, params=parameters, data=lines)
        if status != 204:
            raise self._unwritten(status, body)

    async def query(self, statements: str, *, long: bool = False) -> list[Table]:
        """The series of all statements' answers, in order. Of `long` ones the rows are made cheaper, the heads not."""
        # In one piece, a long answer is marked as partial by some servers even when it is whole (1.6.7, 10,000 rows).
        form = {"db": self._bucket, "epoch": "ms", "chunked": "true", "q": statements}
        accept = {"Accept": MSGPACK} if long and self.version == 1 else {}
        status, body, headers = await self._exchange("POST", "/query", QUERY_S, data=form, headers=accept)
        kind = headers.get("Content-Type", "")
        if status != 200:
            raise self._failure(status, body, kind)
        if len(body) > LONG:
            return await asyncio.to_thread(self._tables, body, kind)
        return self._tables(body, kind)

    async def _generation(self) -> int:
        status, _, headers = await self._exchange("GET", "/ping", WRITE_S)
        said = headers.get("X-Influxdb-Version", "").lstrip("v")
        if said[:1] in ("1", "2", "3"):
            return int(said[0])
        if status in _NEXT_STEP:
            raise StoreUnavailable(f"InfluxDB at {self.url} answers {status}: {_NEXT_STEP[status]}")
        raise StoreUnavailable(
            f"{self.url}/ping names no InfluxDB version; if it is one, add version=1, 2 or 3 to the URL"
        )

    async def _write_by_client(self, api: WriteApiAsync, lines: bytes) -> None:
        try:
            done = await api.write(self._bucket, record=lines, write_precision=_MS)
        except InfluxDBError as error:
            response = error.response
            raise self._unwritten(*((response.status, response.data) if response else (0, b""))) from error
        except _TROUBLE as error:
            raise self._unreachable(error) from error
        if not done:  # a success, but not the one the protocol knows
            raise StoreUnavailable(f"InfluxDB at {self.url} did not confirm the write")

    async def _exchange(self, method: str, path: str, total_s: float, **arguments: Any) -> tuple[int, bytes, Any]:
        if self._session is None:
            raise StoreUnavailable(f"InfluxDB at {self.url} is not open")
        timeout = aiohttp.ClientTimeout(total=total_s, connect=CONNECT_S)
        try:
            async with self._session.request(method, self.url + path, timeout=timeout, **arguments) as response:
                return response.status, await response.read(), response.headers
        except _TROUBLE as error:
            raise self._unreachable(error) from error

    def _tables(self, body: bytes, kind: str) -> list[Table]:
        try:
            return tables(body, kind)
        except Complaint as error:
            raise self._complaint(str(error)) from error
        except CutShort as error:
            raise StoreUnavailable(f"InfluxDB at {self.url} cuts its answers short: set max-row-limit to 0") from error
        except (ValueError, KeyError, TypeError) as error:
            raise StoreUnavailable(f"InfluxDB at {self.url} gave half an answer: {error!r}") from error

    def _complaint(self, words: str) -> StoreRefused | StoreUnavailable:
        """Of one statement: a mistake in it stays one, whatever else fails may succeed later."""
        if "database not found" in words:
            return Missing(f"InfluxDB at {self.url}: {words}")
        if "error parsing" in words:
            return StoreRefused(words)
        return StoreUnavailable(f"InfluxDB at {self.url}: {words}")

    def _unwritten(self, status: int, body: bytes) -> StoreRefused | StoreUnavailable | TooLarge:
        return TooLarge(_words(body)) if status == 413 else self._failure(status, body)

    def _failure(self, status: int, body: bytes, kind: str = "") -> StoreRefused | StoreUnavailable:
        words = _words(body, kind)
        if status in (400, 422) and words:
            return StoreRefused(words)
        step = _NEXT_STEP.get(status, words or "no reason given")
        return (Missing if status == 404 else StoreUnavailable)(f"InfluxDB at {self.url} answers {status}: {step}")

    def _unreachable(self, error: BaseException) -> StoreUnavailable:
        return StoreUnavailable(f"InfluxDB at {self.url} does not answer: {str(error) or type(error).__name__}")


def _words(body: bytes, kind: str = "") -> str:
    """What InfluxDB says in an error; "" for anybody else's page."""
    data = said(body, kind)
    words = str(data.get("error") or data.get("message") or "")[:1000]  # they repeat the line, however long
    return f"{words} {json.dumps(data['data'])[:500]}" if words and "data" in data else words
