"""Small numbers in words: "two", "twice" and "zwei" are 2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from quoth.text.scripts import is_unspaced

_FILE = Path(__file__).with_suffix(".yaml")


def read_number_words(text: str) -> frozenset[str]:
    """Return the values of the numbers that stand in words in a text."""
    words = _words()
    said = {words[word] for word in re.findall(r"[^\W\d_]+", text.lower()) if word in words}
    return frozenset(said | {words[sign] for sign in words if is_unspaced(sign) and sign in text})


@cache
def _words() -> Mapping[str, str]:
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    lines = yaml.load(_FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506
    return {word: value for value, words in lines.items() for word in words.split()}
