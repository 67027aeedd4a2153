"""Parts of a LangChain program in the place of ours, and what half-right ones get."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest
from bag_embedder import BagEmbedder
from langchain_core.callbacks import CallbackManagerForLLMRun, UsageMetadataCallbackHandler
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings
from langchain_core.language_models import (
    BaseChatModel,
    FakeListChatModel,
    FakeListLLM,
    GenericFakeChatModel,
)
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_core.vectorstores import InMemoryVectorStore
from quoth import Library
from quoth.backends import LangChainModel, as_model
from quoth.config import ModelSettings, load_config
from quoth.errors import BackendError, ConfigurationError, EgressError, QuothError, UsageError
from quoth.models import timings_of

PAGES = [
    Document(
        page_content="The ferry to Varholm leaves at six in the morning.",
        metadata={"source": "timetable.pdf", "page": 0, "total_pages": 2, "season": "summer"},
    ),
    Document(
        page_content="A ticket for a bicycle costs eleven crowns.",
        metadata={"source": "timetable.pdf", "page": 1, "total_pages": 2, "season": "summer"},
    ),
]
QUOTE = "“A ticket for a bicycle costs eleven crowns.” [1]"


class PlainChat(BaseChatModel):
    """Answers with what `reply` returns, as a whole; it knows no window and counts nothing."""

    reply: Any = "Eleven crowns."
    seen: list[Any] = []  # noqa: RUF012 - pydantic copies it

    @property
    def _llm_type(self) -> str:
        return "plain"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.seen.append(messages)
        if isinstance(self.reply, Exception):
            raise self.reply
        if not isinstance(self.reply, str):
            return cast(ChatResult, self.reply)
        usage = {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10}
        message = AIMessage(self.reply, usage_metadata=usage)
        return ChatResult(generations=[ChatGeneration(message=message)])


class Shelf(BaseRetriever):
    """Finds what it is told to find."""

    found: Any = None

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> Any:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class Uneven(Embeddings):
    """Embeds the last text of a call with a number more."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        rows = [[1.0, float(len(text))] for text in texts]
        if any("roof" in text for text in texts):
            rows[-1].append(1.0)
        return rows

    def embed_query(self, text: str) -> list[float]:
        return [1.0, float(len(text))]


@pytest.fixture
def store() -> InMemoryVectorStore:
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
    store.add_documents(PAGES)
    return store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


# A chat model


@pytest.mark.parametrize(
    "chat",
    [
        FakeListChatModel(responses=[QUOTE]),
        GenericFakeChatModel(messages=iter([AIMessage(QUOTE)])),
        PlainChat(reply=QUOTE),
    ],
    ids=lambda chat: type(chat).__name__,
)
def test_any_chat_model_answers_with_checked_citations(
    home: Path, store: InMemoryVectorStore, chat: BaseChatModel
) -> None:
    with Library(home=home, model=chat, embedder=BagEmbedder(), searcher=store) as library:
        answer = library.ask("What does a ticket for a bicycle cost?")
    assert "eleven crowns" in answer.text
    (citation,) = answer.citations
    assert (citation.source, citation.page) == ("timetable.pdf", 2), "the first page is page 0"
    assert answer.model.startswith("langchain:")


def test_what_is_not_promised_of_a_chat_model_is_said_once() -> None:
    model = as_model(PlainChat(), ModelSettings(context_window=2048))
    description = model.describe()
    assert "estimates its tokens" in description.note
    assert (description.counting, description.context_window) == ("bound", 2048)
    assert model.count_tokens("eleven crowns") >= 2
    assert model.render([]) == ""
    assert as_model(model) is model


def test_the_usage_that_a_chat_model_states_is_kept_and_told_to_callbacks() -> None:
    usage = UsageMetadataCallbackHandler()
    answer = as_model(PlainChat()).invoke("How much?", {"callbacks": [usage]})
    assert timings_of(answer).generated_tokens == 3
    assert answer.usage_metadata is not None
    assert answer.usage_metadata["input_tokens"] == 7
    (told,) = usage.usage_metadata.values()
    assert told["output_tokens"] == 3, "the call is reported once"


def test_the_journal_tells_two_chat_models_apart_and_calls_none_twice(
    home: Path, store: InMemoryVectorStore
) -> None:
    for reply in ("“A ticket for a bicycle costs eleven crowns.” [1]", "I do not know."):
        chat = PlainChat(reply=reply)
        with Library(home=home, model=chat, embedder=BagEmbedder(), searcher=store) as library:
            first, second = (library.ask("What does a bicycle cost?") for _ in range(2))
        assert len(chat.seen) == 1
        assert not first.from_journal
        assert second.from_journal


def test_a_chat_model_binds_its_tools_and_schemas_itself_or_says_that_it_cannot() -> None:
    model = as_model(PlainChat())
    with pytest.raises(ConfigurationError, match="calls no tools"):
        model.bind_tools([Document])
    with pytest.raises(ConfigurationError, match="cannot be held to a schema"):
        model.with_structured_output(Document)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (NotImplementedError(), "cannot be called synchronously"),
        (ValueError("no key"), "ValueError: no key"),
        (["a list"], "failed with AttributeError"),
    ],
)
def test_a_chat_model_that_fails_is_one_error_of_ours(reply: object, told: str) -> None:
    model = as_model(PlainChat(reply=reply))
    with pytest.raises(BackendError, match=re.escape(told)):
        model.invoke("How much?")


