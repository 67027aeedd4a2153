"""A backend in one file: it says what it was asked."""

from __future__ import annotations

import time
from collections.abc import Iterator

from quoth.models import Description, LocalModel, Piece, Provider, Request, cut_at_stop
from quoth.types import Timings


class EchoProvider(Provider):
    """Opens an echo under any name."""

    def open(self, name: str) -> LocalModel:
        """Return the model; nothing needs loading."""
        return Echo(model=f"echo:{name}", settings=self.settings)


class Echo(LocalModel):
    """Answers with the words of the last message. A word is a token."""

    def describe(self) -> Description:
        """Return that it takes messages, and how many of its tokens."""
        return Description(
            name=self.model,
            family="plain",
            kind="chat",
            context_window=self.settings.context_window,
            parallel=1,
            fingerprint="echo-1",
        )

    def count_tokens(self, text: str) -> int:
        """Return the number of words."""
        return len(text.split())

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        """Yield the words one by one, and the timings at the end."""
        begin = time.perf_counter()
        words = str(request.messages[-1].text).split()
        answer = words[: request.max_tokens]
        for text in cut_at_stop((f"{word} " for word in answer), request.stop):
            yield Piece(text=text)
        yield Piece(
            timings=Timings(
                prompt_tokens=request.prompt_tokens,
                generated_tokens=len(answer),
                generation_seconds=time.perf_counter() - begin,
            ),
            finish="stop" if len(answer) == len(words) else "length",
        )
