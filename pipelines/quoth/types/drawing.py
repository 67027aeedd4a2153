"""How values show themselves: as one line, and as HTML in a notebook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Any, TypeVar

Value = TypeVar("Value")

_LONGEST = 60
_VIEWS: dict[type, Callable[[Any], str]] = {}


class Drawn:
    """A value that a notebook shows by the view that was registered for its type."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        """Return the value as HTML, by the protocol of IPython; `None` where there is no view."""
        view = next((_VIEWS[kind] for kind in type(self).__mro__ if kind in _VIEWS), None)
        return view(self) if view else None


def register_view(kind: type[Value], view: Callable[[Value], str]) -> None:
    """Let values of a type show themselves in notebooks as the HTML that `view` returns."""
    _VIEWS[kind] = view


def glimpse(text: str) -> str:
    """Return the beginning of a text as one quoted line, for a `repr`."""
    line = " ".join(text.split())
    return repr(line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…")


def format_count(number: int, noun: str) -> str:
    """Return a number with its noun, which is in the plural unless the number is 1."""
    if number == 1:
        return f"1 {noun}"
    return f"{number} {noun[:-1]}ies" if noun.endswith("y") else f"{number} {noun}s"


def place_name(source: str, page: int, label: str | None) -> str:
    """Return the place of a passage as `lease.pdf p. 4`, for a `repr`."""
    return f"{PurePath(source).name} p. {label or page}"
