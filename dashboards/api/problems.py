"""Errors as problem details (RFC 9457): which parameter, what is wrong with it, and what to do next."""

import sqlite3
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from dashboards.api.wrong import AT_PAGE, Words, english, french
from dashboards.language import Language, choose
from store.base import StoreRefused, StoreUnavailable
from store.state import StateUnusable

_HEADERS = {503: {"Retry-After": "5"}}


class Fault(NamedTuple):
    """Why a request is not answered, for people: in English, and in French where a page may say it."""

    status: int
    words: Words
    fr: Words | None = None
    parameter: str | None = None  # of the query, when one is at fault
    allowed: str = ""  # the methods there are, of one that is not

    def said(self, language: Language) -> tuple[Words, Language]:
        """The words, and which language they are in after all."""
        return (self.fr, "fr") if language == "fr" and self.fr is not None else (self.words, "en")


STOPPING = Fault(
    503,
    Words("the service is stopping", "ask again when it has started anew"),
    Words("le service s’arrête", "redemandez quand il aura redémarré"),
)

Handler = Callable[[Request, Exception], Fault]
Shown = Callable[[Request, Fault], Response]


class ProblemDetails(BaseModel):
    """What an error answers, as `application/problem+json`."""

    type: str = "about:blank"
    title: str  # the HTTP status in words
    status: int
    detail: str  # the cause, for people
    parameter: str | None = None  # of the query, when one is at fault
    next_step: str | None = None


class Problem(Exception):
    """A request that cannot be answered as it is; `fr` is what a page in French says of it."""

    def __init__(
        self, parameter: str | None, detail: str, next_step: str, fr: Words | None = None, status: int = 400
    ) -> None:
        super().__init__(detail)
        self.fault = Fault(status, Words(detail, next_step), fr, parameter)


def asked_language(request: Request) -> Language:
    """That of the address or of `Accept-Language`; English where neither names one we speak."""
    return choose(request.query_params.get("lang"), request.headers.get("accept-language", ""), "en")


def details(fault: Fault, language: Language = "en") -> JSONResponse:
    """What a program is answered, and a page's script that says it to people."""
    words, spoken = fault.said(language)
    told = ProblemDetails(
        title=HTTPStatus(fault.status).phrase,
        status=fault.status,
        detail=words.detail,
        parameter=fault.parameter,
        next_step=words.next_step or None,
    )
    headers = {"Content-Language": spoken, "Vary": "Accept, Accept-Language", **_HEADERS.get(fault.status, {})}
    content = told.model_dump(exclude_none=True)
    return JSONResponse(content, fault.status, headers, media_type="application/problem+json")


async def given_once(request: Request) -> None:
    """Refuse a parameter that is given twice where only one is read: no answer to half of a question."""
    described = request.app.openapi()["paths"].get(request.scope["route"].path, {}).get("get", {})
    lists = {known["name"] for known in described.get("parameters", []) if known["schema"].get("type") == "array"}
    times = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in times.items():
        if count > 1 and name not in lists:
            fr = Words(f"« {name} » est donné {count} fois, et n’a qu’une valeur", f"donnez « {name} » une fois")
            detail = f"{name} is given {count} times, and takes one value"
            raise Problem(name, detail, f"give {name} once; see /docs", fr)


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
        Exception: _mistaken,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, _shown_by(handler, shown))


def _shown_by(handler: Handler, shown: Shown) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handle(request: Request, error: Exception) -> Response:
        fault = handler(request, error)
        looked_at = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
        response = shown(request, fault) if looked_at else details(fault, asked_language(request))
        if fault.allowed:
            response.headers["Allow"] = fault.allowed
        return response

    return handle


def _mistaken(_: Request, error: Exception) -> Fault:
    return Fault(
        500,
        Words(f"the service made a mistake ({type(error).__name__})", "report it with what its log says of it"),
        Words(f"le service s’est trompé ({type(error).__name__})", "signalez-le, avec ce qu’en dit son journal"),
    )


def _problem(_: Request, error: Exception) -> Fault:
    assert isinstance(error, Problem)
    return error.fault


def _invalid(request: Request, error: Exception) -> Fault:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = [str(part) for part in first["loc"][1:]]
    parameter = where[0] if where else None
    return Fault(400, english(first, parameter), french(first, parameter), parameter)


def _http(request: Request, error: Exception) -> Fault:
    assert isinstance(error, HTTPException)
    words = Words(f"{request.method} {request.url.path}: {error.detail}", "see /docs")
    if error.status_code == 404:
        return Fault(404, words, Words(f"il n’y a rien à {request.url.path}", AT_PAGE))
    if error.status_code == 405 and error.headers:  # whatever answers GET answers HEAD as well
        allowed = error.headers["Allow"].replace("GET", "GET, HEAD")
        fr = Words(f"{request.method} n’est pas possible à {request.url.path}", "ouvrez la page par le menu")
        return Fault(405, words, fr, allowed=allowed)
    return Fault(error.status_code, words)


def _unavailable(_: Request, error: Exception) -> Fault:
    return Fault(
        503,
        Words(f"the store does not answer: {error}", "try again shortly; /readyz says when it is back"),
        Words(f"le stockage ne répond pas : {error}", "réessayez sous peu ; /readyz dit quand il est de retour"),
    )


def _refused(_: Request, error: Exception) -> Fault:
    return Fault(
        500,
        Words(f"the store refused the query: {error}", "report this: the query is ours, not yours"),
        Words(f"le stockage a refusé la question : {error}", "signalez-le : la question est du service, non de vous"),
    )


def _unkept(_: Request, error: Exception) -> Fault:
    return Fault(
        503,
        Words(f"the state file does not take it: {error}", "make room on its disk; /readyz says more"),
        Words(f"le fichier d’état ne le prend pas : {error}", "faites de la place sur son disque ; voyez /readyz"),
    )


def _damaged(_: Request, error: Exception) -> Fault:
    return Fault(
        503,
        Words(str(error), "try again when the service has started anew"),
        Words(f"le fichier d’état est inutilisable : {error}", "réessayez quand le service aura redémarré"),
    )
