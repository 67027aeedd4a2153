"""Embeds on a separate thread while the caller reads and stores."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Self, TypeAlias

from quoth.embed.contract import Advance, Embedder
from quoth.types import Vectors

_Job: TypeAlias = "tuple[Sequence[str], Future[Vectors], Advance | None]"
_Jobs: TypeAlias = "queue.SimpleQueue[_Job | None]"
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

    def submit(self, texts: Sequence[str], *, advance: Advance | None = None) -> Future[Vectors]:
        """Return the future vectors of passages, or the error that they end with.

        `advance` is called on the thread, as `Embedder.embed` calls it.
        """
        future: Future[Vectors] = Future()
        self._jobs.put((texts, future, advance))
        return future

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._leaving = kind is not None
        self._jobs.put(None)
        self._thread.join(timeout=PATIENCE_SECONDS if self._leaving else None)

    def _run(self) -> None:
        self._embedder.prepare()  # while the caller reads the first texts
        while (job := self._jobs.get()) is not None:
            texts, future, advance = job
            try:
                vectors = self._embedder.embed(texts, progress=self._stopping(advance))
                future.set_result(vectors)
            except BaseException as error:  # raised again where the vectors are awaited
                future.set_exception(error)
                if self._leaving:
                    return

    def _stopping(self, advance: Advance | None) -> Advance:
        """Return a callback that stops the work once the block is left, else calls `advance`."""

        def call(texts: int) -> None:
            if self._leaving:
                raise InterruptedError
            if advance is not None:
                advance(texts)

        return call
