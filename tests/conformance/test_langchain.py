"""LangChain's own standard tests, inherited."""

from __future__ import annotations

from typing import Any

import pytest
from conformance.ollama_server import EMBEDDER, NAME, OllamaServer
from conformance.subjects import settings
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests, EmbeddingsIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests
from quoth.backends import LlamaCpp
from quoth.backends.ollama.embedder import OllamaEmbedder
from quoth.backends.ollama.model import Ollama
from quoth.config import Embedding
from quoth.weights.find import find_embedded_weights


class _Offers:
    """What our models do and do not, in the words of LangChain's tests."""

    has_tool_calling = False
    has_structured_output = False
    supports_json_mode = False
    supports_image_inputs = False
    returns_usage_metadata = True

    @pytest.fixture
    def model(self, request: pytest.FixtureRequest) -> Any:
        model = self.chat_model_class(**self.chat_model_params)  # type: ignore[attr-defined]
        yield model
        model.unload()


class TestLlamaCppUnit(_Offers, ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LlamaCpp

    @property
    def chat_model_params(self) -> dict[str, Any]:
        path = find_embedded_weights()
        return {"model": "llamacpp:embedded", "path": path, "settings": settings()}


class TestLlamaCppIntegration(_Offers, ChatModelIntegrationTests):
    chat_model_class = TestLlamaCppUnit.chat_model_class
    chat_model_params = TestLlamaCppUnit.chat_model_params


@pytest.mark.slow
class TestOllamaIntegration(_Offers, ChatModelIntegrationTests):
    @pytest.fixture(autouse=True)
    def _server(self, shared_ollama: OllamaServer) -> None:
        self.url = shared_ollama.url

    @property
    def chat_model_class(self) -> Any:
        return Ollama

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": f"ollama:{NAME}", "settings": settings(url=self.url)}


class TestOllamaEmbedderIntegration(EmbeddingsIntegrationTests):
    @pytest.fixture(autouse=True)
    def _server(self, shared_ollama: OllamaServer) -> None:
        self.url = shared_ollama.url

    @property
    def embeddings_class(self) -> type[Embeddings]:
        return OllamaEmbedder

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {
            "name": EMBEDDER,
            "settings": settings(url=self.url),
            "embedding": Embedding(),
        }
