"""The web application: the page, the API and the probes over the parts of the service."""

from fastapi import Depends, FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboards.access import Form, Guard
from dashboards.api import problems
from dashboards.api.actions import action_router
from dashboards.api.costs import cost_router
from dashboards.api.explaining import explain_router
from dashboards.api.indicators import indicator_router
from dashboards.api.routes import api_router
from dashboards.api.settling import settling_router
from dashboards.api.usage import usage_router
from dashboards.pages.consumption import consumption_router
from dashboards.pages.explained import explained_router
from dashboards.pages.home import page_router
from dashboards.pages.ingesting import ingest_router
from dashboards.pages.lists import list_router
from dashboards.pages.readings import readings_router
from dashboards.pages.render import Pages
from dashboards.pages.static_files import StaticFiles
from dashboards.pages.zones import zone_router
from dashboards.parts import Parts
from dashboards.probes import probe_router

LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")

ERRORS = {
    400: ("Cette adresse demande ce qu’il n’y a pas", "This address asks for what there is not"),
    404: ("Il n’y a rien à cette adresse", "There is nothing at this address"),
    405: ("On ne peut pas demander cela ainsi", "This cannot be asked that way"),
    503: ("Le service ne peut pas répondre maintenant", "The service cannot answer now"),
    500: ("Le service s’est trompé", "The service made a mistake"),
}
"""What an error's page is called, in French and in English."""

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def create_app(parts: Parts) -> FastAPI:
    """The application for uvicorn. Bound to loopback it answers to loopback's names alone."""
    once = [Depends(problems.given_once)]
    app = FastAPI(title=parts.estate.site.name, docs_url=None, redoc_url=None, dependencies=once)
    static = StaticFiles()
    problems.install(app, error_page(parts, static))
    answering = [
        make(parts)
        for make in (
            api_router,
            usage_router,
            cost_router,
            explain_router,
            indicator_router,
            settling_router,
            action_router,
            probe_router,
        )
    ]
    showing = [
        make(parts, static)
        for make in (
            page_router,
            consumption_router,
            explained_router,
            list_router,
            zone_router,
            ingest_router,
            readings_router,
        )
    ]
    for router in (*answering, *showing, static.router()):
        app.include_router(router)
    if parts.web.guarded:
        app.add_middleware(Guard, web=parts.web, clock=parts.clock, form=sign_in(parts, static))
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(HeadAsGet)
    if parts.web.loopback:
        # A page from elsewhere may make its own name point here (DNS rebinding); its requests still carry that name.
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK_HOSTS, parts.web.host], www_redirect=False)
    return app


def error_page(parts: Parts, static: StaticFiles) -> problems.Shown:
    """The page of an error, for who looks with a browser."""
    pages = Pages(parts, static)

    def shown(request: Request, fault: problems.Fault) -> Response:
        speaker = pages.speaker(request, request.query_params.get("lang"))
        words, spoken = fault.said(speaker.language)
        response = pages.render(
            "problem.html",
            speaker,
            status=fault.status,
            title=speaker.say(*ERRORS.get(fault.status, ERRORS[500])),
            words=words,
            spoken=spoken,
            path=request.url.path if fault.parameter in request.query_params else "",
        )
        if fault.status == 503:
            response.headers["Retry-After"] = "5"
        return response

    return shown


def sign_in(parts: Parts, static: StaticFiles) -> Form:
    """The page for who may not look yet."""
    pages = Pages(parts, static)

    def form(request: Request, status: int, tried: bool) -> Response:
        there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return pages.render(
            "login.html",
            pages.speaker(request, None),
            status=status,
            tried=tried,
            token=bool(parts.web.secret),
            header=parts.web.trusted_header,
            next=there if request.method == "GET" else "/",
        )

    return form


class SecurityHeaders:
    """Sets the security headers on every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class HeadAsGet:
    """Answers HEAD as GET would, without the body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_without_body(message: Message) -> None:
            await send({**message, "body": b""} if message["type"] == "http.response.body" else message)

        if scope["type"] == "http" and scope["method"] == "HEAD":
            headers = [header for header in scope["headers"] if header[0] != b"accept"]  # no stream without an end
            await self._app({**scope, "method": "GET", "headers": headers}, receive, send_without_body)
        else:
            await self._app(scope, receive, send)