class Served(PlainChat):
    base_url: str = "https://models.example.com/v1"


def test_a_chat_model_off_this_machine_needs_leave(home: Path) -> None:
    with pytest.raises(EgressError, match=re.escape("models.example.com")):
        Library(home=home, model=Served())
    config = load_config(overrides={"privacy.allow": ["models.example.com"]}).config
    assert isinstance(Library(home=home, model=Served(), config=config).model, LangChainModel)


# A retriever, a vector store, embeddings


@pytest.mark.parametrize("as_retriever", [True, False])
def test_a_retriever_or_a_vector_store_searches(
    home: Path, store: InMemoryVectorStore, as_retriever: bool
) -> None:
    searcher = store.as_retriever(search_kwargs={"k": 1}) if as_retriever else store
    with Library(home=home, embedder=BagEmbedder(), searcher=searcher) as library:
        hits = library.search("A ticket for a bicycle costs eleven crowns.")
        assert hits[0].chunk.text == PAGES[1].page_content
        assert hits[0].chunk.tags["season"] == "summer"
        assert len(hits) == (1 if as_retriever else 2)


def test_a_foreign_document_is_not_taken_for_a_chunk_with_its_number(home: Path) -> None:
    found = Document(id="1", page_content="Elsewhere.", metadata={"source": "other.txt"})
    with Library(home=home, embedder=BagEmbedder(), searcher=Shelf(found=[found])) as library:
        (hit,) = library.search("Where?")
    assert (hit.chunk.source, hit.chunk.id) == ("other.txt", None)


def test_embeddings_embed_and_search(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "ferry.txt"
    file.write_text("The ferry leaves at six.")
    with Library(home=home, embedder=DeterministicFakeEmbedding(size=8)) as library:
        library.ingest(file)
        assert library.search("ferry")[0].chunk.text == "The ferry leaves at six."


# What half-right objects get


class NoInvoke:
    """Looks like nothing of LangChain."""


class LooksLikeAModel:
    def invoke(self, question: str) -> str:
        return question


class SearchesOtherwise:
    def search(self, query: str, search_type: str) -> list[str]:
        return [query, search_type]


@pytest.mark.parametrize(
    ("name", "part", "expected"),
    [
        ("model", "llama3", "`BaseChatModel`"),
        ("model", NoInvoke(), "`BaseChatModel`"),
        ("model", LooksLikeAModel(), "`BaseChatModel`"),
        ("model", PlainChat, "not the class PlainChat"),
        ("model", FakeListLLM(responses=["a"]), "`BaseChatModel`"),
        ("model", RunnableLambda(str), "`BaseChatModel`"),
        ("embedder", NoInvoke(), "`Embeddings`"),
        ("embedder", DeterministicFakeEmbedding, "not the class DeterministicFakeEmbedding"),
        ("embedder", "all-minilm", "`Embeddings`"),
        ("searcher", NoInvoke(), "retriever or vector store"),
        ("searcher", SearchesOtherwise(), "retriever or vector store"),
        ("searcher", Shelf, "not the class"),
        ("splitter", NoInvoke(), "`Splitter`"),
        ("store", InMemoryVectorStore(DeterministicFakeEmbedding(size=2)), "`Store`"),
        ("journal", {}, "`Journal`"),
        ("config", {"backend": {}}, "`Config`"),
    ],
)
def test_a_part_of_another_kind_is_refused_by_name_before_anything_is_made(
    home: Path, name: str, part: object, expected: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(expected)) as refused:
        Library(home=home, **cast(Any, {name: part}))
    assert f"`{name}`" in str(refused.value)
    kind = part.__name__ if isinstance(part, type) else type(part).__name__
    assert kind in str(refused.value)
    assert not home.exists()


def test_the_name_of_a_collection_is_a_text(home: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name"):
        Library(cast(Any, PlainChat()), home=home)


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (OSError("the shelf fell"), "The retriever Shelf failed with OSError: the shelf fell"),
        ("a text in place of documents", "`Shelf.invoke(…)[0]` must be a LangChain `Document`"),
        ([{"page_content": "a mapping"}], "not an object of dict"),
        (None, "`Shelf.invoke` must be a function that returns documents"),
    ],
)
def test_a_retriever_that_fails_or_finds_no_documents_is_one_error_of_ours(
    home: Path, found: object, told: str
) -> None:
    with (
        Library(home=home, embedder=BagEmbedder(), searcher=Shelf(found=found)) as library,
        pytest.raises(QuothError, match=re.escape(told)),
    ):
        library.search("Where?")


def test_answers_come_from_a_retriever_and_from_nothing_else(home: Path) -> None:
    with (
        Library(home=home, embedder=BagEmbedder()) as library,
        pytest.raises(UsageError, match="`retriever` must be a LangChain retriever"),
    ):
        library.answers_from(cast(Any, NoInvoke()))


def test_embeddings_of_another_length_in_the_middle_write_nothing(
    home: Path, tmp_path: Path
) -> None:
    file = tmp_path / "house.txt"
    file.write_text("The boiler is new.\n\n" * 40 + "The roof was mended.")
    with Library(home=home, embedder=Uneven()) as library:
        with pytest.raises(BackendError, match="vectors of different lengths"):
            library.ingest(file)
        assert library.documents() == []
