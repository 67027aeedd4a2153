"""The graph on OpenVINO, which computes in bf16 where the processor has it natively."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from quoth.embed.batch import Batch
from quoth.system import import_quietly, missing_extra
from quoth.types import Vectors

_FIRST_USE = threading.Lock()
"""The first array that the runtime touches imports a part of NumPy, under a lock of its own: two
threads that do so at the same time deadlock."""


def is_installed() -> bool:
    """Return whether OpenVINO is installed; nothing is imported."""
    return importlib.util.find_spec("openvino") is not None


class OpenVinoEngine:
    """Runs a graph, in the precision that the processor is fastest at.

    OpenVINO reads the graph itself; its converter is not called. Raises `MissingExtraError` where
    OpenVINO is not installed.
    """

    name = "openvino"

    def __init__(self, graph: Path, *, threads: int) -> None:
        if not is_installed():
            raise missing_extra("The embedding engine openvino", "fast")
        core = import_quietly("openvino").Core()
        # A batch on each core costs less than all cores on a batch.
        self.lanes = threads
        self._model = core.compile_model(
            core.read_model(str(graph)),
            "CPU",
            {
                "NUM_STREAMS": threads,
                "INFERENCE_NUM_THREADS": threads,
                # Pinned threads block whatever else runs on their core.
                "ENABLE_CPU_PINNING": False,
            },
        )
        self._inputs = frozenset(entry.any_name for entry in self._model.inputs)
        self._idle: list[Any] = []
        with _FIRST_USE:
            self.encode(Batch(np.zeros((1, 2), np.int64), np.ones((1, 2), np.int64)))

    def encode(self, batch: Batch) -> Vectors:
        """Return a vector of unit length for each text of a batch."""
        with self._request() as request:
            outputs = request.infer(batch.inputs(self._inputs))
            vectors = np.array(outputs[0], np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)  # bf16 leaves them a little off
        return vectors

    @contextmanager
    def _request(self) -> Iterator[Any]:
        """Give a request that no other thread uses.

        A new request would first allocate memory, for which both cores wait; with requests that are
        used again, a quarter more texts are embedded a second.
        """
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._model.create_infer_request()
        yield request
        self._idle.append(request)
