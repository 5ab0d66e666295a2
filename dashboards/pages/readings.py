"""The page where staff enter what they read from a meter: `/readings`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards.language import Speaker
from dashboards.pages.render import Lang, Pages
from dashboards.pages.static_files import StaticFiles
from dashboards.parts import Parts
from dashboards.reasons import REASONS
from estate.model import Estate, Meter, Point
from sensors.quantities import QUANTITIES
from sensors.units import UNITS
from store.base import Latest, StoreUnavailable

USUAL_UNITS = {"Wh": ("kWh", "Wh", "MWh"), "m³": ("m³", "L")}
"""What meters show, by the unit of their quantity; of others, that unit alone."""


class Offered(NamedTuple):
    """One meter to choose."""

    meter: Meter
    label: str
    units: str  # unit and how many of the quantity's unit it is, for the script: "kWh 1000;Wh 1"
    last: str  # its last reading, for people
    last_value: float | None  # in the quantity's unit
    last_time: str  # local, as the form's own time is written


def readings_router(parts: Parts, static: StaticFiles) -> APIRouter:
    """`/readings`."""
    router = APIRouter(include_in_schema=False)
    pages = Pages(parts, static)
    can_write = parts.intake is not None

    @router.get("/readings")
    async def readings(request: Request, meter: str = "", lang: Lang = None) -> Response:
        async def read(speaker: Speaker) -> Mapping[str, Any]:
            held, trouble = dict[tuple[str, str, str], Point](), ""
            try:
                devices = sorted({known.device for known in parts.estate.meters.values()})
                points = await parts.store.latest(Latest({"device": devices}))
                held = {(point.device, point.channel, point.quantity): point for point in points}
            except StoreUnavailable as error:
                trouble = str(error)
            offered = [_offered(parts.estate, known, held, speaker) for known in parts.estate.meters.values()]
            return {
                "readings_url": static.readings_url,
                "offered": sorted(offered, key=lambda each: each.label),
                "chosen": meter,
                "writable": can_write,
                "reasons": {reason: each.said(speaker.language).short for reason, each in REASONS.items()},
                "trouble": trouble,
            }

        async def head(_: Speaker) -> Mapping[str, Any]:
            return {"readings_url": static.readings_url}

        return await pages.show(request, "readings.html", lang, read, head=head)

    return router


def _offered(estate: Estate, meter: Meter, held: dict[tuple[str, str, str], Point], speaker: Speaker) -> Offered:
    own = QUANTITIES[meter.quantity].unit
    units = USUAL_UNITS.get(own, (own,))
    scales = ";".join(f"{unit} {UNITS[unit].scale:g}" if unit in UNITS else f"{unit} 1" for unit in units)
    name = estate.devices[meter.device].name
    label = meter.id if name in ("", meter.device) else f"{meter.id} · {name}"
    point = held.get((meter.device, meter.channel, meter.quantity))
    if point is None:
        return Offered(meter, label, scales, "", None, "")
    scale = UNITS[units[0]].scale if units[0] in UNITS else 1.0
    last = f"{speaker.number(point.value / scale, 3)} {units[0]}, {speaker.moment(point.at_ms)}"
    local = datetime.fromtimestamp(point.at_ms / 1000, speaker.zone)
    return Offered(meter, label, scales, last, point.value, f"{local:%Y-%m-%dT%H:%M}")
