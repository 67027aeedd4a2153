"""Embeds on a separate thread while the caller reads and stores."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Self, TypeAlias

from quoth.embed.contract import Embedder
from quoth.types import Vectors

_Jobs: TypeAlias = "queue.SimpleQueue[tuple[Sequence[str], Future[Vectors]] | None]"
PATIENCE_SECONDS = 0.5


class EmbeddingThread:
    """Embeds what is submitted, in order; the thread lives as long as the `with` block.

    A block that is left by an exception, as with Ctrl-C, does not wait for unfinished texts.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._jobs: _Jobs = queue.SimpleQueue()
        self._leaving = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def submit(self, texts: Sequence[str]) -> Future[Vectors]:
        """Return the future vectors of passages, or the error that they end with."""
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
                future.set_result(self._embedder.embed(texts, progress=self._stop_if_leaving))
            except BaseException as error:  # raised again where the vectors are awaited
                future.set_exception(error)
                if self._leaving:
                    return

    def _stop_if_leaving(self, _: int) -> None:
        if self._leaving:
            raise InterruptedError
