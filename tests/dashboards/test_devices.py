"""What is told of devices: the known ones with their health, the unknown ones as far as they can be read."""

from dataclasses import replace
from typing import Any

import httpx

from dashboards.devices import unknown_devices
from dashboards.parts import Parts
from dashboards.unknown import MOST_STRANGERS
from estate.calendar import DAY_MS
from estate.model import Point
from ingest.notes import save_memory
from ingest.quarantine import quarantine
from sensors.model import Message, Reason, Rejected
from store.state import State
from tests.dashboards.conftest import HOSTILE, NOW, client_of

AIR = b'{"wifi": -57, "rco2": 812, "atmpCompensated": 21.5, "strange": 4}'


def knock(state: State, device: str, topic: str, payload: bytes, *ago_s: float) -> None:
    """Messages of an unknown device, so long ago."""
    rejected = [
        Rejected(Message(topic, payload, NOW - round(ago * 1000), 1, False), Reason.UNKNOWN_DEVICE, "", device)
        for ago in ago_s
    ]
    state.run_now(lambda db: quarantine(db, rejected))


async def told(parts: Parts, device: str) -> dict[str, Any]:
    async with client_of(parts) as client:
        rows = (await client.get("/api/devices")).json()
    (row,) = [row for row in rows if row["device"] == device]
    return dict(row)


async def test_statuses(client: httpx.AsyncClient) -> None:
    """Every device has a status; a stranger is known by what it sent in vain."""
    answer = (await client.get("/api/devices")).json()

    assert {
        "b01-electricity": "reporting",
        "b01-gas": "never_seen",
        "b01-kitchen": "reporting",
        "b02-electricity": "silent",
        "room-air": "reporting",
        "room-people": "reporting",
        HOSTILE: "unknown",
    } == {row["device"]: row["status"] for row in answer}
    assert (2, "2026-11-23T09:06:59+01:00") == (answer[-1]["refused"], answer[-1]["last_seen"])
    assert 1 == next(row["refused"] for row in answer if row["device"] == "b01-gas")


async def test_a_stranger(empty: Parts) -> None:
    """Its format, its last message decoded, its signal and how often it comes."""
    knock(empty.state, "ecda3b", "airgradient/readings/ecda3b", AIR, 190, 130, 70, 10)
    row = await told(empty, "ecda3b")

    assert ("airgradient", "airgradient/readings/ecda3b") == (row["format"], row["topic"])
    assert (
        "device.rssi -57 dBm, climate.co2 812 ppm, climate.temperature 21.5 °C, strange (not mapped)"
        == (row["last_message"])
    )
    assert (-57.0, None, 60.0, 4) == (row["rssi"], row["snr"], row["every_s"], row["refused"])
    assert ("2026-11-23T09:03:50+01:00", "2026-11-23T09:06:50+01:00") == (row["first_seen"], row["last_seen"])


async def test_a_stranger_claims_a_building(empty: Parts) -> None:
    """A native topic names one; a register keeps all its digits, a channel its name."""
    said = b'{"electricity.energy@L1": 48211300, "electricity.power": 1e9}'
    knock(empty.state, "new", "microville/b02/new/readings", said, 10)
    row = await told(empty, "new")

    assert ("native", "b02", None) == (row["format"], row["building_claimed"], row["every_s"])
    assert row["last_message"].startswith("electricity.energy@L1 48211300 Wh, implausible_value: electricity.power")


async def test_a_stranger_nobody_reads(empty: Parts) -> None:
    """Where no codec reads the topic any longer it says so, and is shown all the same."""
    knock(empty.state, "new", "some/where", b"\xff", 10)
    row = await told(empty, "new")

    assert ("", "unknown_topic: no decoder reads 'some/where'") == (row["format"], row["last_message"])


