"""Drawings for a page's script. What draws is slow to import, and neither that nor drawing may hold the loop."""

import asyncio
from collections.abc import Awaitable, Callable
from types import ModuleType
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse


async def module(name: str) -> ModuleType:
    """A module of charts; importing altair takes a second, so not before somebody looks."""
    return await asyncio.to_thread(__import__, f"dashboards.pages.{name}", fromlist=[name])


async def as_json(drawing: Any) -> dict[str, Any] | None:
    """A `chart_style.Drawing` as a specification with its data, and its legend; None where there is none."""
    if drawing is None:
        return None
    found: dict[str, Any] = await asyncio.to_thread(drawing.as_json)
    return found


async def drawn(draw: Callable[[], Awaitable[dict[str, Any] | None]]) -> Response:
    """A chart as its page's script takes it; null when there is nothing to draw."""
    return JSONResponse(await draw(), headers={"Cache-Control": "no-store"})
