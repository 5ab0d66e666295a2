"""Who may look, where others can reach the service: who has the token, or who the reverse proxy names.

Everything is refused but the probes, the files of the page, and the form that takes the token. The form leaves a cookie
that other sites cannot send and scripts cannot read; it holds no token, and a new token ends it.
"""

import hashlib
import hmac
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboards.api.problems import Fault, asked_language, details
from dashboards.api.wrong import Words
from dashboards.settings import WebSettings

COOKIE = "microville"
KEPT_S = 30 * 86_400
LONGEST_FORM = 4096
OPEN = ("/healthz", "/readyz")

Form = Callable[[Request, int, bool], Response]
"""The page that refuses, with its status and whether a token was tried in vain."""

NO_TOKEN = Fault(
    401,
    Words("a token is needed here", "send Authorization: Bearer <the token of [web]>"),
    Words("il faut un jeton ici", "rechargez la page, et donnez le jeton du service"),
)


class Guard:
    """Lets through who may look."""

    def __init__(self, app: ASGIApp, web: WebSettings, clock: Callable[[], int], form: Form) -> None:
        self._app, self._web, self._clock, self._form = app, web, clock, form
        self._token = web.secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive) if scope["type"] == "http" else None
        if request and (request.method, request.url.path) == ("POST", "/login"):  # also of who is known: a link from
            await (await self._login(request))(scope, receive, send)  # elsewhere brought no cookie, the form does
        elif request is None or self._is_open(scope["path"]) or self._known(scope):
            await self._app(scope, receive, send)
        else:
            await self._refusal(request)(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return path in OPEN or path.startswith("/static/")

    def _known(self, scope: Scope) -> bool:
        headers, peer = Headers(scope=scope), (scope.get("client") or ("", 0))[0]
        if self._web.trusted_proxy and peer == self._web.trusted_proxy and headers.get(self._web.trusted_header):
            return True
        if not self._token:
            return False
        kind, _, given = headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer" and hmac.compare_digest(given.encode(), self._token):
            return True
        return self._is_session(headers.get("cookie", ""))

    def _is_session(self, cookies: str) -> bool:
        try:
            found = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        until, _, signed = found.value.partition(".") if found else ("", "", "")
        if not until.isascii() or not until.isdecimal() or not hmac.compare_digest(signed.encode(), self._sign(until)):
            return False
        return int(until) * 1000 > self._clock()

    def _sign(self, until: str) -> bytes:
        return hmac.new(self._token, f"microville session until {until}".encode(), hashlib.sha256).hexdigest().encode()

    async def _login(self, request: Request) -> Response:
        """The page that was asked for, with the cookie; or the form again."""
        body = b""
        try:
            async for piece in request.stream():
                body += piece
                if len(body) > LONGEST_FORM:
                    break
        except ClientDisconnect:
            return Response(status_code=400)
        given = parse_qs(body[:LONGEST_FORM].decode("utf-8", "replace"))
        token, there = ((given.get(name) or [""])[0] for name in ("token", "next"))
        if not self._token or not hmac.compare_digest(token.strip().encode(), self._token):
            return self._form(request, 401 if self._token else 403, True)
        until = str(self._clock() // 1000 + KEPT_S)
        response = RedirectResponse(there if _is_ours(there) else "/", 303)
        secure = "https" in (request.url.scheme, request.headers.get("x-forwarded-proto"))
        value = f"{until}.{self._sign(until).decode()}"
        response.set_cookie(COOKIE, value, max_age=KEPT_S, httponly=True, samesite="strict", secure=secure)
        return response

    def _refusal(self, request: Request) -> Response:
        status = 401 if self._token else 403
        if request.method in ("GET", "HEAD", "POST") and "text/html" in request.headers.get("accept", ""):
            response = self._form(request, status, False)
        elif self._token:
            response = details(NO_TOKEN, asked_language(request))
        else:
            response = details(_past_proxy(self._web.trusted_header), asked_language(request))
        if status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response


def _past_proxy(header: str) -> Fault:
    words = Words("only the reverse proxy may ask here", f"come through it; it sets {header}")
    return Fault(403, words, Words("seul le mandataire peut demander ici", f"passez par lui ; il pose {header}"))


def _is_ours(path: str) -> bool:
    """Whether it is a page of this service, and no other host after all."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