async def test_looking_changes_nothing(empty: Parts) -> None:
    """Decoding for people teaches the running service nothing."""
    assert empty.intake is not None
    birth = Message("spBv1.0/g/NBIRTH/n", b"\x10\x00", NOW, 1, False)
    entry = Rejected(birth, Reason.UNKNOWN_DEVICE, "", "n")
    await empty.state.run(lambda db: quarantine(db, [entry]))
    await told(empty, "n")
    await save_memory(empty.state, empty.intake.pipeline.memory)

    assert [(0,)] == await empty.state.read(lambda db: db.execute("SELECT count(*) FROM memory").fetchall())


async def test_strangers_are_bounded(empty: Parts) -> None:
    """Whoever invents ids does not fill the answer: the latest are told."""
    for number in range(MOST_STRANGERS + 5):
        knock(empty.state, f"id{number}", f"microville/b01/id{number}/readings", b"{}", 1000 - number)
    rows = await unknown_devices(empty.estate, empty.state, NOW)

    assert (MOST_STRANGERS, f"id{MOST_STRANGERS + 4}") == (len(rows), rows[0].device)


async def test_notes_on_a_known_device(filled: Parts) -> None:
    """What nobody mapped is counted, the most frequent first; what looks wrong is told for a day; so is its battery."""
    await filled.store.write(
        [
            Point("room-air", "", "device.battery", 71.0, NOW - 60_000, "b01", "b01-room"),
            Point("room-air", "", "device.rssi", -88.0, NOW - 60_000, "b01", "b01-room"),
        ]
    )
    await filled.state.run(
        lambda db: db.execute("INSERT INTO unmapped VALUES ('room-air', 'few', 2, 0), ('room-air', 'many', 9, 0)")
    )
    found = [("clock", "is late", NOW - 3_600_000), ("two_topics", "old", NOW - 2 * DAY_MS)]
    await filled.state.run(lambda db: db.executemany("INSERT INTO finding VALUES ('room-air', ?, ?, 0, ?)", found))
    row = await told(filled, "room-air")

    assert (71.0, -88.0, None) == (row["battery"], row["rssi"], row["snr"])
    assert [{"name": "many", "messages": 9}, {"name": "few", "messages": 2}] == row["unmapped"]
    assert [{"kind": "clock", "detail": "is late", "time": "2026-11-23T08:07:00+01:00"}] == row["findings"]


async def test_a_known_device_that_is_refused(filled: Parts) -> None:
    """In another building's topic, or with a clock ahead: it is named, with the last reason, for a day."""
    topic = "microville/b02/room-air/readings"
    said = [(Reason.WRONG_BUILDING, "b02", 60), (Reason.WRONG_BUILDING, "b09", 90), (Reason.WRONG_TIME, "ahead", 30)]
    old = (Reason.WRONG_TIME, "long ago", 2 * DAY_MS // 1000)
    rejected = [
        Rejected(Message(topic, b"", NOW - ago * 1000, 1, False), reason, detail, "room-air")
        for reason, detail, ago in (*said, old)
    ]
    await filled.state.run(lambda db: quarantine(db, rejected))
    row = await told(filled, "room-air")

    found = [(finding["kind"], finding["detail"]) for finding in row["findings"]]
    assert [("wrong_building", "b02"), ("wrong_time", "ahead")] == found


async def test_the_page(filled: Parts) -> None:
    """It shows the unknown ones first, with a form where this machine may write, and never their markup."""
    mine = replace(filled, estate_folder=filled.state.path.parent)
    async with client_of(mine) as client, client_of(filled) as sample:
        page, look = (await client.get("/devices?lang=en")).text, (await sample.get("/devices?lang=fr")).text

    assert HOSTILE not in page
    assert page.index("title-unknown") < page.index("title-findings") < page.index("title-known")
    assert 'data-post="/api/devices"' in page
    assert '<option value="b01" selected>b01 · Mairie</option>' in page
    assert '<option data-building="b01" value="b01-room">' in page
    assert "data-post" not in look
    assert "l’inventaire est l’exemple fourni" in look
