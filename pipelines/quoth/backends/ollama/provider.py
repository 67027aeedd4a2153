"""`ollama`: the models of the user's own Ollama server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quoth.backends.ollama.model import Ollama
from quoth.backends.ollama.wire import client_options, connect, server_address, translate_errors
from quoth.models import Provider
from quoth.weights import Installed, Transfer, split_model_name

if TYPE_CHECKING:
    from ollama import Client

    from quoth.config import Embedding
    from quoth.embed import Embedder


class OllamaProvider(Provider):
    """The models of the server at `backend.url`, OLLAMA_HOST, or the usual address."""

    def open(self, name: str) -> Ollama:
        """Return a model of the server."""
        return Ollama(
            model=f"ollama:{name}", settings=self.settings, prompt_folders=self.prompt_folders
        )

    def open_embedder(self, name: str, *, embedding: Embedding) -> Embedder:
        """Return an embedder of the server."""
        from quoth.backends.ollama.embedder import OllamaEmbedder

        return OllamaEmbedder(name, self.settings, embedding)

    def installed(self) -> Sequence[Installed]:
        """Return the models that the server has, except those that run elsewhere."""
        http = connect(self.settings)
        try:
            entries = http.json("GET", "/api/tags").get("models") or []
        finally:
            http.close()
        return [
            Installed(
                name=str(entry["name"]),
                bytes=int(entry.get("size") or 0),
                quantization=str((entry.get("details") or {}).get("quantization_level") or ""),
            )
            for entry in entries
            if not entry.get("remote_host")
        ]

    def pull(self, name: str) -> Iterator[Transfer]:
        """Have the server fetch a model, and yield the progress."""
        with self._client(name) as client:
            for step in client.pull(name, stream=True):
                yield Transfer(step.status or "", step.completed or 0, step.total or 0)

    def origin(self, name: str) -> str:
        """Return the host of the registry in a name."""
        return split_model_name(name)[0]

    def remove(self, name: str) -> None:
        """Have the server delete a model."""
        with self._client(name) as client:
            client.delete(name)

    @contextmanager
    def _client(self, name: str) -> Iterator[Client]:
        """Give the official client for one call, whose errors become ours."""
        from ollama import Client

        url = server_address(self.settings)
        with (
            translate_errors(url, name),
            Client(host=url, **client_options(self.settings)) as client,
        ):
            yield client
