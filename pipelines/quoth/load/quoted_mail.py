"""What many messages of a mailbox say again: quoted messages and a common foot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from quoth.load.clean import one_line

_SHORTEST = 12  # characters; shorter lines are the same by chance
_COMMON = 3  # messages that end with the same paragraph


def without_repetition(bodies: Sequence[str]) -> list[str]:
    """Return the bodies of messages without quotations of each other, and a common foot once."""
    said = {line for body in bodies for line in _own_lines(body)}
    unquoted = ["\n".join(_without_quotations(body, said)).strip() for body in bodies]
    counts = Counter(foot for body in unquoted for foot in set(_paragraphs(body)))
    seen: set[str] = set()
    return [_without_feet(body, counts, seen) for body in unquoted]


def _own_lines(body: str) -> Iterator[str]:
    for line in body.split("\n"):
        if not line.lstrip().startswith(">"):
            yield one_line(line)


def _without_quotations(body: str, said: set[str]) -> Iterator[str]:
    for line in body.split("\n"):
        bare = one_line(line.lstrip("> \t"))
        if not line.lstrip().startswith(">") or (bare and bare not in said):
            yield line


def _paragraphs(body: str) -> list[str]:
    return [each for each in body.split("\n\n") if len(each) >= _SHORTEST]


def _without_feet(body: str, counts: Counter[str], seen: set[str]) -> str:
    """Return a body without the paragraphs that `_COMMON` messages have and one has said."""
    kept = []
    for paragraph in body.split("\n\n"):
        if paragraph in seen and counts[paragraph] >= _COMMON:
            continue
        seen.add(paragraph)
        kept.append(paragraph)
    return "\n\n".join(kept)
