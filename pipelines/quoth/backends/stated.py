"""What a server states, in the type that is expected: any other value counts as not stated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

_MOST = 2**53
"""The first whole number that a float need not hold."""


def whole_number(value: object) -> int:
    """Return a number as a whole one that is not negative; 0 for anything else."""
    return int(value) if is_number(value) and 0 <= value < _MOST else 0


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether a value is a number, and a float can hold it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return isinstance(value, float) or abs(value) < _MOST


def mapping_of(value: object) -> Mapping[str, Any]:
    """Return a JSON object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def mappings_of(value: object) -> list[Mapping[str, Any]]:
    """Return the JSON objects in a list; none for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def texts_of(value: object) -> tuple[str, ...]:
    """Return the texts in a list; none for anything else."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
