"""An exported graph on onnxruntime: no torch, so it is there in well under a second."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from quoth.embed.batch import Ids, padded
from quoth.system import import_quietly


class OnnxEngine:
    """Runs the graph that `export` wrote, in 32 bits."""

    name = "onnx"
    lanes = 1

    def __init__(self, graph: Path, *, threads: int) -> None:
        onnxruntime = import_quietly("onnxruntime")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # Idle threads sleep: spinning ones starve the language model on the same cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )

    def encode(self, rows: Sequence[Ids]) -> NDArray[np.float32]:
        """Return a vector of unit length for the token ids of each text of one batch."""
        ids, mask = padded(rows)
        vectors: NDArray[np.float32] = self._session.run(
            None, {"input_ids": ids, "attention_mask": mask}
        )[0]
        return vectors
