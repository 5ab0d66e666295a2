"""The quarantine as people and scripts read it: filtered, in pages, each message whole with the place of its error."""

from dataclasses import replace

import httpx
import pytest

from dashboards.pages.payload import HEX_BYTES, HEX_WIDTH, TEXT_BYTES, hex_rows, marked_text
from dashboards.pages.working import PAGE_ROWS
from dashboards.parts import Parts
from dashboards.quarantine import byte_of_error, place_of_error
from dashboards.reasons import REASONS
from ingest.quarantine import quarantine
from sensors.model import Message, Reason, Rejected
from tests.dashboards.conftest import HOSTILE, LONG, NOW, client_of


def keep(parts: Parts, payload: bytes, detail: str, times: int = 1) -> None:
    message = Message("microville/b01/b01-gas/readings", payload, NOW, 1, False)
    rejected = [Rejected(message, Reason.MALFORMED, detail, "b01-gas")] * times
    parts.state.run_now(lambda db: quarantine(db, rejected))


def test_every_reason_is_explained() -> None:
    """Each has a name, a meaning and a next step, in both languages."""
    assert set(Reason) == set(REASONS)
    assert all(all(said.fr) and all(said.en) for said in REASONS.values())


@pytest.mark.parametrize(
    ("payload", "detail", "place"),
    [
        (b"not json", "Invalid JSON: expected ident at line 1 column 2", "n→ot json"),
        (b'{"a": 1,\n "b": x}', "no JSON: expected value at line 2 column 7", '{"a": 1,\n "b": →x}'),
        (b"ab\xffc", "no UTF-8 text: byte 2 is 0xff", "ab→\\xffc"),
        (b"\x01\x02", "type 0x02 at byte 1 is not in the table", "\x01→\x02"),
        (b'{"data": "AQI="}', "type 0x02 at byte 1 is not in the table", ""),
        (b"ab", "byte 7 is missing", ""),
        (b"ab", "no value in the message", ""),
    ],
)
def test_place_of_error(payload: bytes, detail: str, place: str) -> None:
    """The place is before what is wrong; a detail that names none of the payload's gives none."""
    assert place == place_of_error(payload, detail)


def test_what_is_shown_is_bounded() -> None:
    """Of a great payload a page shows what is around the error, as text and as hex, the error marked."""
    payload = "é".encode() * 100_000
    at = byte_of_error(payload, "byte 100000 is wrong")
    text, dump = marked_text(payload, at), list(hex_rows(payload, at))

    assert ("é", TEXT_BYTES // 2) == (text.mark, len(text.before.encode()))
    assert HEX_BYTES == len(dump) * HEX_WIDTH
    assert [("186a0", "c3")] == [(row.offset, row.hex.mark) for row in dump if row.hex.mark]


def test_hex() -> None:
    """Offset, bytes and text; a short last line is filled up."""
    (row,) = hex_rows(b"a\n", 1)

    assert ("00000", "61 ", "0a", "a·") == (row.offset, row.hex.before, row.hex.mark, row.text)
    assert 48 == sum(map(len, row.hex))


async def test_api_list(client: httpx.AsyncClient) -> None:
    """All reasons are counted; one, or one device, can be asked for; bytes that are no text are escaped."""
    answer = (await client.get("/api/quarantine?reason=malformed")).json()
    of_device = (await client.get("/api/quarantine", params={"device": HOSTILE, "limit": 1})).json()
    older = (await client.get("/api/quarantine", params={"before": of_device["recent"][0]["id"]})).json()

    assert (2, 1, 0) == tuple(answer["counts"][reason] for reason in ("unknown_device", "malformed", "wrong_time"))
    assert ["\\xff not json"] == [row["payload"] for row in answer["recent"]]
    assert (2, 1) == (of_device["selected"], len(of_device["recent"]))
    assert (1, 1) == (len(older["recent"]), older["recent"][0]["id"])
    assert (0, 1024**3, True) == (answer["purged"], answer["limit_bytes"], answer["size_bytes"] > 400)


async def test_api_one(filled: Parts) -> None:
    """A message whole: text, hex and the place of the error; 404 when there is none."""
    keep(filled, b"not json" + b" " * 500, "Invalid JSON: expected ident at line 1 column 2")
    async with client_of(filled) as client:
        row = (await client.get("/api/quarantine/5")).json()
        gone = [(await client.get(f"/api/quarantine/{number}")).status_code for number in (6, 0, 2**63, "release")]

    assert ("b01-gas", 508, 508, 1) == (row["device"], row["size_bytes"], len(row["payload"]), row["place_byte"])
    assert ("6e 6f 74", "n→ot json") == (row["hex"][:8], row["place"].rstrip())
    assert [404, 400, 400, 400] == gone


async def test_page_by_page(filled: Parts) -> None:
    """The newest first, in pages, each of which keeps the filter and the language."""
    keep(filled, b"x", "wrong", PAGE_ROWS + 5)
    async with client_of(filled) as client:
        first = (await client.get("/quarantine?reason=malformed&lang=en")).text
        older = first.partition('rel="next"')[0].rpartition('href="')[2].rstrip('" ').replace("&amp;", "&")
        second = (await client.get(older)).text

    assert "reason=malformed&before=10&lang=en" in older
    assert (PAGE_ROWS, 6) == (first.count("no. "), second.count("no. "))
    assert "the newest" in second


async def test_page_says_what_to_do(client: httpx.AsyncClient) -> None:
    """The reason's meaning and next step stand in the reader's language; the filter stays when it changes."""
    french = (await client.get("/quarantine?reason=unknown_device&lang=fr")).text
    english = (await client.get("/quarantine/1?lang=en")).text

    assert REASONS[Reason.UNKNOWN_DEVICE].fr.next_step in french
    assert 'href="?reason=unknown_device&amp;lang=en"' in french.replace("&", "&amp;").replace("&amp;amp;", "&amp;")
    assert REASONS[Reason.UNKNOWN_DEVICE].en.next_step in english


async def test_page_runs_nobodys_markup(client: httpx.AsyncClient) -> None:
    """Topics, ids and payloads come from outside."""
    pages = [
        (await client.get(path)).text for path in ("/quarantine", "/quarantine/1", f"/quarantine?device={HOSTILE}")
    ]

    assert [False] * 3 == [HOSTILE in page for page in pages]
    assert LONG in pages[0]


async def test_page_of_a_process_that_does_not_ingest(filled: Parts) -> None:
    """Where only looking is allowed there is no button, but the command to use."""
    async with client_of(replace(filled, intake=None)) as client:
        pages = [(await client.get(path)).text for path in ("/quarantine", "/quarantine/1")]

    assert [False] * 2 == ["data-post" in page for page in pages]
    assert "microville quarantine release" in pages[0]


async def test_page_when_it_fills(filled: Parts) -> None:
    """Long before messages go it is said."""
    assert filled.intake is not None
    filled.intake.quarantine_fill.most = 1000
    async with client_of(filled) as client:
        page = (await client.get("/quarantine?lang=en")).text

    assert "When full, the oldest go" in page


async def test_page_of_what_is_gone(client: httpx.AsyncClient) -> None:
    """A message that was released meanwhile has a page that says so."""
    answer = await client.get("/quarantine/99?lang=en")

    assert (404, True) == (answer.status_code, "no longer, in the quarantine" in answer.text)
