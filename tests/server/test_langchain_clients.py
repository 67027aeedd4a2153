"""LangChain's own integration tests, with its clients of OpenAI on our server."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langchain_tests.integration_tests import ChatModelIntegrationTests, EmbeddingsIntegrationTests
from served import TOKEN, Served

_CLOSED = httpx2.Limits(max_keepalive_connections=0)
"""Nothing outlives the event loop of its test."""


class OnServer(ChatModelIntegrationTests):
    """`model_name` is the model on the server."""

    model_name = "llamacpp:embedded"
    with_responses = False
    has_tool_calling = False
    has_structured_output = False
    returns_usage_metadata = True

    @pytest.fixture(autouse=True)
    def _address(self, served: Served) -> None:
        self._url = f"{served.url}/v1"

    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatOpenAI

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {
            "model": self.model_name,
            "base_url": self._url,
            "api_key": TOKEN,
            "max_retries": 0,
            "stream_usage": True,
            "http_async_client": httpx2.AsyncClient(limits=_CLOSED),
            "use_responses_api": self.with_responses,
        }

    @property
    def standard_chat_model_params(self) -> dict[str, Any]:
        return {"max_tokens": 24}

    @property
    def model_override_value(self) -> str:
        return "quoth/sample" if self.model_name != "quoth/sample" else "llamacpp:embedded"


@pytest.mark.slow
class TestBareModel(OnServer):
    """The language model alone."""


@pytest.mark.slow
class TestCollection(OnServer):
    """A collection as a model."""

    model_name = "quoth/sample"


@pytest.mark.slow
class TestResponses(OnServer):
    """The language model by the responses API."""

    with_responses = True


class TestEmbeddings(EmbeddingsIntegrationTests):
    """The embedder."""

    @pytest.fixture(autouse=True)
    def _address(self, served: Served) -> None:
        self._url = f"{served.url}/v1"

    @property
    def embeddings_class(self) -> type[OpenAIEmbeddings]:
        return OpenAIEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {
            "model": "embedded",
            "base_url": self._url,
            "api_key": TOKEN,
            "check_embedding_ctx_length": False,
            "http_async_client": httpx2.AsyncClient(limits=_CLOSED),
        }


def test_a_chat_model_of_langchain_sees_the_citations_of_a_response(served: Served) -> None:
    model = ChatOpenAI(
        model="quoth/sample",
        base_url=f"{served.url}/v1",
        api_key=TOKEN,
        use_responses_api=True,
    )
    message = model.invoke("How long can the emergency generator run on a full tank?")
    assert any(block.get("annotations") for block in message.content_blocks)
