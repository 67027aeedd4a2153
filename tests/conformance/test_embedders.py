"""The contract of an embedder, checked on those that come with Quoth."""

from __future__ import annotations

import pytest
from conformance.ollama_server import EMBEDDER, OllamaServer
from quoth.config import load_config
from quoth.embed import Embedder
from quoth.models import open_embedder
from quoth.testing import EmbedderConformance


class TestEmbedded(EmbedderConformance):
    def open_embedder(self) -> Embedder:
        return open_embedder(load_config().config)


class TestOllama(EmbedderConformance):
    @pytest.fixture(autouse=True)
    def _server(self, shared_ollama: OllamaServer) -> None:
        self.url = shared_ollama.url

    def open_embedder(self) -> Embedder:
        overrides = {
            "embedding.model": f"ollama:{EMBEDDER}",
            "backend.model": "ollama:any",
            "backend.url": self.url,
        }
        return open_embedder(load_config(overrides=overrides).config)
