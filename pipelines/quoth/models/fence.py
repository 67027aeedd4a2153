"""The limits of one answer, which hold whatever a backend does: tokens, silence, time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from quoth.errors import BackendUnavailableError
from quoth.models.values import Piece, Request
from quoth.types import Timings

_TOKEN_CHARACTERS = 3
"""The mean length of pieces from which each of them is at least one token."""
_SURPLUS = 64
"""The pieces beyond twice the most tokens at which an answer ends, whatever its pieces are."""
_MOST_CHARACTERS = 50
"""The characters for each token at which an answer ends."""
_USUAL_CHARACTERS = 4
_BETWEEN_COUNTS = 4
"""The fewest tokens between two counts of an answer that is about as long as it may be."""


class Fence:
    """Passes on the pieces of one answer, and ends it where the limits of its request are.

    A piece without text, as for a sign of life, is no token and goes no further: after `silence`
    seconds without a token, or `seconds` in all, the call fails. `count` returns the exact number
    of tokens in a text; it is `None` where nothing counts exactly. `is_cut` is whether the answer
    was ended because it had more tokens than allowed.
    """

    def __init__(
        self,
        request: Request,
        *,
        silence: float,
        seconds: float,
        count: Callable[[str], int] | None,
    ) -> None:
        self._request = request
        self._silence = silence
        self._seconds = seconds
        self._count = count
        self._texts: list[str] = []
        self._characters = 0
        self._counted_at = request.max_tokens
        self.is_cut = False

    def hold(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """Yield the pieces within the limits. Raises `BackendUnavailableError` for a slow one."""
        begin = last = time.monotonic()
        first = 0.0
        for piece in pieces:
            now = time.monotonic()
            if text := piece.text + piece.thinking:
                last, first = now, first or now - begin
                self._texts.append(text)
                self._characters += len(text)
            self._check_time(now - begin, now - last, ended=piece.timings is not None)
            if text or piece.steps or piece.timings is not None or piece.finish:
                yield piece
            if text and piece.timings is None and self._is_full():
                self.is_cut = True
                spent = time.monotonic() - begin
                yield Piece(timings=self._timings(first, spent), finish="length")
                return

    def _check_time(self, spent: float, silent: float, *, ended: bool) -> None:
        if ended:
            return
        if silent > self._silence:
            raise BackendUnavailableError(
                f"The model wrote nothing in time: {self._silence:g} seconds without a token.",
                hint="Check the server, or raise backend.timeout.",
                retryable=False,
            )
        if spent > self._seconds:
            raise BackendUnavailableError(
                f"The answer did not end within {self._seconds:g} seconds.",
                hint="Raise backend.max_seconds if the machine is that slow.",
                retryable=False,
            )

    def _is_full(self) -> bool:
        """Whether the answer has more tokens than it may have."""
        pieces, most = len(self._texts), self._request.max_tokens
        if pieces > 2 * most + _SURPLUS or self._characters > _MOST_CHARACTERS * most:
            return True
        if self._count is None:
            return pieces > most and self._characters >= _TOKEN_CHARACTERS * pieces
        likely = max(pieces, self._characters // _USUAL_CHARACTERS)
        if likely <= self._counted_at:
            return False
        left = most - self._count("".join(self._texts))
        self._counted_at = likely + max(left, _BETWEEN_COUNTS)
        return left < 0

    def _timings(self, first: float, spent: float) -> Timings:
        return Timings.measured(
            prompt_tokens=self._request.prompt_tokens,
            generated_tokens=len(self._texts),
            first=first,
            spent=spent,
        )
