"""The page of devices: which report, are silent, weak or late; how complete their readings are; unknown ones to add."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Annotated, Any, Literal, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from dashboards.api.models import DeviceState
from dashboards.completeness import Received, by_building, received
from dashboards.devices import LATE_S, LOW_BATTERY, WEAK_SIGNAL, clocks, known_devices, unknown_devices
from dashboards.language import Speaker
from dashboards.pages.cache import Brief
from dashboards.pages.drawing import as_json, drawn, module
from dashboards.pages.render import Lang, Pages, ms
from dashboards.parts import Parts
from estate.calendar import DAY_MS, floor, steps
from estate.model import Estate
from sensors.registry import CODECS
from store.base import StoreUnavailable

FORMS = 50
"""Unknown devices shown; the list of all is behind `microville devices --unknown`."""

PAGE_ROWS = 100
MAP_DAYS = 14
MAP_ROWS = 50
"""More rows than this are not read one by one: the map is of buildings then, and of the worst of them."""

KEPT_S = 300.0
"""Days that are over hardly change."""

URGENCY = {"silent": 0, "never_seen": 1, "reporting": 2, "unknown": 3}

KINDS = {
    "clock": ("horloge fausse", "wrong clock"),
    "two_topics": ("deux sujets", "two topics"),
    "two_registers": ("deux index", "two registers"),
    "wrong_building": ("autre bâtiment", "wrong building"),
    "wrong_time": ("heure impossible", "wrong time"),
}
"""What may look wrong of a device, in French and in English."""

Of = Literal["", "silent", "never_seen", "reporting", "battery", "signal", "clock", "refused"]


class Group(NamedTuple):
    """Devices that have something in common, and what they are called."""

    fr: str
    en: str
    has: Callable[[DeviceState], bool]


GROUPS: dict[Of, Group] = {
    "": Group("tous", "all", lambda _: True),
    "silent": Group("silencieux", "silent", lambda row: row.status == "silent"),
    "never_seen": Group("jamais vus", "never seen", lambda row: row.status == "never_seen"),
    "reporting": Group("à jour", "up to date", lambda row: row.status == "reporting"),
    "battery": Group("pile faible", "low battery", lambda row: row.battery is not None and row.battery < LOW_BATTERY),
    "signal": Group("signal faible", "weak signal", lambda row: row.rssi is not None and row.rssi < WEAK_SIGNAL),
    "clock": Group(
        "horloge fausse",
        "wrong clock",
        lambda row: abs(row.clock_s or 0) >= LATE_S or any("clock" in each.kind for each in row.findings),
    ),
    "refused": Group("messages refusés", "messages refused", lambda row: row.refused > 0),
}


class DeviceParams(BaseModel):
    """Which devices are looked at."""

    model_config = ConfigDict(extra="forbid")

    of: Of = ""
    building: Annotated[str, Field(max_length=128)] = ""
    find: Annotated[str, Field(max_length=100)] = ""
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    lang: Lang = None

    def link(self, path: str = "/devices", **other: object) -> str:
        """The address of this look with something else in it; without a page that is given, from the first."""
        now = {"of": self.of, "building": self.building, "find": self.find, "lang": self.lang, **other}
        given = {name: str(value) for name, value in now.items() if value}
        return f"{path}?{urlencode(given)}"

    @property
    def here(self) -> str:
        """What the address asks besides the language, ending in `&`."""
        given = self.model_dump(exclude={"lang"}, exclude_defaults=True)
        return urlencode(given) + "&" if given else ""

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.model_dump(exclude={"lang"}, exclude_defaults=True)

    def holds(self, row: DeviceState) -> bool:
        """Whether the device is among those; its group is another question."""
        words = f"{row.device} {row.name} {row.zone} {row.format}".lower()
        return (not self.building or row.building == self.building) and self.find.strip().lower() in words


def device_router(parts: Parts, pages: Pages, shared: Callable[[Speaker], dict[str, Any]]) -> APIRouter:
    """`/devices` and its map."""
    router = APIRouter(include_in_schema=False)
    sensed = _Sensed(parts)

    @router.get("/devices")
    async def devices(request: Request, asked: Annotated[DeviceParams, Query()]) -> Response:
        async def read(speaker: Speaker) -> Mapping[str, Any]:
            return {
                **shared(speaker),
                **await sensed.read(asked.model_copy(update={"lang": speaker.language}), speaker),
            }

        return await pages.show(request, "devices.html", asked.lang, read, here=asked.here)

    @router.get("/devices/charts/completeness.json")
    async def completeness(request: Request, asked: Annotated[DeviceParams, Query()]) -> Response:
        speaker = pages.speaker(request, asked.lang)
        return await drawn(lambda: sensed.chart(asked, speaker))

    return router


class _Sensed:
    """Reads what the page shows."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self._brief, self._kept = parts, Brief(), Brief(KEPT_S)

    async def read(self, asked: DeviceParams, speaker: Speaker) -> Mapping[str, Any]:
        parts, now_ms, trouble = self._parts, self._parts.clock(), ""
        known = list[DeviceState]()
        try:
            known = await self._brief.get("known", self._known)
        except StoreUnavailable as error:
            trouble = str(error)
        unknown = await unknown_devices(parts.estate, parts.state, now_ms) if asked.whole else []
        here = [row for row in known if asked.holds(row)]
        rows = [row for row in here if GROUPS[asked.of].has(row)]
        page = min(asked.page, max(1, ceil(len(rows) / PAGE_ROWS)))
        ordered = sorted(rows, key=lambda row: (URGENCY[row.status], row.device))
        return {
            "asked": asked,
            "estate": parts.estate,
            "sample": parts.estate_folder is None,
            "can_add": parts.intake is not None and parts.estate_folder is not None,
            "kinds": {kind: speaker.say(*names) for kind, names in KINDS.items()},
            "codecs": sorted(CODECS),
            "trouble": trouble,
            "unknown": unknown[:FORMS],
            "unknown_more": max(0, len(unknown) - FORMS),
            "findings": [(row, finding) for row in (*unknown, *known) for finding in row.findings],
            "groups": [(of, speaker.say(*group[:2]), sum(map(group.has, here))) for of, group in GROUPS.items()],
            "count": len(rows),
            "page": page,
            "pages": max(1, ceil(len(rows) / PAGE_ROWS)),
            "known": ordered[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
            "low": LOW_BATTERY,
            "weak": WEAK_SIGNAL,
            "late": LATE_S,
            "map_days": MAP_DAYS,
            "map_rows": MAP_ROWS,
            "ago": lambda text: speaker.ago(ms(text), now_ms) if text else "–",
        }

    async def chart(self, asked: DeviceParams, speaker: Speaker) -> dict[str, Any] | None:
        """The map of those devices, or of their buildings; None where nothing was due."""
        parts, zone = self._parts, self._parts.estate.site.zone
        today = floor(parts.clock(), "1d", zone)
        midnights = [*steps(today - MAP_DAYS * DAY_MS + DAY_MS // 2, today, "1d", zone), today]
        found = await self._kept.get(midnights[0], lambda: received(parts.estate, parts.store, midnights))
        known = await self._brief.get("known", self._known)
        chosen = {row.device for row in known if asked.holds(row) and GROUPS[asked.of].has(row)}
        rows = _rows(parts.estate, {name: days for name, days in found.items() if name in chosen}, parts.clock())
        if not rows:
            return None
        charts = await module("state_chart")
        days = [datetime.fromtimestamp(at / 1000, zone).date().isoformat() for at in midnights[:-1]]
        cells = [
            charts.Cell(name, day, got, due)
            for name, each in rows
            for day, got, due in zip(days, each.got.tolist(), each.due.tolist(), strict=True)
            if due
        ]
        return await as_json(charts.heat_chart(cells, [name for name, _ in rows], days, speaker))

    async def _known(self) -> list[DeviceState]:
        parts, now_ms = self._parts, self._parts.clock()
        known, behind = await asyncio.gather(
            known_devices(parts.estate, parts.store, parts.state, now_ms), clocks(parts.store, now_ms)
        )
        return [row.model_copy(update={"clock_s": behind.get(row.device)}) for row in known]


def _rows(estate: Estate, found: Mapping[str, Received], now_ms: int) -> Sequence[tuple[str, Received]]:
    """What the map has rows for, the least complete first."""
    due = {name: days for name, days in found.items() if days.due.any()}
    if len(due) > MAP_ROWS:
        due = {_called(estate, name): days for name, days in by_building(estate, due, now_ms).items()}
    return sorted(due.items(), key=lambda row: (row[1].share, row[0]))[:MAP_ROWS]


def _called(estate: Estate, building: str) -> str:
    known = estate.buildings.get(building)
    return f"{building} · {known.name}" if known else estate.site.name
