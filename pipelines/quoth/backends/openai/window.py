"""Proof that a server reads a prompt whole, where only its own count of it is known.

A server that cuts a prompt answers as if nothing were missing, and reports fewer tokens. How many
there should have been follows from the prompt itself: its two halves, sent apart, make as many
tokens as the whole. A server that cuts the halves as well reports the same count three times.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from langchain_core.messages import BaseMessage

from quoth.backends.rates import TokenRates
from quoth.errors import GenerationError
from quoth.models import shortfall_error

_ALWAYS_READ = 256
"""The number of tokens that every server reads."""
_SEAM_TOKENS = 8
"""The tokens that a cut in the middle of a text may add or take away, for one message."""
_SEAM_SHARE = 0.01
_UNREPORTED_TOKENS = 2000
"""The size of prompt from which a server must report what it read, or state its window."""

Read = Callable[[Sequence[BaseMessage]], int]
"""Sends messages for one token of an answer, and returns the prompt tokens that were read."""


class WindowProof:
    """What has been proved of the prompts that a server reads. Safe for many threads.

    `read` sends messages and returns the count of the server, 0 where it reports none.
    """

    def __init__(self, model: str, read: Read, rates: TokenRates) -> None:
        self._model = model
        self._read = read
        self._rates = rates
        self._proved = _ALWAYS_READ
        self._lock = threading.Lock()

    def check(self, messages: Sequence[BaseMessage], tokens: int, *, window: int) -> None:
        """Raise `GenerationError` unless the server read these messages whole.

        `tokens` is the count that the server reported with its answer. `window` is the window that
        it states; 0 where it states none.
        """
        text = "\n".join(str(message.text) for message in messages)
        if not tokens:
            self._check_unreported(text, window)
        elif tokens > self._proved or self._is_short(text, tokens):
            self._prove(messages, text, tokens)

    def _check_unreported(self, text: str, window: int) -> None:
        bound = self._rates.bound(text)
        if bound > (window or _UNREPORTED_TOKENS):
            raise GenerationError(
                f"{self._model} does not report how many tokens it read, and a prompt of up to "
                f"{bound} tokens may be longer than its window.",
                hint="Update the server, or lower backend.context_window to its real window.",
            )

    def _is_short(self, text: str, tokens: int) -> bool:
        """Whether a prompt was read with far fewer tokens than texts like it make."""
        return self._rates.knows(text) and 2 * tokens < self._rates.bound(text)

    def _prove(self, messages: Sequence[BaseMessage], text: str, tokens: int) -> None:
        with self._lock:
            template = self._read([_with_text(message, "") for message in messages])
            halves = [self._read([_half(m, part) for m in messages]) for part in (0, 1)]
            whole = sum(halves) - template
            seam = _SEAM_TOKENS * len(messages) + round(_SEAM_SHARE * whole)
            if tokens + seam < whole:
                raise shortfall_error(self._model, whole, tokens)
            self._proved = max(self._proved, tokens)
            self._rates.learn(text, tokens - template)


def _half(message: BaseMessage, part: int) -> BaseMessage:
    """Return the message with the first or the second half of its text."""
    text = str(message.text)
    middle = text.rfind(" ", 0, len(text) // 2 + 1)
    middle = middle if middle > 0 else len(text) // 2
    return _with_text(message, text[middle:] if part else text[:middle])


def _with_text(message: BaseMessage, text: str) -> BaseMessage:
    return message.model_copy(update={"content": text})
