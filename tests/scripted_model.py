"""A model that answers as it is told to, and counts what it is asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from pydantic import PrivateAttr
from quoth.models import Constraint, Description, LocalModel, Piece, Request
from quoth.types import Timings

Answer = Callable[[str], str]


def first_words(count: int = 12) -> Answer:
    """Answer with the last words of the prompt's text, as a sentence."""

    def answer(prompt: str) -> str:
        return " ".join(prompt.split()[-count:]) + "."

    return answer


class Scripted(LocalModel):
    """Four characters are a token. `obeys` tells whether it keeps to `max_tokens`."""

    model: str = "scripted:test"
    answer: Answer = first_words()
    window: int = 4096
    parallel: int = 3
    parameters: int = 7_000_000_000
    fingerprint: str = "scripted"
    seconds: float = 0.0
    obeys: bool = True
    constraints: tuple[Constraint, ...] = ("json_schema", "grammar")

    _asked: list[Request] = PrivateAttr(default_factory=list)
    _now: int = PrivateAttr(default=0)
    _most: int = PrivateAttr(default=0)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)

    def describe(self) -> Description:
        return Description(
            name=self.model,
            family="plain",
            kind="chat",
            context_window=self.window,
            parallel=self.parallel,
            fingerprint=self.fingerprint,
            parameters=self.parameters,
            constraints=self.constraints,
        )

    def count_tokens(self, text: str) -> int:
        return -(-len(text) // 4)

    def token_starts(self, text: str) -> list[int]:
        return list(range(0, len(text), 4))

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        with self._lock:
            self._asked.append(request)
            self._now += 1
            self._most = max(self._most, self._now)
        try:
            time.sleep(self.seconds)
            prompt = str(request.messages[-1].content)
            text = self.answer(prompt)
            cut = text[: 4 * request.max_tokens] if self.obeys else text
            for begin in range(0, len(cut), 200):
                yield Piece(text=cut[begin : begin + 200])
            yield Piece(
                timings=Timings(
                    prompt_tokens=self.count_tokens(prompt),
                    generated_tokens=self.count_tokens(cut),
                    prompt_seconds=0.01,
                    generation_seconds=0.01,
                ),
                finish="length" if len(cut) < len(text) else "stop",
            )
        finally:
            with self._lock:
                self._now -= 1

    @property
    def asked(self) -> list[Any]:
        return self._asked

    @property
    def most_at_once(self) -> int:
        return self._most
