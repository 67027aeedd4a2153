"""Embedding on a thread of its own, so that reading and storing go on meanwhile."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Self

from quoth.embed.contract import Embedder, Vectors

_Jobs = queue.SimpleQueue[tuple[Sequence[str], Future[Vectors]] | None]
PATIENCE_SECONDS = 0.5


class EmbeddingThread:
    """Embeds what is submitted, in order. Use it in a `with` block: it ends with it.

    Whoever leaves early, as Ctrl-C does, does not wait for what is still under way.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._jobs: _Jobs = queue.SimpleQueue()
        self._leaving = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        """Return the vectors of these texts, or why there are none, as soon as they are there."""
        future: Future[Vectors] = Future()
        self._jobs.put((texts, future))
        return future

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._leaving = kind is not None
        self._jobs.put(None)
        self._thread.join(timeout=PATIENCE_SECONDS if self._leaving else None)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            texts, future = job
            try:
                future.set_result(self._embedder.embed(texts, progress=self._go_on))
            except BaseException as error:  # it belongs to whoever waits for the vectors
                future.set_exception(error)
                if self._leaving:
                    return

    def _go_on(self, _: int) -> None:
        if self._leaving:
            raise InterruptedError
