"""The limit on the calls that a model answers at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from quoth.models import LocalModel


class Gate:
    """Admits as many concurrent calls as a model decodes in parallel. Any thread may use it."""

    def __init__(self, model: LocalModel) -> None:
        self._model = model
        self._lock = threading.Lock()
        self._semaphore: threading.Semaphore | None = None

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a free slot of the model, and occupy it within the block."""
        with self._slots():
            yield

    def _slots(self) -> threading.Semaphore:
        with self._lock:
            if self._semaphore is None:  # asking the model may load it
                parallel = max(1, self._model.describe().parallel)
                self._semaphore = threading.BoundedSemaphore(parallel)
            return self._semaphore
