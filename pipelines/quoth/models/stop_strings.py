"""Ends a stream of text at the first stop string, which may be split over several pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def cut_at_stop(pieces: Iterable[str], stops: Sequence[str]) -> Iterator[str]:
    """Yield the text before the first stop string, and take no further pieces.

    The end of the text is withheld as long as it may begin a stop string.
    """
    longest = max((len(stop) for stop in stops), default=0)
    pending = ""
    for piece in pieces:
        pending += piece
        ends = [end for stop in stops if (end := pending.find(stop)) >= 0]
        if ends:
            if pending[: min(ends)]:
                yield pending[: min(ends)]
            return
        withheld = _possible_start(pending, stops) if longest else 0
        if len(pending) > withheld:
            yield pending[: len(pending) - withheld]
            pending = pending[len(pending) - withheld :]
    if pending:
        yield pending


def _possible_start(text: str, stops: Sequence[str]) -> int:
    """Return the number of characters at the end that may be the beginning of a stop string."""
    return max(
        (n for stop in stops for n in range(1, len(stop)) if text.endswith(stop[:n])), default=0
    )
