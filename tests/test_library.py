"""The toolkit from Python: five lines, and parts that compose with LangChain's `|`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda, RunnableParallel, RunnablePassthrough
from quoth import Answer, Library
from quoth.errors import ConfigurationError
from quoth.load.langchain import DocumentLoader
from quoth.text.quotes import find_quote

DATA = Path(__file__).parents[1] / "data"
GENERATOR = "How long can the emergency generator run on a full tank?"


@pytest.fixture(scope="module")
def library(sample: str, session_home: Path) -> Iterator[Library]:
    with Library(sample, home=session_home) as library:
        yield library


def test_the_gold_page_is_among_the_hits(
    library: Library, questions: list[dict[str, object]]
) -> None:
    asked = [question for question in questions if question["answerable"]]
    ranks = []
    for question in asked:
        hits = library.search(str(question["question"]), k=8)
        gold = (question["document"], question["page"])
        places = [(Path(hit.chunk.source).name, hit.chunk.page) for hit in hits]
        ranks.append(places.index(gold) if gold in places else 99)
    assert sum(rank == 0 for rank in ranks) >= 0.80 * len(asked)
    assert sum(rank < 8 for rank in ranks) >= 0.95 * len(asked)


@pytest.mark.parametrize("name", ["waterworks-handbook.pdf", "slides.pptx"])
def test_only_the_first_pages_are_read_and_that_is_said(name: str, tmp_path: Path) -> None:
    path = DATA / "library" / name
    if name == "slides.pptx":
        from pptx import Presentation

        slides = Presentation()
        for number in range(4):
            slide = slides.slides.add_slide(slides.slide_layouts[1])
            slide.shapes.title.text = f"Slide {number}"
        path = tmp_path / name
        slides.save(str(path))
    library = Library(home=tmp_path)
    whole = library.loader()(path)
    short = library.loader(first_pages=2)(path)
    assert [page.number for page in short.pages] == [1, 2]
    for page, same in zip(short.pages, whole.pages, strict=False):
        # Lines that run along all pages, such as their numbers, are known only from all pages.
        assert set(same.text.splitlines()) <= set(page.text.splitlines())
    assert f"Only the first 2 of {len(whole.pages)} pages were read." in short.notes
    assert short.left_out == len(whole.pages) - 2


def test_what_is_verified_stands_on_its_page(
    library: Library, questions: list[dict[str, object]]
) -> None:
    shown = 0
    for question in questions[::6]:
        answer = library.ask(str(question["question"]))
        for citation in answer.citations:
            shown += 1
            page = library.store.page_text(citation.source, citation.page)
            assert page is not None
            assert citation.verified == (find_quote(citation.quote, page) is not None)
            assert page[citation.start : citation.end] == citation.quote
    assert shown > 3


def test_streaming_gives_the_text_and_then_the_answer(library: Library) -> None:
    *parts, answer = library.stream(GENERATOR)
    assert isinstance(answer, Answer)
    assert all(isinstance(part, str) for part in parts)
    assert "".join(map(str, parts)).strip() == answer.text


def test_every_stage_is_a_part_of_langchain(library: Library) -> None:
    assert isinstance(library.retriever(), BaseRetriever)
    assert isinstance(library.embedder, Embeddings)
    assert isinstance(library.model, BaseChatModel)
    assert isinstance(library.answerer, Runnable)
    assert isinstance(library.summarizer(), Runnable)
    documents = DocumentLoader(DATA / "library" / "lease-unit-6.pdf").load()
    assert [document.metadata["page_label"] for document in documents][-1] == "S-2"


def test_the_stages_compose(library: Library) -> None:
    def joined(documents: list[LangChainDocument]) -> str:
        return "\n\n".join(document.page_content for document in documents)

    prompt = ChatPromptTemplate.from_template("{context}\n\nAnswer in one word: {question}")
    chain = (
        RunnableParallel(
            context=library.retriever(k=1) | RunnableLambda(joined),
            question=RunnablePassthrough(),
        )
        | prompt
        | library.model.bind(max_tokens=8)
        | StrOutputParser()
    )
    assert chain.invoke(GENERATOR).strip()
    assert len(chain.batch([GENERATOR, "Who was Michael Collins?"])) == 2
    assert "".join(chain.stream(GENERATOR)).strip()


async def test_asking_does_not_block_the_loop(library: Library) -> None:
    import asyncio

    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.005)

    ticking = asyncio.create_task(tick())
    answer = await library.answerer.ainvoke("Is notice by e-mail valid?")
    ticking.cancel()
    assert answer.citations
    assert ticks > 1, "the loop stood still while the answer was made"


def test_callbacks_see_the_model_called(library: Library) -> None:
    from langchain_core.callbacks import BaseCallbackHandler

    class Counter(BaseCallbackHandler):
        starts = 0

        def on_chat_model_start(self, *_: object, **__: object) -> None:
            self.starts += 1

    counter = Counter()
    question = "When can the tenant get out of the lease early?"
    library.answerer.invoke(question, {"callbacks": [counter]})
    library.model.invoke("Say yes.", {"callbacks": [counter]}, max_tokens=2)
    assert counter.starts >= 1


def test_a_library_is_configured_by_a_file(tmp_path: Path, session_home: Path) -> None:
    (tmp_path / "settings.yaml").write_text("retrieval:\n  k: 2\n")
    library = Library.from_config(tmp_path / "settings.yaml", collection="sample")
    assert len(library.search(GENERATOR)) == 2


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 80])
def test_a_name_that_is_no_folder_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name"):
        Library(name)
