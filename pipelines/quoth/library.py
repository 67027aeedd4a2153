"""`Library`: one collection and everything that can be done with it, wired from a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from functools import cached_property
from os import PathLike
from pathlib import Path
from threading import Event
from typing import Self

from langchain_core.retrievers import BaseRetriever
from langchain_core.tools import StructuredTool

from quoth.answer import Answerer, Conversation, cite
from quoth.collection import DenseIndex, Scope, Source, Store
from quoth.config import Config, Limits, Retrieval, load_config, state_folder
from quoth.embed import Embedder
from quoth.errors import ConfigurationError, UsageError
from quoth.ingest import (
    File,
    Ingestor,
    Verification,
    open_ingestor,
    open_splitter,
    reembed,
    verify,
    walk,
    watch,
)
from quoth.journal import Journal
from quoth.load import DocumentReader
from quoth.models import LocalModel, open_embedder, open_model
from quoth.retrieve import (
    CollectionRetriever,
    OpenedSearcher,
    RetrieverSearcher,
    open_searcher,
    search_tool,
)
from quoth.summarize import Summarizer, Summary, SummaryOptions
from quoth.system import WriteLock
from quoth.text import Splitter
from quoth.types import Answer, Citation, Hit, Page, Progress, Report
from quoth.views import notebook_bar, register_views

DEFAULT_COLLECTION = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")

AnyPath = str | PathLike[str]


@dataclass(frozen=True, slots=True)
class ExportedPage:
    """One page of one source, as `quoth documents export` gives it."""

    source: str
    page: int
    page_label: str | None
    text: str


class Library:
    """The documents of one collection: ingest, search, ask, stream, chat, summarize.

    Every stage is handed out as well, and composes with LangChain: `loader()`, `splitter`,
    `embedder`, `retriever()`, `model`, `answerer`, `summarizer()`; and the whole as a tool of an
    agent, `as_tool()`. Nothing is loaded before it is used. A model or an embedder off this machine
    is refused with an `EgressError`, unless `privacy.allow` names its host.
    """

    def __init__(
        self,
        collection: str = DEFAULT_COLLECTION,
        *,
        config: Config | None = None,
        home: AnyPath | None = None,
    ) -> None:
        if not _NAME.fullmatch(collection):
            raise ConfigurationError(
                f"{collection!r} cannot be the name of a collection.",
                hint="Use letters, digits, dots, dashes and underscores.",
            )
        self.collection = collection
        self.config = config or load_config().config
        self.home = Path(home) if home is not None else state_folder()
        self.folder = self.home / "collections" / collection
        register_views()

    @classmethod
    def from_config(
        cls, file: AnyPath, *, preset: str = "", collection: str = DEFAULT_COLLECTION
    ) -> Self:
        """Return a library configured by a file; see `quoth config show` for what it may hold.

        `preset` is `laptop`, `gpu`, `quality` or `fast`; what the file says goes before it.
        """
        overrides = {"preset": preset} if preset else {}
        return cls(collection, config=load_config(Path(file), overrides=overrides).config)

    # -- what it does ----------------------------------------------------------------------

    def ingest(
        self,
        *paths: AnyPath,
        passwords: Sequence[str] = (),
        retry: bool = False,
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Report:
        """Bring the collection in step with these files and folders; return what was done.

        `retry` reads files again that could not be read before, though nothing about them changed.
        """
        if not paths:
            raise UsageError("There is nothing to ingest.", hint="Name a file or a folder.")
        with notebook_bar("Ingesting") as bar:
            return self.ingestor.ingest(
                [Path(path) for path in paths],
                passwords=passwords,
                retry=retry,
                progress=progress or bar,
                wait_seconds=wait_seconds,
            )

    def watch(
        self,
        *folders: AnyPath,
        passwords: Sequence[str] = (),
        progress: Progress | None = None,
        stop: Event | None = None,
    ) -> Iterator[Report]:
        """Ingest folders now and whenever they change, until `stop` is set; yield the reports."""
        return watch(
            self.ingestor,
            [Path(folder) for folder in folders],
            passwords=passwords,
            progress=progress,
            stop=stop,
        )

    def verify(self, *, wait_seconds: float = 0.0) -> Verification:
        """Check files, text, vectors, keywords and the index against each other."""
        return verify(self.store, self.index, self.embedder, self.lock, wait_seconds=wait_seconds)

    def rebuild(self, *, wait_seconds: float = 0.0) -> int:
        """Make keywords and dense index again from the stored text; return the number of chunks."""
        with self.lock.hold(wait_seconds=wait_seconds):
            self.store.analyse_again()
            self.index.rebuild()
            return self.store.chunk_count()

    def reembed(self, *, progress: Progress | None = None, wait_seconds: float = 0.0) -> Report:
        """Change the collection to the configured embedder and splitter; no file is read again."""
        return reembed(
            self.store,
            self.index,
            self.embedder,
            self.splitter,
            self.lock,
            progress=progress,
            wait_seconds=wait_seconds,
        )

    def search(
        self, question: str, *, k: int | None = None, scope: Scope | None = None
    ) -> list[Hit]:
        """Return the chunks that fit a question best, best first; only those within `scope`."""
        return self.searcher.search(question, k=k, scope=scope)

    def ask(self, question: str) -> Answer:
        """Return an answer with checked citations, or one that says it is not in the documents."""
        return self.answerer.invoke(question)

    def stream(self, question: str) -> Iterator[str | Answer]:
        """Yield the answer's text as it is written, and at the end the whole `Answer`."""
        return self.answerer.stream(question)

    def cite(self, question: str, text: str, hits: Sequence[Hit]) -> tuple[Citation, ...]:
        """Return checked citations for what someone, such as an agent, wrote from these hits."""
        return cite(question, text, [hit.chunk for hit in hits])

    def chat(self, *, resume: bool = False) -> Conversation:
        """Return a conversation about the documents; with `resume` it is the last one."""
        folder = self.folder / "conversations"
        if resume:
            return Conversation.resume(self.answerer, folder)
        return Conversation(self.answerer, folder)

    def summarize(
        self, *paths: AnyPath, query: str = "", length: str = "", together: bool = False
    ) -> list[Summary]:
        """Return a summary of each document, or one over all of them; all of the text is read.

        Finished model calls are in the journal, so asking again costs nothing.
        """
        options = replace(self.summary_options, query=query)
        summarizer = self.summarizer(replace(options, length=length) if length else options)
        load = self.loader()
        documents = [load(file) for file in self.files(*paths)]
        if together:
            return [summarizer.invoke(documents)]
        summaries = []
        with notebook_bar("Summarizing") as bar:
            for document in documents:
                summaries.append(summarizer.invoke(document))
                if bar:
                    bar(len(summaries), len(documents), document.source)
        return summaries

    def files(self, *paths: AnyPath, glob: str = "*") -> list[Path]:
        """Return the files under these paths, in order; of folders those whose name fits.

        Raises `UsageError` when there is none.
        """
        found: list[Path] = []
        for path in map(Path, paths):
            pattern = "*" if path.is_file() else glob
            files = (file for file in walk([path]) if isinstance(file, File))
            found += [file.path for file in files if fnmatch(file.path.name, pattern)]
        if not found:
            names = ", ".join(str(path) for path in paths)
            raise UsageError(f"There are no files in {names}.", hint="Look at the spelling.")
        return found

    def loader(self, *, passwords: Sequence[str] = (), first_pages: int = 0) -> DocumentReader:
        """Return what reads one document in a process of its own, with limits."""
        return DocumentReader(
            limits=self.limits,
            passwords=tuple(passwords),
            ocr=self.config.ingestion.ocr,
            first_pages=first_pages,
        )

    def documents(self) -> list[Source]:
        """Return the sources in the collection, ordered by path."""
        return self.store.sources()

    def pages(self) -> Iterator[ExportedPage]:
        """Yield every page of every source."""
        for source in self.store.sources():
            document = self.store.document(source.path)
            for page in document.pages if document else ():
                yield _exported(source.path, page)

    def close(self) -> None:
        """Let go of the model and of the files."""
        for name in ("model", "embedder", "index", "store", "journal"):
            part = self.__dict__.pop(name, None)
            if part is not None:
                part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the stages ------------------------------------------------------------------------

    def retriever(
        self, *, k: int | None = None, scope: Scope | None = None, settings: Retrieval | None = None
    ) -> CollectionRetriever:
        """Return a LangChain retriever over the collection, or over the part within `scope`.

        `settings` stand in for those of the configuration.
        """
        searcher = self.searcher.with_settings(settings) if settings else self.searcher
        return CollectionRetriever(searcher=searcher, k=k, scope=scope)

    def as_tool(self, *, k: int | None = None, scope: Scope | None = None) -> StructuredTool:
        """Return a LangChain tool with which an agent searches the documents; see `cite`."""
        return search_tool(self.searcher, k=k, scope=scope)

    def answers_from(self, retriever: BaseRetriever) -> Answerer:
        """Return an answerer that reads what a LangChain retriever of your own finds."""
        searcher = RetrieverSearcher(
            retriever, store=self.store, embedder=self.embedder, settings=self.config.retrieval
        )
        return Answerer(searcher, self.model, self.config.answering, journal=self.journal)

    @cached_property
    def store(self) -> Store:
        """The SQLite file that holds the collection."""
        return Store(self.folder / "library.sqlite")

    @cached_property
    def lock(self) -> WriteLock:
        """The right to write to the collection."""
        return WriteLock(self.folder / "write.lock")

    @cached_property
    def index(self) -> DenseIndex:
        """The dense index over the store."""
        return DenseIndex(self.store, self.folder / "chroma", self.lock)

    @cached_property
    def embedder(self) -> Embedder:
        """Texts → vectors; a LangChain `Embeddings`."""
        return open_embedder(self.config)

    @cached_property
    def splitter(self) -> Splitter:
        """Document → chunks; a LangChain `Runnable`."""
        return open_splitter(self.embedder, self.config.ingestion)

    @cached_property
    def model(self) -> LocalModel:
        """The language model; a LangChain chat model."""
        return open_model(
            self.config.backend,
            prompt_folders=self.config.prompt_folders,
            guard=self.config.guard,
        )

    @cached_property
    def searcher(self) -> OpenedSearcher:
        """Question → hits."""
        return open_searcher(
            self.store,
            self.index,
            self.embedder,
            self.config.retrieval,
            lambda: self.model,
            journal=self.journal,
        )

    @cached_property
    def answerer(self) -> Answerer:
        """Question → answer; a LangChain `Runnable`."""
        return Answerer(self.searcher, self.model, self.config.answering, journal=self.journal)

    def summarizer(
        self, options: SummaryOptions | None = None, *, journal: bool = True
    ) -> Summarizer:
        """Document → summary; a LangChain `Runnable`. Without a journal every call is made."""
        return Summarizer(
            self.model,
            journal=self.journal if journal else None,
            options=options or self.summary_options,
            folders=self.config.prompt_folders,
        )

    @property
    def summary_options(self) -> SummaryOptions:
        """What the configuration says of summaries."""
        return SummaryOptions.of(self.config.summarization)

    @cached_property
    def journal(self) -> Journal:
        """The record of finished model calls, shared by all collections."""
        return Journal(self.home / "journal.sqlite")

    @property
    def limits(self) -> Limits:
        """What reading one file may cost."""
        return self.config.ingestion.limits

    @cached_property
    def ingestor(self) -> Ingestor:
        """Folder → collection."""
        return open_ingestor(
            self.store,
            self.index,
            self.embedder,
            self.lock,
            self.config.ingestion,
            state=self.home / "collections",
        )


def _exported(source: str, page: Page) -> ExportedPage:
    return ExportedPage(source, page.number, page.label, page.text)
