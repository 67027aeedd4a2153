"""Nothing leaves the machine: which hosts may be reached, and how a program enforces it.

A library checks addresses against its own `Guard` and leaves its process alone. A program owns its
process and calls `take_over`: it switches off the telemetry of every dependency, and an audit hook
(PEP 578) refuses each connection and name look-up of Python code that the guard does not permit.
The hook does not see native code; docs/security.md describes what that leaves open.
"""

from __future__ import annotations

import functools
import ipaddress
import os
import socket
import sys
import sysconfig
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from quoth.errors import ConfigurationError, EgressError

# Dependencies read these when they are imported; a variable that the user has set stays.
_QUIET = {
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "CHROMA_OTEL_COLLECTION_ENDPOINT": "",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
    "LANGCHAIN_TRACING_V2": "false",
    "LANGSMITH_TRACING": "false",
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime, whose native code no audit hook sees
    "OTEL_SDK_DISABLED": "true",
    "POSTHOG_DISABLED": "1",
    "TRANSFORMERS_OFFLINE": "1",
    # Not telemetry, but read on import too: warnings of forked tokenizers, backtraces of ggml.
    "GGML_NO_BACKTRACE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_NAME_LOOKUPS = _LOOKUPS - {"socket.gethostbyaddr"}
"""The look-ups that ask nobody about an address: it needs none."""
_BIND = "socket.bind"
_CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_LOCAL_NAMES = {"", "localhost", "localhost.localdomain", "ip6-localhost"}
_HINT = "Nothing leaves this machine unless privacy.allow in quoth.yaml names the host."


@dataclass(frozen=True, slots=True)
class Guard:
    """The hosts that may be reached: this machine, and the hosts in `allow`.

    `allow` holds host names and IP addresses as a URL spells them (`gpu.lan`, `10.0.0.7`).
    `listen` holds the addresses off loopback at which this process may listen. A guard that is not
    `enforced` permits every host.

    >>> guard = Guard(allow=("gpu.lan",))
    >>> guard.permits("gpu.lan"), guard.permits("example.com")
    (True, False)
    """

    allow: tuple[str, ...] = ()
    enforced: bool = True
    listen: tuple[str, ...] = ()

    def permits(self, host: str) -> bool:
        """Return whether `host` may be reached, without looking its name up."""
        allowed = {name.lower() for name in self.allow}
        return not self.enforced or is_loopback(host) or host.lower() in allowed

    def permits_listening(self, host: str) -> bool:
        """Return whether this process may listen at an address."""
        return not self.enforced or listens_on_loopback(host) or host in self.listen

    def check_address(self, url: str) -> None:
        """Raise `EgressError` if the host of `url` may not be reached."""
        try:
            host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
        except ValueError as error:
            raise ConfigurationError(f"{url!r} is not an address: {error}.") from error
        if not self.permits(host):
            raise EgressError(
                f"{url} is not on this machine, and privacy.allow does not name {host}.",
                hint=_HINT,
            )


_process_guard = Guard(enforced=False)
_refused: deque[str] = deque(maxlen=100)
_hook_is_installed = False
_addresses: dict[str, set[str]] = {}
"""The addresses that the names of permitted hosts were looked up to have, by name."""


def take_over(guard: Guard | None = None) -> None:
    """Keep this process and its children off the network: telemetry off, connections refused.

    Programs call it before anything else; a notebook may. It sets environment variables that the
    user has not set, and installs an audit hook for the rest of the process: a connection or name
    look-up that `guard` does not permit raises `EgressError`. Without a guard, only loopback is
    permitted. A second call replaces the guard.

    >>> take_over(Guard(allow=("gpu.lan",)))
    >>> take_over()  # nothing but this machine again
    """
    global _process_guard, _hook_is_installed
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    _process_guard = Guard() if guard is None else guard
    if _process_guard.enforced and not _hook_is_installed:
        socket.getaddrinfo = _remember_addresses(socket.getaddrinfo)
        sys.addaudithook(_audit)
        _hook_is_installed = True


def refused_connections() -> tuple[str, ...]:
    """Return what was refused in this process since it began, a sentence for each; the last 100."""
    return tuple(dict.fromkeys(_refused))


def is_loopback(host: str) -> bool:
    """Return whether a host name or address is this machine, without looking it up."""
    if host.lower().rstrip(".") in _LOCAL_NAMES or host.lower().endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True


def listens_on_loopback(host: str) -> bool:
    """Return whether only this machine can reach what listens at an address.

    An unspecified address, such as `0.0.0.0`, is open to all others.
    """
    try:
        unspecified = ipaddress.ip_address(host.split("%")[0]).is_unspecified
    except ValueError:
        unspecified = not host
    return is_loopback(host) and not unspecified


def _remember_addresses(look_up: Callable[..., Any]) -> Callable[..., Any]:
    """Return a look-up that also records what it found: a connection names only the address."""

    @functools.wraps(look_up)
    def getaddrinfo(host: Any, *args: Any, **named: Any) -> Any:
        found = look_up(host, *args, **named)
        _addresses.setdefault(_as_text(host).lower(), set()).update(
            str(entry[4][0]) for entry in found
        )
        return found

    return getaddrinfo


def _permits(host: str) -> bool:
    """Whether the guard of the process permits a name, or the address of a name that it allows."""
    allowed = (_addresses.get(name.lower(), ()) for name in _process_guard.allow)
    return _process_guard.permits(host) or any(host in addresses for addresses in allowed)


def _as_text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not event.startswith("socket."):
        return
    if event == _BIND:
        _audit_bind(*args)
        return
    if event in _LOOKUPS:
        host = args[0]
        if event in _NAME_LOOKUPS and _is_address(_as_text(host)):
            return
    elif event in _CONNECTS:
        address = args[1]
        if not isinstance(address, tuple):  # a Unix socket, or a connected datagram
            return
        host = address[0]
    else:
        return
    name = _as_text(host)
    if not _permits(name):
        message = (
            f"{_caller()} tried to reach {name}, which is not on this machine, and was refused."
        )
        _refused.append(message)
        raise EgressError(message, hint=_HINT)


def _audit_bind(made: socket.socket, address: object) -> None:
    """Refuse a socket that others could reach; one that only sends binds to no port."""
    if not isinstance(address, tuple) or made.type != socket.SOCK_STREAM:
        return
    host = str(address[0])
    if not _process_guard.permits_listening(host):
        raise EgressError(
            f"{_caller()} tried to listen at {host or 'every address'}, where other machines can "
            "reach it, and was refused.",
            hint="Listen at 127.0.0.1.",
        )


def _caller() -> str:
    """Return the nearest module on the stack that is neither the standard library nor this one."""
    standard = sysconfig.get_path("stdlib")
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        inside_standard = file.startswith(standard) and "site-packages" not in file
        if not inside_standard and not file.startswith("<") and Path(file) != Path(__file__):
            return f"{frame.f_globals.get('__name__', file)}.{frame.f_code.co_name}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return "A program"
