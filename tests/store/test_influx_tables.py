"""InfluxDB says the same in MessagePack as in JSON, whatever the rows hold; half an answer is none."""

from collections.abc import Iterator
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import numpy as np
import pytest

from store.influx_tables import MSGPACK, Complaint, CutShort, Table, said, tables
from tests.servers import Server, influxd

JSON = "application/json"
T0 = 1_767_225_600_000
ROWS = 25_000  # more than two chunks


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that holds numbers of every width, gaps in every column, and a text."""
    with influxd() as running:
        _ask(running, "CREATE DATABASE d", JSON)
        lines = [f"long,m=a a={n * 0.1}{f',b={n}.0' if n % 3 else ''}{f',c={n % 7}i' if n % 5 else ''} {T0 + n}"
                 for n in range(ROWS)]  # fmt: skip
        lines += [f"long,m=b a={-n}.0 {T0 - 10**12 + 10**11 * n}" for n in range(20)]  # times that begin otherwise
        lines += [f'short,m=a,b=\\"\\ ü a=1.5,t="x\\"y" {T0 + n}' for n in range(3)]
        lines += [f"whole i={2**40 + n}i,n=-{n}i {T0 + n}" for n in range(40)]
        urlopen(f"http://127.0.0.1:{running.port}/write?db=d&precision=ms", "\n".join(lines).encode()).close()
        yield running


QUERIES = [
    'SELECT "a", "b", "c" FROM "long" GROUP BY "m"',
    'SELECT "b", "a" FROM "long" WHERE "m" = \'a\' LIMIT 20',
    'SELECT count("a") FROM "long" WHERE "m" = \'a\' GROUP BY time(100ms) fill(none)',
    'SELECT count("a") FROM "long" WHERE "m" = \'a\' GROUP BY time(3s) fill(none)',
    'SELECT * FROM "short" GROUP BY *; SELECT "i", "n" FROM "whole"; SELECT "a" FROM "nothing"',
    "SHOW DATABASES; SHOW TAG KEYS",
]


@pytest.mark.parametrize("query", QUERIES)
def test_same(server: Server, query: str) -> None:
    """Series, tags, columns and every value."""
    packed, plain = (tables(_ask(server, query, kind), kind) for kind in (MSGPACK, JSON))

    assert [table[:3] for table in plain] == [table[:3] for table in packed]
    for one, other in zip(plain, packed, strict=True):
        assert (one.rows.dtype, one.rows.shape) == (other.rows.dtype, other.rows.shape)
        np.testing.assert_array_equal(one.rows, other.rows)


def test_plain_example(server: Server) -> None:
    """The first rows of the fixture, a gap in the middle."""
    query = 'SELECT "a", "b" FROM "long" WHERE "m" = \'a\' LIMIT 16'
    (table,) = tables(_ask(server, query, MSGPACK), MSGPACK)

    assert Table("long", {}, ["time", "a", "b"], table.rows) == table
    np.testing.assert_array_equal([[T0, 0.0, np.nan], [T0 + 1, 0.1, 1.0]], table.rows[:2])


@pytest.mark.parametrize("kind", [MSGPACK, JSON])
def test_complaint(server: Server, kind: str) -> None:
    """Of one statement among others."""
    body = _ask(server, 'SELECT nonsense("a") FROM "long"', kind)

    with pytest.raises(Complaint, match="undefined function"):
        tables(body, kind)


def test_half(server: Server) -> None:
    """Wherever an answer breaks off inside an object it is refused as a whole."""
    body = _ask(server, 'SELECT "a", "b", "c" FROM "long" WHERE "m" = \'a\' LIMIT 18', MSGPACK)

    for end in range(1, len(body)):
        with pytest.raises(ValueError):  # noqa: PT011  # by whichever byte is missing
            tables(body[:end], MSGPACK)


def test_cut_short() -> None:
    """More was to come."""
    body = b'{"results":[{"series":[{"name":"m","columns":["time"],"values":[[1]],"partial":true}]}]}'

    with pytest.raises(CutShort):
        tables(body, JSON)


def test_said() -> None:
    """The words of an error, in either form; of somebody else's page there are none."""
    assert {"error": "no"} == said(b"\x81\xa5error\xa2no", MSGPACK)
    assert {"error": "no"} == said(b'{"error": "no"}', JSON)
    assert {} == said(b"<html>", JSON)


def _ask(server: Server, query: str, kind: str) -> bytes:
    form = urlencode({"db": "d", "epoch": "ms", "chunked": "true", "q": query}).encode()
    with urlopen(Request(f"http://127.0.0.1:{server.port}/query", form, {"Accept": kind}), timeout=30) as answer:
        return bytes(answer.read())
