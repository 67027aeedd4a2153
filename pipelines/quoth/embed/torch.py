"""The model as sentence-transformers runs it: for architectures that no graph is written for."""

from __future__ import annotations

import importlib.util
from contextlib import nullcontext
from pathlib import Path

from quoth.embed.batch import Batch
from quoth.errors import ConfigurationError
from quoth.system import missing_extra
from quoth.types import Vectors


def is_installed() -> bool:
    """Return whether sentence-transformers is installed; nothing is imported."""
    return importlib.util.find_spec("sentence_transformers") is not None


def has_bf16() -> bool:
    """Return whether the processor computes in bf16 natively."""
    import torch

    return bool(torch.cpu._is_avx512_bf16_supported())


class TorchEngine:
    """Runs a folder with a sentence-transformers model, in 32 bits or in bf16.

    Raises `MissingExtraError` where sentence-transformers is not installed, and
    `ConfigurationError` for a folder that it cannot load or a processor without bf16.
    """

    lanes = 1

    def __init__(self, folder: Path, *, threads: int, bf16: bool = False) -> None:
        if not is_installed():
            raise missing_extra("The embedding engine torch", "torch")
        if bf16 and not has_bf16():
            raise ConfigurationError(
                "This processor does not compute in bf16.", hint="Set embedding.engine to auto."
            )
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        self.name = "torch-bf16" if bf16 else "torch"
        self._bf16 = bf16
        try:
            self._model = SentenceTransformer(
                str(folder), local_files_only=True, device="cpu"
            ).eval()
        except Exception as error:  # whatever a foreign class, or unpickling, raises
            reason = str(error).partition("\n")[0].rstrip(".")
            raise ConfigurationError(
                f"The embedder in {folder} cannot be loaded: {reason}.",
                hint="Try SentenceTransformer(folder) in Python to see the full error.",
            ) from error

    def encode(self, batch: Batch) -> Vectors:
        """Return a vector of unit length for each text of a batch."""
        import torch

        features = {
            "input_ids": torch.from_numpy(batch.ids),
            "attention_mask": torch.from_numpy(batch.mask),
            "prompt_length": batch.prompt,
        }
        precision = torch.autocast("cpu", torch.bfloat16) if self._bf16 else nullcontext()
        with torch.inference_mode(), precision:
            embedding = self._model(features)["sentence_embedding"].float()
        vectors: Vectors = torch.nn.functional.normalize(embedding, dim=-1).numpy()
        return vectors
