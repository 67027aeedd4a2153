"""LangChain's own standard tests, inherited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from backends.chat_server import MODEL, serving
from conformance.ollama_server import EMBEDDER, NAME, OllamaServer
from conformance.standard_server import StandardServer
from conformance.subjects import settings
from langchain_core.caches import BaseCache
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import BaseTool
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import (
    AsyncCacheTestSuite,
    ChatModelIntegrationTests,
    EmbeddingsIntegrationTests,
    RetrieversIntegrationTests,
    SyncCacheTestSuite,
    ToolsIntegrationTests,
    VectorStoreIntegrationTests,
)
from langchain_tests.unit_tests import ChatModelUnitTests, EmbeddingsUnitTests, ToolsUnitTests
from quoth import CollectionRetriever, JournalCache, Library
from quoth.backends import LlamaCpp
from quoth.backends.ollama.embedder import OllamaEmbedder
from quoth.backends.ollama.model import Ollama
from quoth.backends.openai.model import OpenAICompatible
from quoth.config import Embedding
from quoth.embed import LangChainEmbedder
from quoth.journal import Journal
from quoth.weights.find import find_embedded_weights


class TestRetriever(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _library(self, sample: str, session_home: Path) -> Iterator[None]:
        with Library(sample, home=session_home) as self.library:
            yield

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return CollectionRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"searcher": self.library.searcher}

    @property
    def retriever_query_example(self) -> str:
        return "What is said of tanks?"


class _SearchTool:
    @pytest.fixture(autouse=True)
    def _library(self, sample: str, session_home: Path) -> Iterator[None]:
        with Library(sample, home=session_home) as self.library:
            yield

    @property
    def tool_constructor(self) -> BaseTool:
        return self.library.as_tool()

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"question": "What is said of tanks?"}


class TestToolUnit(_SearchTool, ToolsUnitTests):
    pass


class TestToolIntegration(_SearchTool, ToolsIntegrationTests):
    pass


class TestVectorStore(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> Iterator[VectorStore]:
        with Library(home=tmp_path, embedder=self.get_embeddings()) as library:
            yield library.as_vector_store()


class TestCache(SyncCacheTestSuite):
    @pytest.fixture
    def cache(self, tmp_path: Path) -> BaseCache:
        return JournalCache(Journal(tmp_path / "journal.sqlite"))


class TestAsynchronousCache(AsyncCacheTestSuite):
    @pytest.fixture
    async def cache(self, tmp_path: Path) -> BaseCache:
        return JournalCache(Journal(tmp_path / "journal.sqlite"))


class TestOwnEmbedderUnit(EmbeddingsUnitTests):
    @property
    def embeddings_class(self) -> type[Embeddings]:
        return LangChainEmbedder

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"embeddings": DeterministicFakeEmbedding(size=6)}


class TestOwnEmbedderIntegration(EmbeddingsIntegrationTests):
    embeddings_class = TestOwnEmbedderUnit.embeddings_class
    embedding_model_params = TestOwnEmbedderUnit.embedding_model_params


MODEL_OVERRIDE = "an object is one model, and refuses the option `model` of a call"
ONLY_TEXT = "a model reads text, and refuses images, sounds and PDFs, which the library reads"
REFUSED = {
    "test_invoke_with_model_override": MODEL_OVERRIDE,
    "test_ainvoke_with_model_override": MODEL_OVERRIDE,
    "test_stream_with_model_override": MODEL_OVERRIDE,
    "test_astream_with_model_override": MODEL_OVERRIDE,
    "test_pdf_inputs": ONLY_TEXT,
    "test_pdf_tool_message": ONLY_TEXT,
    "test_audio_inputs": ONLY_TEXT,
    "test_image_inputs": ONLY_TEXT,
    "test_image_tool_message": ONLY_TEXT,
    "test_anthropic_inputs": "blocks in the form of one vendor are refused",
    "test_init_from_env": "a model reads no environment: `load_config` does, for all parts",
    "test_serdes": "LangChain's test loads none but the classes that LangChain lists; "
    "`test_copies` names the class",
    "test_stream_time": "it times replies that were recorded, and ours come from a server here",
}
"""The standard tests of a chat model that are left out, and why."""


class _Offers:
    """What our models do and do not, in the words of LangChain's tests."""

    refused: ClassVar[Mapping[str, str]] = REFUSED
    supports_json_mode = True
    supports_image_inputs = False
    returns_usage_metadata = True
    supports_model_override = False

    @pytest.fixture(autouse=True)
    def _reasons(self, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
        """Leave out what is refused, by its reason, and nothing else."""
        if reason := self.refused.get(request.node.originalname):
            pytest.skip(reason)
        monkeypatch.setattr(pytest, "skip", pytest.fail)

    @pytest.fixture
    def model(self, request: pytest.FixtureRequest) -> Any:
        model = self.chat_model_class(**self.chat_model_params)  # type: ignore[attr-defined]
        yield model
        model.unload()


class TestServedUnit(_Offers, ChatModelUnitTests):
    @pytest.fixture(autouse=True)
    def _server(self) -> Iterator[None]:
        with serving(StandardServer(window=4000)) as server:
            self.url = server.url
            yield

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return OpenAICompatible

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": f"openai-compatible:{MODEL}", "settings": settings(url=self.url)}


class TestServedIntegration(_Offers, ChatModelIntegrationTests):
    """Over a server that calls tools, so that all of them pass whatever a small model knows."""

    _server = TestServedUnit._server
    chat_model_class = TestServedUnit.chat_model_class
    chat_model_params = TestServedUnit.chat_model_params


class TestLlamaCppUnit(_Offers, ChatModelUnitTests):
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return LlamaCpp

    @property
    def chat_model_params(self) -> dict[str, Any]:
        path = find_embedded_weights()
        return {"model": "llamacpp:embedded", "path": path, "settings": settings()}


@pytest.mark.slow
class TestLlamaCppIntegration(_Offers, ChatModelIntegrationTests):
    """A grammar holds the embedded model to calls and schemas."""

    chat_model_class = TestLlamaCppUnit.chat_model_class
    chat_model_params = TestLlamaCppUnit.chat_model_params


@pytest.mark.slow
class TestOllamaUnit(_Offers, ChatModelUnitTests):
    refused: ClassVar = {name: why for name, why in REFUSED.items() if name != "test_init_from_env"}

    @pytest.fixture(autouse=True)
    def _server(self, shared_ollama: OllamaServer) -> None:
        self.url = shared_ollama.url

    @property
    def init_from_env_params(self) -> tuple[dict[str, str], dict[str, Any], dict[str, Any]]:
        host = "http://127.0.0.1:9"
        return {"OLLAMA_HOST": host}, {"model": f"ollama:{NAME}"}, {"address": host}

    @property
    def chat_model_class(self) -> Any:
        return Ollama

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": f"ollama:{NAME}", "settings": settings(url=self.url)}


@pytest.mark.slow
class TestOllamaIntegration(_Offers, ChatModelIntegrationTests):
    _server = TestOllamaUnit._server
    chat_model_class = TestOllamaUnit.chat_model_class
    chat_model_params = TestOllamaUnit.chat_model_params


@pytest.mark.slow
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
