"""Patterns of gitignore, as regular expressions that no name of a file makes slow."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_STAR, _FOLDERS, _ANYWHERE = "[^/]*", "(?:/.+)?/", "^(?:.+/)?"
"""What `pathspec` makes of `*`, of `/**/`, and of a pattern that may stand in any folder."""
_MOST_PATTERNS = 10_000


def read_patterns(lines: Iterable[str]) -> GitIgnoreSpec:
    """Return a spec in which `a/**` speaks of what is in `a`, as it does in git, and not of `a`.

    Raises `ValueError` for a pattern that is none, and for too many of them.
    """
    patterns = [_without_last_star(line) for line in lines]
    if len(patterns) > _MOST_PATTERNS:
        raise ValueError(f"there are more than {_MOST_PATTERNS:,}")
    try:
        with warnings.catch_warnings(category=FutureWarning, action="ignore"):  # of "[[:alpha:]]"
            return GitIgnoreSpec.from_lines(patterns, _Pattern)
    except re.error as error:
        raise ValueError(str(error)) from error


def _without_last_star(line: str) -> str:
    if line.rstrip().endswith("/**") and line[0] != "!":
        return line.rstrip().removesuffix("*")
    return line


class _Pattern(GitIgnoreSpecPattern):
    """A pattern whose wildcards take what they can take first, as in `fnmatch`.

    Only the last star of a name, and the last `**`, need more. If all went back, `*a*a*a*a*b` would
    take seconds for one name, and `**/a/**/a/**/b` for one path.
    """

    @classmethod
    def pattern_to_regex(  # type: ignore[override]  # patterns of bytes do not occur
        cls, pattern: str
    ) -> tuple[str | None, bool | None]:
        regex, include = super().pattern_to_regex(pattern)
        return regex and _settle_folders(_settle_stars(regex)), include


def _settle_stars(regex: str) -> str:
    whole, *behind = regex.split(_STAR)
    for number, part in enumerate(behind, 1):
        is_last = number == len(behind) or "/" in part
        whole += _STAR + part if is_last else f"(?>[^/]*?{part})"
    return whole


def _settle_folders(regex: str) -> str:
    first, *between = regex.split(_FOLDERS)
    if not between:
        return regex
    last = between.pop()
    if first.startswith(_ANYWHERE):
        first = f"^(?>(?:.+?/)??{first.removeprefix(_ANYWHERE)}(?=/))"
    return first + "".join(f"(?>(?:/.+?)??/{part}(?=/))" for part in between) + _FOLDERS + last
