"""Times of day, in twelve and in twenty-four hours: "8 p.m." and "20:00" are the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_suffix(".yaml")
_HALF_DAY = 12
_NOON = 12 * 60
_DAY = 24 * 60


def read_clock_times(text: str) -> frozenset[int]:
    """Return the times of day in a text, in minutes from midnight.

    A time that may be in either half of the day ("at 8") is left out.
    """
    return frozenset(_find(text))


def read_clock_values(text: str) -> frozenset[str]:
    """Return the values of the numbers by which the times of a text can be written.

    They are named as `read_number_values` names them.
    """
    return frozenset(value for time in _find(text) for value in _values(time))


def find_other_halves(text: str, source: str) -> tuple[int, ...]:
    """Return the times of a text that the source only has in the other half of the day."""
    ours, theirs = read_clock_times(text), read_clock_times(source)
    other = (time for time in ours - theirs if (time + _NOON) % _DAY in theirs)
    return tuple(sorted(other))


def _values(time: int) -> Iterator[str]:
    hour, minute = divmod(time, 60)
    for said in (hour, (hour - 1) % _HALF_DAY + 1):
        yield from (str(said), str(minute), f"{said}/{minute}")
        yield f"{said}.{minute:02}".rstrip("0").rstrip(".")


def _find(text: str) -> Iterator[int]:
    for match in _pattern().finditer(text):
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        is_written_whole = match["mark"] in (":", "h") or match["sign"] or match["at"]
        if match["morning"] or match["early"]:
            yield hour % _HALF_DAY * 60 + minute
        elif match["evening"] or match["late"]:
            yield (hour % _HALF_DAY + _HALF_DAY if hour <= _HALF_DAY else hour) * 60 + minute
        elif is_written_whole and (hour > _HALF_DAY or match["hour"].startswith("0")):
            yield hour % 24 * 60 + minute


@cache
def _pattern() -> re.Pattern[str]:
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    words = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    morning, evening = words["morning"], words["evening"]
    return re.compile(
        rf"(?i)(?:(?P<morning>{morning['before']})|(?P<evening>{evening['before']}))?\s*"
        rf"(?:\b(?P<at>{words['at']})\s+)?"
        r"(?<![\d.,:/])(?P<hour>[01]?\d|2[0-4])(?:\s?(?P<mark>[:.h])\s?(?P<minute>[0-5]\d))?(?!\d)"
        rf"\s?(?P<sign>(?:{words['hours']})(?![a-zäöü]))?\s?"
        rf"(?:(?P<early>{morning['after']})|(?P<late>{evening['after']}))?"
    )
