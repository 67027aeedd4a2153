"""The model as sentence-transformers runs it, and its export to a graph for other engines."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quoth.embed.batch import Ids, padded
from quoth.system import missing_extra, stage_file


class TorchEngine:
    """Runs a folder with a sentence-transformers model, in 32 bits or in bf16."""

    lanes = 1

    def __init__(self, folder: Path, *, threads: int, bf16: bool = False) -> None:
        if importlib.util.find_spec("sentence_transformers") is None:
            raise missing_extra("This embedder", "torch")
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        torch.set_num_threads(threads)
        self.name = "torch-bf16" if bf16 else "torch"
        self._bf16 = bf16
        self._model = SentenceTransformer(str(folder), local_files_only=True, device="cpu").eval()

    def encode(self, rows: Sequence[Ids]) -> NDArray[np.float32]:
        """Return a vector of unit length for the token ids of each text of one batch."""
        import torch

        ids, mask = padded(rows)
        features = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
        precision = torch.autocast("cpu", torch.bfloat16) if self._bf16 else nullcontext()
        with torch.inference_mode(), precision:
            found = self._model(features)["sentence_embedding"].float()
        vectors: NDArray[np.float32] = torch.nn.functional.normalize(found, dim=-1).numpy()
        return vectors

    @property
    def exportable(self) -> bool:
        """Tell whether the model is a transformer, the mean over tokens, and unit length."""
        kinds = [type(module).__name__ for module in self._model]
        if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
            return False
        return bool(self._model[1].pooling_mode == "mean")

    def export(self, graph: Path) -> None:
        """Write the whole model, pooling included, as one ONNX graph."""
        import torch

        class Pooled(torch.nn.Module):
            def __init__(self, transformer: Any) -> None:
                super().__init__()
                self.transformer = transformer

            def forward(self, input_ids: Any, attention_mask: Any) -> Any:
                hidden = self.transformer(
                    input_ids=input_ids, attention_mask=attention_mask
                ).last_hidden_state
                mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
                mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
                return torch.nn.functional.normalize(mean, dim=-1)

        example = torch.ones((2, 8), dtype=torch.long)
        axes = {0: "batch", 1: "tokens"}
        with stage_file(graph) as part, torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the tracer's; the tests compare vectors instead
            torch.onnx.export(
                Pooled(self._model[0].auto_model).eval(),
                (example, example),
                str(part),
                input_names=["input_ids", "attention_mask"],
                output_names=["vectors"],
                dynamic_axes={
                    "input_ids": axes,
                    "attention_mask": axes,
                    "vectors": {0: "batch"},
                },
                opset_version=18,
                dynamo=False,
            )


def has_bf16() -> bool:
    """Tell whether the processor computes in bf16 natively."""
    if importlib.util.find_spec("torch") is None:
        raise missing_extra("Embedding in bf16 with torch", "torch")
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported())
