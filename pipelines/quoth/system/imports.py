"""Imports of packages that reach for the network, which they do not, or for the system's libraries.

Their telemetry is off, no proxy of the environment is known to them, and the process is as it was.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType
from typing import cast

from quoth.errors import ConfigurationError

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
_LIBRARY = re.compile(r"(?P<name>lib[\w+-]+\.so[.\d]*): cannot open shared object|DLL load failed")
_SYSTEM_PACKAGES = {
    "libgomp.so.1": "libgomp1 on Debian and Ubuntu, libgomp on Fedora",
    "libstdc++.so.6": "libstdc++6 on Debian and Ubuntu, libstdc++ on Fedora",
    "libGL.so.1": "libgl1 on Debian and Ubuntu, libglvnd-glx on Fedora",
}
_IMPORTING = threading.RLock()


def import_quietly(package: str) -> ModuleType:
    """Import a package with its telemetry off, and without the proxies of the environment.

    Environment variables and hidden modules are set for the import alone and put back after it.
    A package that is already imported belongs to the host and is returned unchanged. Raises
    `ConfigurationError` where the system lacks a library that the package is built on.
    """
    if package in sys.modules:
        return importlib.import_module(package)  # waits for an import that is under way
    with _quiet(package):
        try:
            return importlib.import_module(package)
        except ImportError as error:
            if found := _LIBRARY.search(str(error)):
                raise _missing_library(package, found["name"]) from error
            raise


@contextmanager
def _quiet(package: str) -> Iterator[None]:
    """Hold what this package needs held; one that needs nothing waits for no other import."""
    variables, hidden = _VARIABLES.get(package, {}), _HIDDEN.get(package, ())
    if not (variables or hidden):
        yield
        return
    with _IMPORTING, _environment(variables), _hidden(hidden):
        yield


def _missing_library(package: str, library: str | None) -> ConfigurationError:
    """Return the error for a library of the system; only Windows does not name it."""
    if library is None:
        return ConfigurationError(
            f"{package} needs a library that this Windows does not have.",
            hint="Install Microsoft's Visual C++ Redistributable.",
        )
    return ConfigurationError(
        f"{package} needs the library {library}, which this system does not have.",
        hint=f"Install its package: {_SYSTEM_PACKAGES[library]}."
        if library in _SYSTEM_PACKAGES
        else "Install the package of your system that holds it.",
    )


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
