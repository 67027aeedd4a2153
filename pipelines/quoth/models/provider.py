"""The provider of a backend, which an entry point of `quoth.backends` names."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.config import Embedding, ModelSettings
from quoth.errors import ConfigurationError
from quoth.models.model import LocalModel
from quoth.weights import Installed, Transfer

if TYPE_CHECKING:
    from quoth.embed import Embedder


@dataclass(frozen=True)
class Provider(ABC):
    """Opens the models of a backend, and lists, fetches and removes them.

    `prompt_folders` are folders of the user's own prompts and families, which take precedence.
    """

    settings: ModelSettings
    prompt_folders: tuple[Path, ...] = field(default=(), kw_only=True)

    @abstractmethod
    def open(self, name: str) -> LocalModel:
        """Return the model called `name`, ready to be described and not loaded yet."""

    def open_embedder(self, name: str, *, embedding: Embedding) -> Embedder:
        """Return an embedder of the backend, used as `embedding` says.

        Raises `ConfigurationError` where the backend has none.
        """
        raise ConfigurationError(
            "This backend has no embedders.",
            hint="Set embedding.model to `embedded`, a folder, `ollama:NAME` or "
            "`openai-compatible:NAME`.",
        )

    def installed(self) -> Sequence[Installed]:
        """Return the models that the backend has here. Raises `BackendUnavailableError`."""
        return ()

    def pull(self, name: str, *, insecure: bool = False) -> Iterator[Transfer]:
        """Fetch a model, and yield the progress; the last step is reached only when it is whole.

        `insecure` allows a registry without TLS. Raises `ConfigurationError` where the backend
        fetches nothing, and `BackendError` for a fetch that fails or breaks off.
        """
        raise ConfigurationError(
            "This backend does not fetch models.",
            hint="Fetch the file yourself, or use the backend ollama.",
        )

    def origin(self, name: str) -> str:
        """Return the host that `pull` fetches a model from; empty where it fetches nothing."""
        return ""

    def find(self, name: str) -> Installed:
        """Return the model that `remove` would delete.

        Raises `ModelNotFoundError`, and `ConfigurationError` where the backend keeps none.
        """
        raise ConfigurationError(
            "This backend keeps no models of its own.", hint="Delete the file yourself."
        )

    def remove(self, name: str) -> None:
        """Delete a model of the backend. Raises `ConfigurationError` where it keeps none."""
        raise ConfigurationError(
            "This backend keeps no models of its own.", hint="Delete the file yourself."
        )
