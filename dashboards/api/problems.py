"""Errors as problem details (RFC 9457): which parameter, what is wrong with it, and what to do next."""

import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from store.base import StoreRefused, StoreUnavailable
from store.state import StateUnusable

_HEADERS = {503: {"Retry-After": "5"}}


Handler = Callable[[Request, Exception], Awaitable[JSONResponse]]
Shown = Callable[[Request, JSONResponse], Response]


class ProblemDetails(BaseModel):
    """What an error answers, as `application/problem+json`."""

    type: str = "about:blank"
    title: str  # the HTTP status in words
    status: int
    detail: str  # the cause, for people
    parameter: str | None = None  # of the query, when one is at fault
    next_step: str | None = None


class Problem(Exception):
    """A request that cannot be answered as it is."""

    def __init__(self, parameter: str, detail: str, next_step: str) -> None:
        super().__init__(detail)
        self.parameter = parameter
        self.detail = detail
        self.next_step = next_step


def answer(status: int, detail: str, parameter: str | None = None, next_step: str | None = None) -> JSONResponse:
    """The problem as a response."""
    title = HTTPStatus(status).phrase
    details = ProblemDetails(title=title, status=status, detail=detail, parameter=parameter, next_step=next_step)
    headers = _HEADERS.get(status)
    content = details.model_dump(exclude_none=True)
    return JSONResponse(content, status, headers=headers, media_type="application/problem+json")


async def given_once(request: Request) -> None:
    """Refuse a parameter that is given twice where only one is read: no answer to half of a question."""
    described = request.app.openapi()["paths"].get(request.scope["route"].path, {}).get("get", {})
    lists = {known["name"] for known in described.get("parameters", []) if known["schema"].get("type") == "array"}
    times = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in times.items():
        if count > 1 and name not in lists:
            raise Problem(name, f"{name} is given {count} times, and takes one value", f"give {name} once; see /docs")


def install(app: FastAPI, shown: Shown) -> None:
    """Turn every error a request can meet into problem details; `shown` makes a page of them for a browser."""
    handlers: dict[type[Exception], Handler] = {
        Problem: _problem,
        RequestValidationError: _invalid,
        HTTPException: _http,
        StoreUnavailable: _unavailable,
        StoreRefused: _refused,
        sqlite3.OperationalError: _unkept,
        StateUnusable: _damaged,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, _shown_by(handler, shown))


def _shown_by(handler: Handler, shown: Shown) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        details = await handler(request, error)
        looked_at = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
        return shown(request, details) if looked_at else details

    return handle


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return answer(400, error.detail, error.parameter, error.next_step)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = [str(part) for part in first["loc"][1:]]
    parameter = where[0] if where else None
    if first["type"] == "extra_forbidden":
        return answer(400, f"there is no parameter {parameter!r} here", parameter, "see /docs for those there are")
    if first["type"] == "missing":
        return answer(400, f"the parameter {parameter!r} is missing", parameter, f"add {parameter}=…; see /docs")
    said = str(first["msg"]).removeprefix("Value error, ")
    return answer(400, f"{parameter}={first['input']!r}: {said}", parameter, "see /docs for what is allowed")


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    response = answer(error.status_code, f"{request.method} {request.url.path}: {error.detail}", None, "see /docs")
    if error.status_code == 405 and error.headers:  # whatever answers GET answers HEAD as well
        response.headers["Allow"] = error.headers["Allow"].replace("GET", "GET, HEAD")
    return response


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    return answer(503, f"the store does not answer: {error}", None, "try again shortly; /readyz says when it is back")


async def _refused(_: Request, error: Exception) -> JSONResponse:
    return answer(500, f"the store refused the query: {error}", None, "report this: the query is ours, not yours")


async def _unkept(_: Request, error: Exception) -> JSONResponse:
    return answer(503, f"the state file does not take it: {error}", None, "make room on its disk; /readyz says more")


async def _damaged(_: Request, error: Exception) -> JSONResponse:
    return answer(503, str(error), None, "try again when the service has started anew")
