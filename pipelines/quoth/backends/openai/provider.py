"""`openai-compatible`: any other server on this machine that speaks `/v1` (vLLM, LM Studio, …)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from quoth.backends.ollama.provider import OllamaProvider
from quoth.backends.openai.model import OpenAICompatible
from quoth.backends.openai.wire import connect
from quoth.errors import BackendError
from quoth.models import LocalModel, Provider
from quoth.weights import Installed

if TYPE_CHECKING:
    from quoth.config import Embedding
    from quoth.embed import Embedder


class OpenAICompatibleProvider(Provider):
    """The models of the server at `backend.url`, which may end in `/v1` or not.

    A server that is Ollama is spoken to in its own API: its `/v1` cuts a long prompt without a
    word, and its own API can be forbidden to.
    """

    def open(self, name: str) -> LocalModel:
        """Return a model of the server. Raises `ConfigurationError` without an address."""
        if native := self._native():
            return native.open(name)
        return OpenAICompatible(
            model=f"openai-compatible:{name}",
            settings=self.settings,
            prompt_folders=self.prompt_folders,
        )

    def open_embedder(self, name: str, *, embedding: Embedding) -> Embedder:
        """Return an embedder of the server. Raises `ConfigurationError` without an address."""
        from quoth.backends.openai_embedder import OpenAIEmbedder

        if self.settings.url and (native := self._native()):
            return native.open_embedder(name, embedding=embedding)
        return OpenAIEmbedder(name, self.settings, embedding)

    def installed(self) -> Sequence[Installed]:
        """Return the models that the server serves."""
        if not self.settings.url:
            return ()
        http = connect(self.settings)
        try:
            entries = http.json("GET", "/v1/models").get("data") or []
        finally:
            http.close()
        return [Installed(str(entry.get("id"))) for entry in entries]

    def _native(self) -> OllamaProvider | None:
        """Return the provider of Ollama's own API where the server is Ollama."""
        http = connect(self.settings)
        try:
            imitates = http.has("/api/extra/version")  # KoboldCpp has some routes of Ollama
            if imitates or not http.has("/api/version"):
                return None
        except BackendError:  # whether it can be reached is told with the first call
            return None
        finally:
            http.close()
        settings = self.settings.model_copy(update={"url": http.url})
        return OllamaProvider(settings, prompt_folders=self.prompt_folders)
