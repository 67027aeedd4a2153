"""`Library`: one collection and everything that can be done with it, wired from a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Self

from pipelines import config as configuration
from pipelines import privacy
from pipelines.answer import Answerer
from pipelines.backends import open_model
from pipelines.backends.model import LocalModel
from pipelines.chat import Chat
from pipelines.config import Config
from pipelines.embed import Embedder, open_embedder
from pipelines.errors import ConfigurationError, UsageError
from pipelines.index import DenseIndex
from pipelines.ingest import Ingestor, Progress
from pipelines.load import Limits
from pipelines.lock import WriteLock
from pipelines.retrieve import CollectionRetriever, Searcher
from pipelines.split import Splitter
from pipelines.store import Source, Store
from pipelines.types import Answer, Hit, Page, Report

DEFAULT_COLLECTION = "default"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")

AnyPath = str | PathLike[str]


@dataclass(frozen=True, slots=True)
class ExportedPage:
    """One page of one source, as `carrel documents export` gives it."""

    source: str
    page: int
    page_label: str | None
    text: str


class Library:
    """The documents of one collection: ingest, search, ask, stream, chat, summarize.

    Every stage is handed out as well, and composes with LangChain: `retriever()`, `answerer`,
    `model`, `embedder`. Nothing is loaded before it is used. From now on, connections off this
    machine that the configuration does not name are refused in this process (`privacy.guard`).
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
        self.config = config or configuration.load().config
        self.home = Path(home) if home is not None else configuration.home()
        self.folder = self.home / "collections" / collection
        if self.config.privacy.guard:
            privacy.guard(self.config.privacy.allow)

    @classmethod
    def from_config(cls, file: AnyPath, *, collection: str = DEFAULT_COLLECTION) -> Self:
        """Return a library configured by a file; see `carrel config show` for what it may hold."""
        return cls(collection, config=configuration.load(Path(file)).config)

    # -- what it does ----------------------------------------------------------------------

    def ingest(
        self,
        *paths: AnyPath,
        passwords: Sequence[str] = (),
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Report:
        """Bring the collection in step with these files and folders; return what was done."""
        if not paths:
            raise UsageError("There is nothing to ingest.", hint="Name a file or a folder.")
        return self.ingestor.ingest(
            [Path(path) for path in paths],
            passwords=passwords,
            progress=progress,
            wait_seconds=wait_seconds,
        )

    def search(self, question: str, *, k: int | None = None) -> list[Hit]:
        """Return the chunks that fit a question best, best first."""
        return self.searcher.search(question, k=k)

    def ask(self, question: str) -> Answer:
        """Return an answer with checked citations, or one that says it is not in the documents."""
        return self.answerer.invoke(question)

    def stream(self, question: str) -> Iterator[str | Answer]:
        """Yield the answer's text as it is written, and at the end the whole `Answer`."""
        return self.answerer.stream_parts(question)

    def chat(self, *, resume: bool = False) -> Chat:
        """Return a conversation about the documents; `resume` goes on with the last one."""
        return Chat(self.answerer, self.folder / "chat.json", resume=resume)

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
        for name in ("model", "index", "store"):
            part = self.__dict__.pop(name, None)
            if isinstance(part, LocalModel):
                part.unload()
            elif part is not None:
                part.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the stages ------------------------------------------------------------------------

    def retriever(self, *, k: int | None = None) -> CollectionRetriever:
        """Return a LangChain retriever over the collection."""
        return CollectionRetriever(searcher=self.searcher, k=k)

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
        return open_embedder(self.config.embedding)

    @cached_property
    def model(self) -> LocalModel:
        """The language model; a LangChain chat model."""
        return open_model(self.config.backend)

    @cached_property
    def searcher(self) -> Searcher:
        """Question → hits."""
        return Searcher(self.store, self.index, self.embedder, self.config.retrieval)

    @cached_property
    def answerer(self) -> Answerer:
        """Question → answer; a LangChain `Runnable`."""
        return Answerer(self.searcher, self.model, self.config.answering)

    @cached_property
    def ingestor(self) -> Ingestor:
        """Folder → collection."""
        settings = self.config.ingestion
        return Ingestor(
            self.store,
            self.index,
            self.embedder,
            Splitter(
                self.embedder.token_starts,
                chunk_tokens=settings.chunk_tokens,
                limit=self.embedder.limit,
            ),
            self.lock,
            limits=Limits(
                seconds=settings.max_seconds,
                memory_megabytes=settings.max_memory_megabytes,
                pages=settings.max_pages,
                unpacked_megabytes=settings.max_unpacked_megabytes,
            ),
            workers=settings.workers,
            ocr=settings.ocr,
        )


def _exported(source: str, page: Page) -> ExportedPage:
    return ExportedPage(source, page.number, page.label, page.text)
