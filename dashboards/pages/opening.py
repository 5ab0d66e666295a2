"""A page whose figures take long begins with its heading, so that whoever opens it sees at once where they are."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

import structlog
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from markupsafe import Markup

log = structlog.get_logger()

PATIENCE_S = 0.25
"""So long a page may take as a whole, and say with its status how that went."""

CUT = Markup("<!-- figures follow -->")
"""Where the heading ends, in `base.html`."""


async def opened(request: Request, whole: Awaitable[Response], heading: Callable[[], Awaitable[Response]]) -> Response:
    """The page as a whole; or, if that takes longer, first what stands above the cut, and what is below it then.

    An error is a page, too: once the heading is out it stands below it, and the status has been sent.
    """
    task = asyncio.ensure_future(whole)
    try:
        if (await asyncio.wait({task}, timeout=PATIENCE_S))[0]:
            return task.result()
        head = await heading()
    except asyncio.CancelledError:
        task.cancel()
        raise
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    headers = {name: value for name, value in head.headers.items() if name != "content-length"}
    pieces = _zipped(_pieces(request, head, task)) if zipped else _pieces(request, head, task)
    return StreamingResponse(pieces, headers=headers | ({"Content-Encoding": "gzip"} if zipped else {}))


async def _pieces(request: Request, head: Response, whole: "asyncio.Future[Response]") -> AsyncIterator[bytes]:
    try:
        yield _parts(head)[0]
        try:
            response = await whole
        except Exception as error:
            log.exception("page_failed", path=request.url.path)
            response = await _problem(request, error)
        yield _parts(response)[1]
    finally:
        whole.cancel()


async def _problem(request: Request, error: Exception) -> Response:
    """The page of an error."""
    handlers = request.app.exception_handlers
    return cast(
        Response, await next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)(request, error)
    )


def _parts(response: Response) -> tuple[bytes, bytes]:
    head, cut, rest = bytes(response.body).partition(CUT.encode())
    return head + cut, rest


async def _zipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Each piece complete in itself: a compressor keeps what it was given until it has enough of it."""
    packer = zlib.compressobj(5, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    async for piece in pieces:
        yield packer.compress(piece) + packer.flush(zlib.Z_SYNC_FLUSH)
    yield packer.flush()
