"""What every request passes before a route sees it: limits, host, origin, token.

The gate is a wrapper around the whole application, and decides by the raw path and headers alone.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quoth.server.credentials import Credentials
from quoth.server.draining import DrainedReceive
from quoth.server.endpoints import is_page_path
from quoth.server.failures import (
    BAD_REQUEST,
    CROSS_ORIGIN,
    HEADERS,
    MISDIRECTED,
    NOT_FOUND,
    UNAUTHORIZED,
    MethodError,
    RefusedError,
    failure_bytes,
    failure_of,
)
from quoth.server.settings import HEADER_BYTES, ServerSettings

PUBLIC = frozenset({("GET", "/health"), ("HEAD", "/health"), ("POST", "/api/v1/session")})
"""The routes that need no token; a session is given for a code that works once."""

_HEADERS = (
    (b"content-security-policy", b"default-src 'none'; script-src 'self'; style-src 'self'; "
     b"img-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
     b"frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)  # fmt: skip
_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253}))(?::\d{1,5})?")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_HEADERS = 100
_MOST_QUERY = 8192
_CORS = (
    (b"access-control-allow-methods", b"GET, POST, PUT, DELETE"),
    (b"access-control-allow-headers", b"authorization, content-type, last-event-id, prefer, "
     b"mcp-session-id, mcp-protocol-version, mcp-method, mcp-name"),
    (b"access-control-expose-headers", b"mcp-session-id"),
    (b"access-control-max-age", b"600"),
)  # fmt: skip


class Gate:
    """Refuses what the application must not see, and puts the headers of safety on every answer."""

    def __init__(
        self, app: ASGIApp, settings: ServerSettings, credentials: Credentials | None
    ) -> None:
        self._app = app
        self._settings = settings
        self._credentials = credentials

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with the reason why not."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        origin = _values(scope, b"origin")
        allowed = origin[0] if origin and origin[0] in self._settings.origins else ""
        respond, receive = _with_headers(send, allowed), DrainedReceive(receive)
        try:
            self._check_size(scope)
            host = self._check_host(scope)
            self._check_origin(scope, host, origin)
            if allowed and scope["method"] == "OPTIONS":
                await respond({"type": "http.response.start", "status": 204, "headers": [*_CORS]})
                await respond({"type": "http.response.body", "body": b""})
                return
            self._check_token(scope)
        except RefusedError as error:
            await refuse(respond, error, receive)
        else:
            await self._app(scope, receive, respond)

    def _check_size(self, scope: Scope) -> None:
        if len(scope["headers"]) > _MOST_HEADERS:
            raise RefusedError(HEADERS, f"There are more than {_MOST_HEADERS} headers.")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > HEADER_BYTES:
            raise RefusedError(HEADERS, f"The headers have more than {HEADER_BYTES:,} bytes.")
        if len(scope.get("query_string", b"")) > _MOST_QUERY:
            raise RefusedError(BAD_REQUEST, "The query of the address is too long.")

    def _check_host(self, scope: Scope) -> str:
        """Return the host of a request, with its port."""
        hosts = _values(scope, b"host")
        match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if match is None:
            raise RefusedError(BAD_REQUEST, "The request must name one host.")
        if (match[1] or match[2]).lower() not in self._settings.host_names:
            raise RefusedError(
                MISDIRECTED,
                "This server does not answer to that host name.",
                hint="Start it with --allow-host NAME to use another name.",
            )
        return hosts[0].lower()

    def _check_origin(self, scope: Scope, host: str, origins: list[str]) -> None:
        """Refuse what a page of another origin sent, whatever its browser is called."""
        site = (_values(scope, b"sec-fetch-site") or [""])[0]
        secure = bool(self._settings.tls_cert or self._settings.behind_proxy)
        own = f"{'https' if secure else 'http'}://{host}"
        known = {own, self._settings.base_url, *self._settings.origins}
        if origins:
            if len(origins) > 1 or origins[0] not in known:
                raise _cross_origin()
        elif site not in ("", "none", "same-origin") and not _is_navigation(scope):
            raise _cross_origin()
        elif scope["method"] not in _SAFE and not site and self._rests_on_cookie(scope):
            raise _cross_origin()  # a browser that sends the cookie tells where from

    def _check_token(self, scope: Scope) -> None:
        if self._credentials is None or is_public(scope):
            return
        if token := self.token_of(scope):
            if self._credentials.accepts_token(token):
                return
        elif (cookie := self._cookie(scope)) and self._credentials.accepts_cookie(cookie):
            return
        raise RefusedError(
            UNAUTHORIZED,
            "The token is wrong." if token else "The request has no token.",
            hint="Send the token of the server as `Authorization: Bearer TOKEN`.",
        )

    @staticmethod
    def token_of(scope: Scope) -> str:
        """Return the token that a request carries, in the one place where it is read."""
        values = _values(scope, b"authorization")
        scheme, _, token = values[0].partition(" ") if len(values) == 1 else ("", "", "")
        return token.strip() if scheme.lower() == "bearer" else ""

    def _rests_on_cookie(self, scope: Scope) -> bool:
        return not self.token_of(scope) and bool(self._cookie(scope))

    def _cookie(self, scope: Scope) -> str:
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load("; ".join(_values(scope, b"cookie")))
        except CookieError:
            return ""
        found = cookies.get(self._settings.cookie)
        return found.value if found else ""


def is_public(scope: Scope) -> bool:
    """Whether a request needs no token: a public route, or the files of the page.

    They hold nothing of the documents. A permanent address is the page for a browser that a person
    opens it in, and needs the token for every other reader.
    """
    method, path = scope["method"], scope["path"]
    if (method, path) in PUBLIC:
        return True
    if method not in ("GET", "HEAD"):
        return False
    return is_page_path(path) or (path.startswith("/c/") and _is_navigation(scope))


def _values(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _is_navigation(scope: Scope) -> bool:
    """Return whether a person followed a link here: it shows a page and changes nothing."""
    mode, target = _values(scope, b"sec-fetch-mode"), _values(scope, b"sec-fetch-dest")
    return scope["method"] in ("GET", "HEAD") and mode == ["navigate"] and target == ["document"]


def _cross_origin() -> RefusedError:
    return RefusedError(
        CROSS_ORIGIN,
        "A page of another origin sent this request.",
        hint="Start the server with --origin ORIGIN to let it.",
    )


def _with_headers(send: Send, origin: str) -> Send:
    """Return a `send` that puts the headers of safety on an answer, unless it has its own."""

    async def respond(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {key for key, _ in message.get("headers", ())}
            added = [pair for pair in _HEADERS if pair[0] not in present]
            if origin:
                allow = (b"access-control-allow-origin", origin.encode("latin-1"))
                added = [pair for pair in added if b"resource-policy" not in pair[0]]
                added += [allow, (b"vary", b"origin")]
            message = {**message, "headers": [*message.get("headers", ()), *added]}
        await send(message)

    return respond


async def refuse(
    send: Callable[[Message], Awaitable[None]], error: Exception, receive: Receive
) -> None:
    """Answer a request with an error; what it still sends is thrown away."""
    failure = failure_of(error)
    extra = [(b"content-type", b"application/json")]
    if failure.status == UNAUTHORIZED.status:
        extra.append((b"www-authenticate", b"Bearer"))
    if isinstance(error, MethodError):
        extra.append((b"allow", ", ".join(error.allow).encode()))
    if failure.retry_after:
        extra.append((b"retry-after", str(failure.retry_after).encode()))
    if failure.status in (408, 413, 431):
        extra.append((b"connection", b"close"))
    body = failure_bytes(error)
    headers = [*extra, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": failure.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    if isinstance(receive, DrainedReceive):
        await receive.drain()
    await send({"type": "http.response.body", "body": b""})


def not_found() -> RefusedError:
    """Return the error for a path that no route has."""
    return RefusedError(NOT_FOUND, "There is nothing at this address.")
