"""A program of somebody else, which uses everything at the door of `quoth` under strict types."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import BaseDocumentCompressor
from langchain_core.documents import Document as LangChainDocument
from langchain_core.embeddings import Embeddings
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from quoth import (
    Answer,
    Answerer,
    AsyncLibrary,
    Chunk,
    Citation,
    CollectionRetriever,
    CollectionVectorStore,
    Config,
    Conversation,
    CrossEncoderReranker,
    Document,
    DocumentLoader,
    DocumentReader,
    Embedder,
    Expander,
    Guard,
    Hit,
    JournalCache,
    Library,
    LocalModel,
    ModelReranker,
    Page,
    QuothError,
    Report,
    Scope,
    Splitter,
    Summarizer,
    Summary,
    SummaryJob,
    SummaryOptions,
    cite,
    load_config,
    load_ipython_extension,
    open_embedder,
    open_model,
    show,
    take_over,
    timings_of,
)
from quoth.config import ModelSettings


def fill(folder: Path) -> Report:
    config: Config = load_config(overrides={"retrieval.k": 3}).config
    with Library("mine", config=config, home=folder) as library:
        report = library.ingest(folder, tags={"project": "bridge", "year": 2024})
    failed: list[str] = [outcome.path for outcome in report.failed]
    print(failed, report.exit_code, f"{report.seconds:.1f}", report)
    return report


def find(library: Library) -> list[Chunk]:
    scope = Scope.read(documents="*.pdf", since=date(2024, 1, 1), tags={"project": "bridge"})
    hits: list[Hit] = library.search("Who built it?", k=3, scope=scope)
    where: dict[str, Any] | None = scope.as_where(library.store.paths_within(scope))
    print(where, Scope.from_where({"page": {"$gte": 3}}).pages, bool(scope))
    kept = [one for one in [LangChainDocument("text", metadata={"page": 1})] if scope(one)]
    print(len(kept), library.documents()[0].format)
    return [hit.chunk for hit in hits if (hit.dense_score or 0.0) > 0.3]


def ask(library: Library) -> tuple[Citation, ...]:
    config: dict[str, Any] = {}
    answer: Answer = library.ask("Who built it?")
    show(answer)
    for part in library.stream("And when?"):
        text: str = part if isinstance(part, str) else part.text
        print(text)
    conversation: Conversation = library.chat(resume=False)
    print(conversation.ask("Who built it?").phrase, config)
    answerer: Answerer = library.answerer
    chain: Runnable[str, Answer] = answerer
    print(chain.batch(["a", "b"])[0].kind)
    return cite("Who built it?", "Berg built it.", answer.hits)


async def ask_at_once(questions: Sequence[str]) -> AsyncIterator[str]:
    async with AsyncLibrary("mine") as library:
        hits: list[Hit] = await library.search(questions[0], k=1)
        answer: Answer = await library.ask(questions[0], scope=Scope())
        yield f"{len(hits)} {answer.text}"
        async for event in library.stream(questions[0]):
            yield event if isinstance(event, str) else event.text
        summaries: list[Summary] = await library.summarize("a.txt", length=40)
        report: Report = await library.ingest("folder")
        pages: int = sum(source.pages for source in await library.run(Library.documents))
        yield f"{summaries[0].coverage:.0%} {report} {pages}"


def read(path: Path) -> Iterator[str]:
    reader: Runnable[Path | str, Document] = DocumentReader(first_pages=2)
    document: Document = reader.invoke(path)
    pages: tuple[Page, ...] = document.pages
    yield from (page.text for page in pages)
    yield from (page.page_content for page in DocumentLoader(path).lazy_load())


def take_apart(library: Library) -> tuple[Embeddings, BaseRetriever, BaseChatModel, BaseTool]:
    embedder: Embedder = library.embedder
    splitter: Splitter = library.splitter
    retriever: CollectionRetriever = library.retriever(k=4)
    model: LocalModel = library.model
    store: CollectionVectorStore = library.as_vector_store()
    print(store.similarity_search("roof", k=1, filter={"page": {"$lte": 3}}))
    print(splitter.count("some text"), embedder.count_tokens("some text"))
    rerankers: list[BaseDocumentCompressor] = [
        ModelReranker(model=model, top_n=3),
        CrossEncoderReranker(folder=Path("reranker"), top_n=3),
    ]
    found = rerankers[0].compress_documents(retriever.invoke("roof"), "roof")
    print(len(found), Expander(model, "hyde").invoke("roof").passages)
    return embedder, retriever, model, library.as_tool(k=2)


def summarize(library: Library, paths: Sequence[Path], monitor: BaseCallbackHandler) -> Summary:
    options = SummaryOptions(length="brief", query="What does it cost?")
    summarizer: Summarizer = library.summarizer(options)
    job = SummaryJob(summarizer, library.loader(), Path("out"), form="markdown")
    calls: int = job.plan(paths).total.calls
    done: Report = job.run(paths).report
    print(calls, done)
    return summarizer.invoke("A text.", {"callbacks": [monitor]})


def open_parts() -> float:
    guard = Guard(allow=("gpu.lan",))
    take_over(guard)
    embedder = open_embedder(Config())
    try:
        model = open_model(ModelSettings(model="llamacpp:embedded"), guard=guard)
    except QuothError as error:
        print(error, error.hint, error.exit_code)
        return 0.0
    message = model.invoke("Say yes.", max_tokens=2)
    print(embedder.fingerprint, message.text)
    return timings_of(message).tokens_per_second


def remember(library: Library, shell: object) -> JournalCache:
    load_ipython_extension(shell)
    return JournalCache(library.journal)
