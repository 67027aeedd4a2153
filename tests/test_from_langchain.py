"""The page for programs of LangChain does what it says; what a chain passes on goes through."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from bag_embedder import BagEmbedder
from langchain_core.callbacks import BaseCallbackHandler, UsageMetadataCallbackHandler
from langchain_core.documents import Document
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import ChatOpenAI
from places import ROOT
from pydantic import PrivateAttr
from quoth import CollectionRetriever, Library
from quoth.errors import UsageError
from quoth.models import Piece, Request
from scripted_model import Scripted
from served import TOKEN, serving

PAGE = ROOT / "docs" / "howto" / "from-langchain.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
QUOTE = "“The tenant oils the wheel each April.” [1]"


def say(prompt: str) -> str:
    """Answer as a model that was told of tools, of a schema, or of excerpts."""
    if "returned:" in prompt:
        return json.dumps({"answer": "The tenant does [1]."})
    if prompt == "Who oils the wheel?":
        arguments = {"question": "Who oils the wheel?"}
        return json.dumps({"tool": "search_documents", "arguments": arguments})
    if prompt.startswith("The tenant oils"):
        return json.dumps({"who": "the tenant", "month": "April"})
    return QUOTE


def test_every_step_of_the_page_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "geese.txt").write_text("The miller keeps nine geese.")
    names: dict[str, Any] = {
        "chat": Scripted(answer=say),
        "embeddings": BagEmbedder(),
        "folder": folder,
    }
    libraries = []
    for number, block in enumerate(BLOCKS):
        exec(compile(block, f"{PAGE.name}, block {number}", "exec"), names)
        libraries.append(names.get("library"))
        if number == 1:
            (citation,) = names["answer"].citations
            assert (citation.source, citation.page) == ("mill.pdf", 2)
        if "found" in block:
            assert "46,800" in names["found"][0].page_content or "wheel" in str(names["found"])
    assert "mill.pdf 2" in capsys.readouterr().out
    assert names["duty"].month == "April"
    assert names["messages"][-1].text == "The tenant does [1]."
    assert names["ours"].metrics["evidence_shown"].value == 1
    assert {Path(source.path).name for source in names["library"].documents()} == {
        "geese.txt",
        "mill.pdf",
    }
    for library in filter(None, libraries):
        library.close()


def test_the_table_of_bad_input_shows_what_is_told(tmp_path: Path) -> None:
    text = PAGE.read_text()
    with Library(home=tmp_path, embedder=BagEmbedder()) as library:
        asks: list[Callable[[], object]] = [
            lambda: Library(model=cast(Any, "llama3")),
            lambda: library.as_vector_store().add_texts(["a", "b"], ids=["1", "1"]),
        ]
        for ask in asks:
            with pytest.raises(UsageError) as told:
                ask()
            assert str(told.value) in text


# What a chain passes on


class Tagged(BaseCallbackHandler):
    """Notes the runs of models and retrievers, with their tags."""

    def __init__(self) -> None:
        self.runs: list[tuple[str, list[str]]] = []

    def on_chat_model_start(self, serialized: Any, messages: Any, **facts: Any) -> None:
        self.runs.append(("model", facts.get("tags") or []))

    def on_retriever_start(self, serialized: Any, query: str, **facts: Any) -> None:
        self.runs.append(("retriever", facts.get("tags") or []))


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    page = Document(
        page_content="The tenant oils the wheel each April.", metadata={"source": "mill.pdf"}
    )
    model = Scripted(answer=say)
    with Library(home=tmp_path, model=model, embedder=BagEmbedder()) as library:
        library.add([page])
        yield library


def test_each_part_is_one_line_that_says_what_it_is(library: Library) -> None:
    store = library.as_vector_store()
    parts = (library.model, library.answerer, library.summarizer(), library.retriever(k=2), store)
    assert [repr(part) for part in parts] == [
        "<Scripted scripted:test>",
        "<Answerer by scripted:test>",
        "<Summarizer by scripted:test>",
        "<CollectionRetriever over CollectionSearcher, k=2>",
        f"<CollectionVectorStore of {library!r}>",
    ]


def test_callbacks_tags_and_usage_reach_every_call(library: Library) -> None:
    tagged, usage = Tagged(), UsageMetadataCallbackHandler()
    answer = library.answers_from(library.as_retriever())
    answer.invoke("Who oils it?", {"callbacks": [tagged, usage], "tags": ["mine"]})
    assert [kind for kind, _ in tagged.runs] == ["retriever", "model"]
    assert all("mine" in tags for _, tags in tagged.runs)
    (told,) = usage.usage_metadata.values()
    assert told["output_tokens"] > 0


async def test_events_tell_of_the_retriever_the_model_and_the_answer(library: Library) -> None:
    answer = library.answers_from(library.as_retriever())
    events = [event async for event in answer.astream_events("Who oils it?", version="v2")]
    kinds = {event["event"] for event in events}
    assert {"on_retriever_end", "on_chat_model_stream", "on_chat_model_end"} <= kinds
    assert events[-1]["event"] == "on_chain_end"


async def test_an_event_loop_goes_on_while_a_part_works(library: Library) -> None:
    model = library.model
    assert isinstance(model, Scripted)
    model.seconds = 0.4
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.02)

    counting = asyncio.create_task(count())
    begin = time.perf_counter()
    retriever = library.as_retriever()
    assert isinstance(retriever, CollectionRetriever)
    answers = await asyncio.gather(
        library.answerer.ainvoke("Who oils it?"),
        library.model.ainvoke("Who?"),
        retriever.ainvoke("Who?"),
        library.as_vector_store().asimilarity_search("Who?"),
    )
    spent = time.perf_counter() - begin
    counting.cancel()
    assert all(answers)
    assert turns > 5, f"the loop came {turns} times in {spent:.1f} s"


class Slow(Scripted):
    """Writes a word in a hundredth of a second."""

    _written: int = PrivateAttr(default=0)

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        *_, last = super().generate_pieces(request)
        for _ in range(300):
            time.sleep(0.01)
            self._written += 1
            yield Piece(f"word{self._written} ")
        yield last


@pytest.mark.parametrize("tools", [[], [Document]], ids=["text", "tools"])
async def test_a_model_stops_when_nobody_awaits_its_reply(tools: list[Any]) -> None:
    model = Slow()
    asked = model.bind_tools(tools) if tools else model
    with pytest.raises(asyncio.TimeoutError):
        async with asyncio.timeout(0.2):
            await asked.ainvoke("Tell me.")
    await asyncio.sleep(0.05)
    written = model._written
    await asyncio.sleep(0.1)
    assert 0 < written == model._written


def test_a_batch_is_asked_at_once(library: Library) -> None:
    model = library.model
    assert isinstance(model, Scripted)
    model.seconds = 0.1
    questions: list[Any] = [f"Say {number}." for number in range(4)]
    assert len(model.batch(questions)) == 4
    assert model.most_at_once > 1


def test_a_client_of_our_own_server_is_a_model_of_a_library(tmp_path: Path) -> None:
    store = InMemoryVectorStore(BagEmbedder())
    store.add_documents(
        [Document(page_content="The tenant oils the wheel each April.", metadata={"source": "m"})]
    )
    with serving(tmp_path / "served", model=Scripted(answer=say), embedder=BagEmbedder()) as served:
        chat = ChatOpenAI(
            base_url=f"{served.url}/v1", api_key=TOKEN, model="scripted:test", max_retries=0
        )
        with Library(
            home=tmp_path / "home", model=chat, embedder=BagEmbedder(), searcher=store
        ) as library:
            answer = library.ask("When is the wheel oiled?")
        assert library.model.address.startswith(served.url)
    assert [citation.source for citation in answer.citations] == ["m"]
