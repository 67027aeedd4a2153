"""The graph on onnxruntime, in 32 bits. It opens in a fraction of a second."""

from __future__ import annotations

from pathlib import Path

from quoth.embed.batch import Batch
from quoth.system import import_quietly
from quoth.types import Vectors


class OnnxEngine:
    """Runs a graph on all of its threads, one batch after the other."""

    name = "onnx"
    lanes = 1

    def __init__(self, graph: Path, *, threads: int) -> None:
        onnxruntime = import_quietly("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Idle threads sleep: spinning ones starve the language model on the same cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
        self._inputs = frozenset(entry.name for entry in session.get_inputs())

    def encode(self, batch: Batch) -> Vectors:
        """Return a vector of unit length for each text of a batch."""
        vectors: Vectors = self._session.run(None, batch.inputs(self._inputs))[0]
        return vectors
