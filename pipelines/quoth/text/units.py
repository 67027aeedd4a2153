"""The unit of a number: the word or sign beside it, the same in all languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from quoth.text.number_scales import find_scale
from quoth.text.numbers import Number, find_numbers
from quoth.text.scripts import UNSPACED

_FILE = Path(__file__).with_suffix(".yaml")


def find_unit(text: str, number: Number) -> str:
    """Return the unit of a number of the text, as `units.yaml` names it; empty without one.

    A sign for money may stand before the number.
    """
    end = number.start + len(number.text)
    if scale := find_scale(text, end):
        end = scale.end
    if word := _words().match(text, end):
        return _units()[word[1].casefold()]
    before = re.search(r"([€$£¥])\s?$", text[max(0, number.start - 3) : number.start])
    return _units()[before[1]] if before else ""


def strip_measures(text: str) -> str:
    """Return a text without its numbers and their units, which can be written in many ways."""
    kept, position = "", 0
    for number in find_numbers(text):
        kept += text[position : number.start] + " "
        position = number.start + len(number.text)
        while unit := _words().match(text, position):
            position = unit.end() + (text[unit.end() : unit.end() + 1] == "/")
    return kept + text[position:]


@cache
def _units() -> Mapping[str, str]:
    """Return the unit that each word names."""
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    lines = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    return {word: unit for unit, words in lines.items() for word in words.casefold().split()}


@cache
def _words() -> re.Pattern[str]:
    longest_first = sorted(_units(), key=len, reverse=True)
    tight = [word for word in longest_first if re.match(f"[{UNSPACED}]", word)]
    loose = [word for word in longest_first if word not in tight]
    return re.compile(
        rf"[\s\u00a0-]{{0,2}}({'|'.join(tight)}|(?:{'|'.join(map(re.escape, loose))})(?![\w²³]))",
        re.IGNORECASE,
    )
