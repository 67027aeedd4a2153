"""What half-right arguments get: one error of ours, which names the argument and what came."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import nan
from pathlib import Path
from typing import Any

import pytest
from bag_embedder import BagEmbedder
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from quoth import AsyncLibrary, JournalCache, Library, Scope, SummaryOptions
from quoth.errors import BackendError, QuothError, UsageError
from quoth.fleet import HeadSettings
from quoth.server import ServerSettings


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def library(home: Path) -> Iterator[Any]:
    with Library(home=home, embedder=BagEmbedder()) as library:
        library.add([Document("The ferry leaves at six.", id="1")])
        yield library


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda one: one.search(None), "`question` must be a text, not an object of NoneType"),
        (lambda one: one.ask(["When?"]), "`question` must be a text"),
        (lambda one: list(one.stream(5)), "`question` must be a text"),
        (lambda one: one.search("ferry", k=0), "`k` must be a number of hits from 1, not 0"),
        (lambda one: one.search("ferry", k="3"), "`k` must be"),
        (lambda one: one.search("ferry", k=1.5), "`k` must be"),
        (lambda one: one.retriever(k=-1), "`k` must be"),
        (lambda one: one.search("ferry", scope={"pages": 3}), "`scope` must be a `Scope`, not an"),
        (lambda one: one.ask("ferry?", scope="a.pdf"), "`scope` must be a `Scope`"),
        (lambda one: one.chat(scope="a.pdf"), "`scope` must be a `Scope`"),
        (lambda one: one.as_tool(scope="a.pdf"), "`scope` must be a `Scope`"),
        (lambda one: one.as_retriever(scope="a.pdf"), "`scope` must be a `Scope`"),
        (lambda one: one.chat(name="../a"), "'../a' cannot be the name of a conversation"),
        (lambda one: one.ingest(5), "`paths` must be a path, not an object of int"),
        (lambda one: one.ingest("a", tags="b=c"), "`tags` must be a mapping"),
        (lambda one: one.ingest("a", tags={"b": {1}}), "`tags['b']` must be a text, a number"),
        (lambda one: one.summarize(), "There is nothing to summarize"),
        (lambda one: one.summarize(None), "`paths` must be a path"),
        (lambda one: one.summarizer("brief"), "`options` must be `SummaryOptions`"),
        (lambda one: one.remove("a.txt"), "`sources` must be a list of texts"),
        (lambda one: one.splitter.invoke(["text"]), "`input` must be documents"),
        (lambda one: one.embedder.embed_documents("text"), "`texts` must be a list of texts"),
        (lambda one: one.embedder.embed_query(None), "`text` must be a text"),
        (lambda one: one.as_vector_store().get_by_ids("1"), "`ids` must be a list of texts"),
        (
            lambda one: one.add([Document("x", metadata={"page": 10**30})]),
            "`documents[0].metadata['page']` is 10000000000000000000, which is the number of no",
        ),
    ],
)
def test_a_verb_tells_the_argument_that_it_cannot_take(
    library: Library, call: Callable[[Any], object], told: str
) -> None:
    with pytest.raises(QuothError, match=re.escape(told)):
        call(library)
    assert library.store.chunk_count() == 1, "nothing was written"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Library(home=cast(5)), "`home` must be a path, not an object of int"),
        (lambda: Library(beside=cast("letters")), "`beside` must be a list of texts"),
        (lambda: Library.from_config(cast(None)), "`file` must be a path"),
        (lambda: AsyncLibrary(cast(5)), "`library` must be a `Library`, or the name"),
        (lambda: JournalCache(cast("a")), "`journal` must be a `Journal`"),
        (lambda: Scope.read(tags=cast(5)), "`tags` must be"),
        (lambda: ServerSettings(port=65_536), "`port` must be between 0 and 65535, not 65536"),
        (lambda: HeadSettings(port=-1), "`port` must be between 0 and 65535, not -1"),
        (lambda: HeadSettings(lost_after=0), "`lost_after` must be a time in seconds, not 0"),
        (lambda: HeadSettings(lost_after=nan), "`lost_after` must be a time in seconds, not nan"),
        (lambda: SummaryOptions(schema=cast("a")), "`schema` must be a JSON schema"),
    ],
)
def test_what_cannot_be_made_of_an_argument_is_told(make: Callable[[], object], told: str) -> None:
    with pytest.raises(UsageError, match=re.escape(told)):
        make()


def cast(value: object) -> Any:
    """A value of a type that nobody declared."""
    return value


class OnlyAsynchronous(BaseRetriever):
    """A retriever that can only be awaited."""

    def _get_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        raise NotImplementedError

    async def _aget_relevant_documents(self, query: str, *, run_manager: Any) -> list[Document]:
        return []


def test_a_retriever_that_can_only_be_awaited_is_told(home: Path) -> None:
    with (
        Library(home=home, embedder=BagEmbedder(), searcher=OnlyAsynchronous()) as library,
        pytest.raises(BackendError, match="OnlyAsynchronous cannot be called synchronously"),
    ):
        library.search("ferry")
