"""Imports of packages that reach for the network, which they do not, and the process is as it was.

Their telemetry is off, and no proxy of the environment is known to them.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import cast

_PROXIES = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY")
_VARIABLES: Mapping[str, Mapping[str, str | None]] = {
    # It makes a client while it is imported, which fails where a SOCKS proxy is named.
    "ollama": {name: None for proxy in _PROXIES for name in (proxy, proxy.lower())},
    # Read when the library is loaded. Its own `disable_telemetry_events` comes too late: the
    # connection is attempted all the same, some ten seconds after the import.
    "onnxruntime": {"ORT_DISABLE_TELEMETRY": "1"},
}
_HIDDEN: Mapping[str, tuple[str, ...]] = {
    # The package that counts users over the network; OpenVINO has a stub for its absence.
    "openvino": ("openvino_telemetry",),
}
_IMPORTING = threading.RLock()


def import_quietly(package: str) -> ModuleType:
    """Import a package with its telemetry off, and without the proxies of the environment.

    Environment variables and hidden modules are set for the import alone and put back after it.
    A package that is already imported belongs to the host and is returned unchanged.
    """
    if package in sys.modules:
        return importlib.import_module(package)  # waits for an import that is under way
    with _IMPORTING, _environment(_VARIABLES.get(package, {})), _hidden(_HIDDEN.get(package, ())):
        return importlib.import_module(package)


@contextmanager
def _environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables within the block; those with `None` are unset."""
    before = {name: os.environ.get(name) for name in variables}
    _set_variables(variables)
    try:
        yield
    finally:
        _set_variables(before)


def _set_variables(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _hidden(modules: tuple[str, ...]) -> Iterator[None]:
    """Make the import of these modules fail as if they were not installed."""
    missing = [name for name in modules if name not in sys.modules]
    for name in missing:
        sys.modules[name] = cast(ModuleType, None)
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]
