"""Ends a stream of text at the first stop string, which may be split over several pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def until_stop(pieces: Iterable[str], stops: Sequence[str]) -> Iterator[str]:
    """Yield the text before the first stop string, and take no further pieces.

    The last part of the text is held back as long as it may be the beginning of a stop string.
    """
    longest = max((len(stop) for stop in stops), default=0)
    held = ""
    for piece in pieces:
        held += piece
        ends = [end for stop in stops if (end := held.find(stop)) >= 0]
        if ends:
            if held[: min(ends)]:
                yield held[: min(ends)]
            return
        keep = _possible_start(held, stops) if longest else 0
        if len(held) > keep:
            yield held[: len(held) - keep]
            held = held[len(held) - keep :]
    if held:
        yield held


def _possible_start(text: str, stops: Sequence[str]) -> int:
    """Return the number of characters at the end that may be the beginning of a stop string."""
    return max(
        (n for stop in stops for n in range(1, len(stop)) if text.endswith(stop[:n])), default=0
    )
