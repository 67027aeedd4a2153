"""The characters of scripts without spaces, in pairs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from quoth.text.letters import fold_letters
from quoth.text.scripts import (
    ALPHABETS_WITHOUT_SPACES,
    LEADING_VOWELS,
    TRAILING_VOWELS,
    combining_marks,
)

_ALPHABETIC = re.compile(f"[{ALPHABETS_WITHOUT_SPACES}]")


def pair_characters(run: str) -> Iterator[str]:
    """Yield the pairs of adjacent characters of a text without spaces, as they are compared.

    Traditional Chinese characters become simplified ones. A character of Thai, Lao, Burmese or
    Khmer is a letter with its vowels and tones (Theeramunkong et al., 2000).
    """
    run = fold_letters(run)
    return pair(_character().findall(run) if _ALPHABETIC.search(run) else run)


@cache
def _character() -> re.Pattern[str]:
    return re.compile(f"[{LEADING_VOWELS}]?.[{combining_marks()}]*[{TRAILING_VOWELS}]?", re.DOTALL)


def pair(characters: Sequence[str]) -> Iterator[str]:
    """Yield each two adjacent characters, or the only one."""
    if len(characters) == 1:
        yield characters[0]
    else:
        yield from map("".join, pairwise(characters))
