"""`openai-compatible`: any other server on this machine that speaks `/v1` (vLLM, LM Studio, …)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from quoth.backends.openai.model import OpenAICompatible
from quoth.backends.openai.wire import connect, list_models
from quoth.models import Provider
from quoth.weights import Installed

if TYPE_CHECKING:
    from quoth.config import Embedding
    from quoth.embed import Embedder


class OpenAICompatibleProvider(Provider):
    """The models of the server at `backend.url`, which may end in `/v1` or not."""

    def open(self, name: str) -> OpenAICompatible:
        """Return a model of the server. Raises `ConfigurationError` without an address."""
        return OpenAICompatible(
            model=f"openai-compatible:{name}",
            settings=self.settings,
            prompt_folders=self.prompt_folders,
        )

    def open_embedder(self, name: str, *, embedding: Embedding) -> Embedder:
        """Return an embedder of the server. Raises `ConfigurationError` without an address."""
        from quoth.backends.openai.embedder import OpenAIEmbedder

        return OpenAIEmbedder(name, self.settings, embedding)

    def installed(self) -> Sequence[Installed]:
        """Return the models that the server serves."""
        if not self.settings.url:
            return ()
        http = connect(self.settings)
        try:
            entries = list_models(http)
        finally:
            http.close()
        return [Installed(str(entry.get("id"))) for entry in entries]
