"""The page in the browser: its files from a fixed table, which nothing in a request can widen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints

from quoth.server.endpoints import Content
from quoth.server.failures import NOT_FOUND, RefusedError
from quoth.server.services import Services

_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
_SHELL = "page.html"

PageFile = Annotated[str, StringConstraints(pattern=r"^[a-z-]{1,40}\.(css|js|json|svg)$")]


def show_shell(services: Services) -> Content:
    """Show the page. It holds nothing of the documents: it asks for that with its cookie."""
    return shell()


def show_page_file(services: Services, file: PageFile) -> Content:
    """Show a module, the style sheet or the texts of the page."""
    found = _files().get(file)
    if found is None:
        raise RefusedError(NOT_FOUND, "There is nothing at this address.")
    return found


def shell() -> Content:
    """Return the page itself."""
    return _files()[_SHELL]


def is_opened_in_browser(headers: Mapping[str, str]) -> bool:
    """Return whether a person opened this address in a browser, by the headers that only it sets.

    The gate lets such a request through to the page itself, which asks for a permanent address
    with its own cookie: a link from another site carries none.
    """
    return (
        headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    )


@cache
def _files() -> dict[str, Content]:
    """Return the files of the page by name, read once."""
    return {
        file.name: Content(file.read_bytes(), _TYPES[file.suffix])
        for file in sorted((Path(__file__).parent / "page").iterdir())
        if file.suffix in _TYPES
    }
