"""Sensor health: which devices report, which have fallen silent, and who knocks without being known."""

from collections import Counter
from sqlite3 import Connection
from typing import Literal, NamedTuple

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout
from pydantic import TypeAdapter, ValidationError

from dashboards.configuration import Settings
from dashboards.models import DeviceState
from estate.calendar import rfc3339
from estate.load import load
from estate.model import Estate
from store.base import Latest, Store, StoreUnavailable
from store.settings import open_store
from store.state import State

SILENT_AFTER = 3
"""A device is silent when this many of its intervals have passed without a reading."""

MOST_TOPICS = 1000
"""Of the quarantine's topics the most recent ones are looked at: whoever publishes nonsense does not fill the page."""


_ANSWER = TypeAdapter(list[DeviceState])


class _Refusals(NamedTuple):
    topic: str
    unknown: int  # of the refused, those whose device is not in the estate
    refused: int
    last_ms: int


async def device_states(estate: Estate, store: Store, state: State, now_ms: int) -> list[DeviceState]:
    """Every device of the estate, in order of id, then the unknown ones of the quarantine, the latest first."""
    last: dict[str, int] = {}
    for point in await store.latest(Latest()):
        last[point.device] = max(point.at_ms, last.get(point.device, point.at_ms))
    refusals = await state.read(_refusals)
    refused: Counter[str] = Counter()
    for row in refusals:
        refused[_device(row.topic)] += row.refused
    known = [_known(estate, device, last.get(device), refused[device], now_ms) for device in sorted(estate.devices)]
    return known + _unknown(estate, refusals)


async def known_to(settings: Settings, now_ms: int) -> list[DeviceState]:
    """The same, from the running service if there is one: an embedded store admits one process."""
    url = f"http://{settings.web.listen}/api/devices"
    try:
        async with ClientSession(timeout=ClientTimeout(10)) as http, http.get(url) as response:
            response.raise_for_status()
            return _ANSWER.validate_json(await response.read())
    except ClientConnectorError:
        return await _read_from_files(settings, now_ms)
    except (ClientError, TimeoutError, ValidationError) as error:
        raise StoreUnavailable(f"what runs at {url} does not say: {error!r}; look at its log") from error


async def _read_from_files(settings: Settings, now_ms: int) -> list[DeviceState]:
    store = open_store(settings.store)
    await store.open()
    try:
        with State(settings.state.file) as state:
            return await device_states(load(settings.estate_folder), store, state, now_ms)
    finally:
        await store.close()


def is_silent(last_ms: int, interval_s: int, now_ms: int) -> bool:
    """Whether the device should have been heard of since."""
    return now_ms - last_ms > SILENT_AFTER * interval_s * 1000


def _known(estate: Estate, device: str, last_ms: int | None, refused: int, now_ms: int) -> DeviceState:
    row = estate.devices[device]
    place = estate.place(device, now_ms)
    seen = None if last_ms is None else rfc3339(last_ms, estate.site.zone)
    return DeviceState(
        device=device,
        name=row.name,
        building=place.building if place else "",
        zone=place.zone if place else "",
        status=_status(last_ms, row.interval_s, now_ms),
        last_seen=seen,
        interval_s=row.interval_s,
        source=row.source,
        refused=refused,
    )


def _status(last_ms: int | None, interval_s: int, now_ms: int) -> Literal["reporting", "silent", "never_seen"]:
    if last_ms is None:
        return "never_seen"
    return "silent" if is_silent(last_ms, interval_s, now_ms) else "reporting"


def _unknown(estate: Estate, refusals: list[_Refusals]) -> list[DeviceState]:
    strangers: dict[str, tuple[int, int]] = {}
    for row in refusals:
        device = _device(row.topic)
        if row.unknown and not estate.knows(device):
            count, last_ms = strangers.get(device, (0, 0))
            strangers[device] = count + row.unknown, max(last_ms, row.last_ms)
    return [
        DeviceState(
            device=device,
            name="",
            building="",
            zone="",
            status="unknown",
            last_seen=rfc3339(last_ms, estate.site.zone),
            interval_s=None,
            source="",
            refused=count,
        )
        for device, (count, last_ms) in sorted(strangers.items(), key=lambda item: -item[1][1])
    ]


def _device(topic: str) -> str:
    """The device a native topic names; of any other topic, all of it."""
    parts = topic.split("/")
    return parts[2] if len(parts) == 4 else topic


def _refusals(db: Connection) -> list[_Refusals]:
    rows = db.execute(
        "SELECT topic, sum(reason = 'unknown_device'), count(*), max(received_ms) AS last FROM quarantine"
        " GROUP BY topic ORDER BY last DESC LIMIT ?",
        (MOST_TOPICS,),
    )
    return [_Refusals(*row) for row in rows]
