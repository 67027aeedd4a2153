"""Whether the server is there, how it is doing, and the cookie for a browser."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from quoth.server.endpoints import Content
from quoth.server.failures import UNAUTHORIZED, RefusedError
from quoth.server.services import JOB_KINDS, Services
from quoth.server.shapes import SessionAsked, StatusBody
from quoth.system import refused_connections

_COOKIE_SECONDS = 30 * 24 * 3600


async def health(services: Services) -> dict[str, str]:
    """Tell that the server is there. Needs no token."""
    return {"status": "ok"}


def show_status(services: Services) -> StatusBody:
    """Tell the version, the collections, the queue, and the number of jobs."""
    waiting, working = services.queue.counts
    unfinished = services.operations.unfinished()
    return StatusBody(
        version=version("quoth"),
        collections=services.shelf.names(),
        waiting=waiting,
        working=working,
        jobs=sum(operation.kind in JOB_KINDS for operation in unfinished),
        loopback_only=services.settings.on_loopback,
        refused=list(refused_connections()),
    )


def open_session(services: Services, body: SessionAsked) -> Content:
    """Trade the code of the printed address for a cookie. The code works once."""
    credentials, settings = services.credentials, services.settings
    cookie = credentials.trade_code(body.code) if credentials else ""
    if not cookie:
        raise RefusedError(
            UNAUTHORIZED, "This code does not work any more.", hint="Start `quoth serve` again."
        )
    secure = "; Secure" if settings.tls_cert or settings.behind_proxy else ""
    header = (
        f"{settings.cookie}={cookie}; Path=/; HttpOnly; SameSite=Strict; "
        f"Max-Age={_COOKIE_SECONDS}{secure}"
    )
    return Content(b"", "text/plain", {"set-cookie": header}, status=204)


def show_openapi(services: Services) -> dict[str, Any]:
    """Tell every route, with the models that validate its requests and answers (OpenAPI 3.1)."""
    from quoth.server.openapi import describe_routes

    return describe_routes(services.endpoints, services.settings.base_url)
