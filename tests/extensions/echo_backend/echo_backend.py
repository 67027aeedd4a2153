"""A backend in one file: it says what it was asked."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Self

from quoth.config.settings import ModelSettings
from quoth.models.model import Description, LocalModel, Piece, Request
from quoth.types import Timings


class Echo(LocalModel):
    """Answers with the words of the last message. A word is a token."""

    window: int

    @classmethod
    def open(cls, name: str, settings: ModelSettings) -> Self:
        """Return the model; nothing needs loading."""
        return cls(
            model=f"echo:{name}",
            window=settings.context_window,
            temperature=settings.temperature,
            seed=settings.seed,
        )

    def describe(self) -> Description:
        """Tell that it takes messages, and how many of its tokens."""
        return Description(
            name=self.model,
            family="plain",
            kind="chat",
            context_window=self.window,
            parallel=1,
            fingerprint="echo-1",
        )

    def count_tokens(self, text: str) -> int:
        """Return the number of words."""
        return len(text.split())

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Give the words one by one, and at the end the timings."""
        begin = time.perf_counter()
        words = str(request.messages[-1].text).split()
        said = words[: request.max_tokens]
        for word in said:
            yield Piece(text=f"{word} ")
        yield Piece(
            timings=Timings(
                prompt_tokens=request.prompt_tokens,
                generated_tokens=len(said),
                generation_seconds=time.perf_counter() - begin,
            ),
            finish="stop" if len(said) == len(words) else "length",
        )
