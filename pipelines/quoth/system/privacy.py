"""Nothing leaves the machine: telemetry is off, and a guard refuses connections off loopback.

The guard is an audit hook (PEP 578), which sees every connect and name look-up that Python code
makes in this process. An audit hook can't be removed, so there is one, which reads the state below.
It does not see what native code does on its own; docs/security.md says what that leaves open.
"""

from __future__ import annotations

import ipaddress
import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from quoth.errors import EgressError

# Read by the dependencies when they are imported; a user who set one keeps what they set.
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
    "OTEL_SDK_DISABLED": "true",
    "POSTHOG_DISABLED": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "TRANSFORMERS_OFFLINE": "1",
    # Not telemetry, but the same moment: a forked tokenizer warns, and ggml prints stack traces.
    "GGML_NO_BACKTRACE": "1",
    "TOKENIZERS_PARALLELISM": "false",
}

_LOOKUPS = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"}
_CONNECTS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_ALL_LOCAL = {"", "localhost", "localhost.localdomain", "ip6-localhost"}

_hook_installed = False
_active = False
_allowed: frozenset[str] = frozenset()


def silence_telemetry() -> None:
    """Switch the telemetry of every dependency off, for this process and its children."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)


def guard(allow: Iterable[str] = ()) -> None:
    """Refuse every connection and name look-up off loopback, from now on, in this process.

    `allow` names the hosts that the configuration names, as written there (`gpu.lan`,
    `10.0.0.7`); calling again replaces them. A refused call raises `EgressError`.
    """
    global _active, _allowed, _hook_installed
    _allowed = frozenset(host.lower() for host in allow)
    _active = True
    if not _hook_installed:
        sys.addaudithook(_audit)
        _hook_installed = True


def unguard() -> None:
    """Stop refusing connections. For programs that embed Quoth and guard themselves."""
    global _active
    _active = False


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address stays on this machine, without looking it up."""
    if host.lower().rstrip(".") in _ALL_LOCAL or host.lower().endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not _active or not event.startswith("socket."):
        return
    if event in _LOOKUPS:
        host = args[0]
    elif event in _CONNECTS:
        address = args[1]
        if not isinstance(address, tuple):  # a Unix socket, or a connected datagram
            return
        host = address[0]
    else:
        return
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
    if is_loopback(name) or name.lower() in _allowed:
        return
    caller = _caller()
    raise EgressError(
        f"{caller} tried to reach {name}, which is not this machine; it was refused.",
        hint="Nothing leaves this machine unless privacy.allow in quoth.yaml names the host.",
    )


def _caller() -> str:
    """Name the nearest module on the stack that is not the standard library or this one."""
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
