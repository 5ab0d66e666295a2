"""What stands on the page, read once for all its viewers: the live figures and the charts."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from alerts.state import AlertState
from dashboards.api.models import DeviceState
from dashboards.devices import device_states
from dashboards.health import Readiness
from dashboards.language import Speaker
from dashboards.pages import queries
from dashboards.pages.cache import Brief
from dashboards.pages.drawing import as_json, module
from dashboards.pages.view import told
from dashboards.parts import Parts
from energy import usage
from energy.derived.found import Found
from energy.derived.indicator_query import Scope as Place
from energy.derived.indicator_query import read as read_inputs
from energy.derived.indicators import INDICATORS
from estate.calendar import DAY_MS, LENGTHS, STEP_MS, floor, steps
from estate.model import Meter
from store.base import StoreUnavailable

PV_DAYS = 7
"""The whole days of which the site page says how much of the electricity was the site's own."""


class Live(NamedTuple):
    """The page's figures at one moment."""

    at_ms: int
    readiness: Readiness
    store_trouble: str  # why the store does not answer; "" when it does
    now: queries.Now | None  # None while the store does not answer
    against: Mapping[str, usage.Against]  # by building; none while the store does not answer
    pv: Found | None  # self-sufficiency over `PV_DAYS`; None while the store does not answer
    devices: Sequence[DeviceState]  # none while the store does not answer
    alerts: Sequence[AlertState]


class Board:
    """Reads the parts for the page; every answer is kept for a moment."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._brief = Brief()
        self._charts = {
            "load": self._load,
            "days": self._days,
            "ranking": self._ranking,
            "co2": self._co2,
            "occupancy": self._occupancy,
        }

    @property
    def charts(self) -> Sequence[str]:
        return list(self._charts)

    async def live(self) -> Live:
        """Everything but the charts; a store that is down leaves the rest standing."""
        return await self._brief.get("live", self._live)

    async def chart(self, name: str, speaker: Speaker) -> dict[str, Any] | None:
        """The chart as a Vega-Lite specification with its data, and its legend; None when there is nothing to draw."""

        async def draw() -> dict[str, Any] | None:
            return await as_json(await self._charts[name](speaker))

        return await self._brief.get((name, speaker.language), draw)

    def notes(self, speaker: Speaker) -> list[tuple[int, str]]:
        """What may show in the load, in words."""
        estate = self._parts.estate
        return told(estate, estate.noted(*self._span(queries.LOAD_MS)), speaker)

    def sources(self) -> dict[str, list[str]]:
        """Where the data of each chart come from, when not from devices of the site."""
        estate = self._parts.estate

        def drawn(meter: Meter, *carriers: str) -> bool:
            return meter.role == "site" and meter.carrier in carriers

        meters = estate.meters.values()
        power = [meter.device for meter in meters if drawn(meter, "electricity")]
        energy = [meter.device for meter in meters if drawn(meter, *usage.DRAWN)]
        metered = {meter.device for meter in meters}
        zoned = [device for device, places in estate.placements.items() if any(place.zone for place in places)]
        rooms = [device for device in zoned if device not in metered]
        asked = {"load": power, "days": energy, "ranking": energy, "co2": rooms, "occupancy": rooms}
        return {
            name: list(dict.fromkeys(filter(None, (estate.devices[device].source for device in of))))
            for name, of in asked.items()
        }

    async def _live(self) -> Live:
        parts, now_ms = self._parts, self._parts.clock()
        readiness, alerts = parts.readiness(), await parts.alerts()
        try:
            now, devices, against, pv = await asyncio.gather(
                queries.now(parts.estate, parts.store, now_ms),
                device_states(parts.estate, parts.store, parts.state, now_ms),
                usage.against_usual(parts.store, parts.estate, "electricity", now_ms),
                self._own_share(now_ms),
            )
        except StoreUnavailable as error:
            if readiness.status == "ready":
                readiness = Readiness("degraded", str(error))
            return Live(now_ms, readiness, str(error), None, {}, None, [], alerts)
        return Live(now_ms, readiness, "", now, against, pv, devices, alerts)

    async def _own_share(self, now_ms: int) -> Found:
        """How much of the electricity was made on the site, over the last whole days."""
        estate = self._parts.estate
        end_ms = floor(now_ms, "1d", estate.site.zone)
        start_ms = floor(end_ms - PV_DAYS * DAY_MS + DAY_MS // 2, "1d", estate.site.zone)
        inputs = await read_inputs(self._parts.store, estate, Place("site", estate.site.id, start_ms, end_ms))
        return INDICATORS["self_sufficiency"].find(inputs)

    async def _load(self, speaker: Speaker) -> Any:
        estate, span = self._parts.estate, self._span(queries.LOAD_MS)
        rows = await queries.site_load(estate, self._parts.store, self._parts.clock())
        if not rows:
            return None
        return (await module("charts")).load_chart(rows, span, speaker, LENGTHS[estate.step], self.notes(speaker))

    async def _days(self, speaker: Speaker) -> Any:
        now_ms, zone = self._parts.clock(), self._parts.estate.site.zone
        rows = await queries.by_day(self._parts.estate, self._parts.store, now_ms)
        starts = steps(now_ms - (queries.DAYS - 1) * DAY_MS, now_ms, "1d", zone)
        days = [datetime.fromtimestamp(start / 1000, zone).date().isoformat() for start in starts]
        return (await module("charts")).days_chart(rows, days, speaker) if rows else None

    async def _ranking(self, speaker: Speaker) -> Any:
        rows = await queries.ranking(self._parts.estate, self._parts.store, self._parts.clock())
        if not rows:
            return None
        return (await module("charts")).ranking_chart(rows, self._parts.estate, queries.RANKED_DAYS, speaker)

    async def _co2(self, speaker: Speaker) -> Any:
        return await self._rooms("climate.co2", speaker)

    async def _occupancy(self, speaker: Speaker) -> Any:
        return await self._rooms("occupancy.count", speaker)

    async def _rooms(self, quantity: str, speaker: Speaker) -> Any:
        estate, store, span = self._parts.estate, self._parts.store, self._span(queries.ROOMS_MS)
        zones = await queries.rooms(store)
        rows = await queries.room_values(store, quantity, zones, (span[0], self._parts.clock()))
        return (await module("line_charts")).rooms_chart(quantity, rows, zones, span, estate, speaker) if rows else None

    def _span(self, length_ms: int) -> tuple[int, int]:
        """The time that is drawn, to the end of the quarter of an hour under way."""
        now_ms = self._parts.clock()
        end_ms = now_ms - now_ms % STEP_MS + STEP_MS
        return end_ms - length_ms, end_ms
