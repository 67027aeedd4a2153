"""Addresses: of the server behind an object of another library, and the ports to listen at."""

from __future__ import annotations

from collections.abc import Iterator

from quoth.errors import UsageError

_CLIENTS = ("root_client", "client", "_client")
"""The attributes in which libraries keep the client of a server."""
_LAST_PORT = 65_535


def check_port(port: int) -> None:
    """Raise `UsageError` for a number that is no port, nor 0 for a free one."""
    if not 0 <= port <= _LAST_PORT:
        raise UsageError(f"`port` must be between 0 and {_LAST_PORT}, not {port}.")


def find_address(part: object) -> str:
    """Return the address of the server that an object calls; empty where it states none.

    It is a plain attribute of the object, or the base address of its client.
    """
    return next(_addresses(part, depth=2), "")


def _addresses(part: object, *, depth: int) -> Iterator[str]:
    values = vars(part) if hasattr(part, "__dict__") else {}
    for _, value in sorted(values.items()):
        if isinstance(value, str) and value.startswith(("http://", "https://")):
            yield value
    if (base := getattr(part, "base_url", None)) and str(base).startswith("http"):
        yield str(base)
    for name in _CLIENTS if depth else ():
        if (client := getattr(part, name, None)) is not None:
            yield from _addresses(client, depth=depth - 1)
