"""Entry points of installed packages, through which other packages extend Quoth."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

from quoth.errors import ConfigurationError, QuothError


def read_entry_points(group: str) -> Mapping[str, EntryPoint]:
    """Return the entry points of a group by name, sorted, without loading any.

    Raises `ConfigurationError` when two packages claim the same name.
    """
    return _read(group, tuple(sys.path))


def load_entry_point(group: str, name: str, *, kind: str) -> Any:
    """Return the object that an entry point names; `kind` is the noun for messages ("backend").

    Raises `ConfigurationError` when there is no such entry, or when its package cannot be imported;
    a `QuothError` from the import is passed on.
    """
    points = read_entry_points(group)
    if name not in points:
        near = difflib.get_close_matches(name, points, n=1)
        raise ConfigurationError(
            f"There is no {kind} {name!r}."
            + "".join(f" The nearest one is {other!r}." for other in near),
            hint=f"Installed {kind}s: {', '.join(points) or 'none'}.",
        )
    try:
        return points[name].load()
    except QuothError:
        raise
    except Exception as error:  # the import of a foreign module may fail in any way
        package = _package_of(points[name])
        raise ConfigurationError(
            f"The {kind} {name!r} of {package} ({points[name].value}) cannot be loaded: "
            f"{type(error).__name__}: {error}.",
            hint=f"Update or remove {package}.",
        ) from error


@lru_cache(maxsize=16)
def _read(group: str, path: tuple[str, ...]) -> Mapping[str, EntryPoint]:
    points: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        other = points.setdefault(point.name, point)
        if other.value != point.value:
            raise ConfigurationError(
                f"{_package_of(other)} and {_package_of(point)} both register {point.name!r} "
                f"for {group}.",
                hint="Remove one of the two.",
            )
    return MappingProxyType(points)


def _package_of(point: EntryPoint) -> str:
    return f"the package {point.dist.name}" if point.dist else "a package"
