"""Dask, set up once for head, workers and jobs: quiet, without a dashboard, and with TLS."""

from __future__ import annotations

import ipaddress
import os
import random
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from quoth.errors import UsageError
from quoth.system import ScratchFolder, missing_extra

DEFAULT_PORT = 8786
ANY_DIFFERENCE = "any"
"""The resource of every machine, for jobs that take machines that differ."""

_SETTINGS: dict[str, Any] = {
    # Dask gives some of its loggers levels of their own, which must be named to be silent.
    "logging": dict.fromkeys(
        (
            *("distributed", "distributed.client", "distributed.gc", "bokeh"),
            *("tornado", "tornado.application"),
        ),
        "critical",
    ),
    "distributed.scheduler.events-cleanup-delay": "10s",
    "distributed.scheduler.work-stealing": True,
    "distributed.scheduler.work-stealing-interval": "200ms",
    # The roster counts deaths, by what was at hand; Dask would count what only waited.
    "distributed.scheduler.allowed-failures": 1_000_000_000,
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.preload": [],
    "distributed.worker.preload": [],
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.system-monitor.disk": False,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.admin.log-length": 100,
    "distributed.admin.low-level-log-length": 100,
    "distributed.admin.large-graph-warning-threshold": "100GB",
    "distributed.admin.event-loop": "tornado",
    "distributed.comm.require-encryption": True,
    "distributed.comm.compression": False,
    "distributed.comm.retry.count": 0,
    "distributed.comm.timeouts.connect": "10s",
    "distributed.comm.timeouts.tcp": "20s",
    "distributed.diagnostics.computations.max-history": 1,
    "distributed.diagnostics.nvml": False,
}


def prepare_engine() -> None:
    """Import Dask with the settings of the fleet. Raises `MissingExtraError`."""
    try:
        import dask
    except ImportError as error:
        raise missing_extra("The fleet", "dask") from error
    dask.config.set({**_SETTINGS, "temporary-directory": str(_scratch_of(os.getpid()).path)})
    try:
        import distributed  # noqa: F401
    except ImportError as error:
        raise missing_extra("The fleet", "dask") from error


@cache
def _scratch_of(process: int) -> ScratchFolder:
    """Return the folder for the locks of Dask, which leaves them behind in the system's."""
    return ScratchFolder()


def check_fleet_address(address: str) -> str:
    """Return the address of a head, with its port. Raises `UsageError` for any other text."""
    try:
        parts = urlsplit(address)
        port = parts.port or DEFAULT_PORT
    except ValueError:
        parts, port = urlsplit(""), 0
    if parts.scheme != "tls" or not parts.hostname or parts.path.strip("/"):
        raise UsageError(
            f"{address!r} is not the address of a fleet.", hint="As in: tls://head.lan:8786"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"tls://{host}:{port}"


def contact_address() -> str:
    """Return an address that no other worker has.

    Workers are never contacted: they open all connections. So each listens on loopback only, and
    the head tells them apart by a number of the loopback network.
    """
    host = ipaddress.ip_address((127 << 24) + random.SystemRandom().randrange(1 << 16, 1 << 24))
    return f"tls://{host}:{random.SystemRandom().randrange(1024, 65536)}"
