"""`Library`: one collection, its parts, and the common verbs over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from threading import Event
from typing import Self

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import StructuredTool

from quoth.answer import Answerer, Conversation
from quoth.collection import Problem, Scope, Source, Sources
from quoth.config import Retrieval, load_config
from quoth.errors import CollectionError, UsageError
from quoth.ingest import (
    Elsewhere,
    Verification,
    add_documents,
    find_files,
    reembed,
    take_over,
    verify,
    watch,
)
from quoth.journal import JOURNAL_DAMAGED
from quoth.library.agent import agent_tool
from quoth.library.arguments import AnyPath, check_kind, check_path, check_tags, check_texts
from quoth.library.cards import library_html
from quoth.library.collections import DEFAULT_COLLECTION
from quoth.library.parts import Parts
from quoth.library.vector_store import CollectionVectorStore
from quoth.load import DocumentReader
from quoth.retrieve import CollectionRetriever, check_limits
from quoth.summarize import Monitor, Summarizer, Summary, SummaryOptions
from quoth.system import expand_home
from quoth.types import Answer, Hit, Progress, Report, Tags
from quoth.views import notebook_bar


class Library(Parts):
    """The documents of one collection: ingest, search, ask, stream, chat, summarize.

    Every part composes with LangChain: `loader()`, `splitter`, `embedder`, `retriever()`, `model`,
    `answerer`, `summarizer()`, and the whole library as a vector store, `as_vector_store()`, and as
    a tool for an agent, `as_tool()`. A part of the caller's own takes the place of the configured
    one: any LangChain chat model, embeddings, and retriever or vector store, as in
    `Library(model=…, embedder=…, searcher=…)`. `add` takes LangChain documents.

    Nothing is loaded before it is used, and any thread may use one library. A model or an embedder
    off this machine is refused with an `EgressError`, unless `privacy.allow` names its host.

    >>> library = Library("contracts")
    >>> report = library.ingest("contracts/")
    >>> print(library.ask("How much is the deposit?"))
    The deposit is 4,500 crowns. The rent is 1,200 crowns a month.
    """

    def _repr_html_(self) -> str:
        return library_html(self)

    @classmethod
    def from_config(
        cls, file: AnyPath, *, preset: str = "", collection: str = DEFAULT_COLLECTION
    ) -> Self:
        """Return a library that a settings file configures; see `quoth config show`.

        `preset` is `laptop`, `gpu`, `quality` or `fast`. The settings of the file override it.
        """
        overrides = {"preset": preset} if preset else {}
        settings = load_config(check_path(file, "file"), overrides=overrides)
        return cls(collection, config=settings.config)

    def ingest(
        self,
        *paths: AnyPath,
        passwords: Sequence[str] = (),
        retry: bool = False,
        allow_empty: bool = False,
        tags: Tags | None = None,
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
        elsewhere: Elsewhere | None = None,
    ) -> Report:
        """Read files and folders into the collection; return a report with every file.

        Unchanged files are skipped, and files that are gone are removed. `retry` reads files again
        that could not be read before. `tags` are metadata of the user's own, added to all sources
        within these paths; files beside the documents may hold others. Raises
        `VanishedSourcesError` when most files of a folder are gone, as when a disk is not mounted;
        `allow_empty` removes them from the collection. Raises `CollectionBusyError`
        when another process is still writing after `wait_seconds`. Files are read and embedded
        `elsewhere`, such as by a fleet, where it is given.
        """
        if not paths:
            raise UsageError("There is nothing to ingest.", hint="Name a file or a folder.")
        files = [check_path(path) for path in paths]
        tags = check_tags(tags)
        with notebook_bar("Ingesting") as bar:
            return self.ingestor.ingest(
                files,
                passwords=passwords,
                retry=retry,
                allow_empty=allow_empty,
                tags=tags,
                progress=progress or bar,
                wait_seconds=wait_seconds,
                elsewhere=elsewhere,
            )

    def adopt(
        self,
        folder: AnyPath,
        *,
        name: str = "",
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Report:
        """Take over the texts and the metadata of a Chroma collection that another program made.

        `name` is that of the collection in the folder, if it has several. The texts of one source
        become one document. The vectors of a collection that the configured embedder made are taken
        over too (see `take_over`); other texts are embedded. `kept` of each outcome counts the
        vectors that were taken over.
        """
        return take_over(
            self.ingestor,
            check_path(folder, "folder"),
            name=name,
            progress=progress,
            wait_seconds=wait_seconds,
        )

    def add(
        self,
        documents: Iterable[Document],
        *,
        ids: Sequence[str | None] | None = None,
        replace: bool = False,
        progress: Progress | None = None,
        wait_seconds: float = 0.0,
    ) -> Report:
        """Add LangChain documents with their metadata; return a report with each source.

        Documents with the same `source` in their metadata are the pages, or pieces of pages, of one
        source, and answers cite it with its `page`. Pages that are counted from 0 are counted from
        1 here. What all documents of a source have alike becomes its tags.

        A document takes the place of the one with its id: the one in `ids`, else its own, else one
        made of its text and metadata, so that adding it twice changes nothing. With `replace`, what
        else their sources had is removed. Every document is checked and embedded before the first
        is written: `UsageError` names the one that is none, whose metadata JSON cannot hold, or
        whose id comes twice.
        """
        return add_documents(
            self.ingestor,
            documents,
            ids=ids,
            replace=replace,
            progress=progress,
            wait_seconds=wait_seconds,
        )[1]

    def remove(self, sources: Sequence[str], *, wait_seconds: float = 0.0) -> None:
        """Take sources out of the collection; their files stay where they are.

        The next ingestion of a folder that holds them reads them again.
        """
        paths = check_texts(sources, "sources")
        with self.lock.hold(wait_seconds=wait_seconds):
            self.store.remove(paths)
            self.index.sync()

    def find_documents(self, name: str) -> list[Source]:
        """Return the sources that a path, the name of a file or a pattern names, at least one.

        Raises `UsageError`, with the nearest name, when there is none.
        """
        sources = self.documents()
        path = str(expand_home(name).absolute())
        found = [source for source in sources if source.path in (name, path)]
        found = found or [
            source for source in sources if Scope(documents=(name,)).holds(source.path)
        ]
        if not found:
            names = {Path(source.path).name: source.path for source in sources}
            near = get_close_matches(Path(name).name, names, n=1, cutoff=0.5)
            raise UsageError(
                f"There is no document {name!r} in the collection {self.collection!r}."
                + (f" The nearest one is {near[0]!r}." if near else ""),
                hint="`quoth documents list` shows them all.",
            )
        return found

    def watch(
        self,
        *folders: AnyPath,
        passwords: Sequence[str] = (),
        progress: Progress | None = None,
        stop: Event | None = None,
    ) -> Iterator[Report]:
        """Ingest folders now and after every change, until `stop` is set; yield the reports."""
        return watch(
            self.ingestor,
            [check_path(folder, "folders") for folder in folders],
            passwords=passwords,
            progress=progress,
            stop=stop,
        )

    def verify(self, *, wait_seconds: float = 0.0) -> Verification:
        """Check files, text, vectors, keywords, the index and the journal."""
        found = verify(self.store, self.index, self.embedder, self.lock, wait_seconds=wait_seconds)
        return replace(found, problems=(*found.problems, *self._journal_problems()))

    def _journal_problems(self) -> Iterator[Problem]:
        """Yield what is damaged in the journal, with the way out."""
        try:
            defects = list(self.journal.defects())
        except CollectionError as error:  # it cannot even be opened
            defects = [str(error)]
        for defect in defects:
            where = str(self.home / "journal.sqlite")
            yield Problem("journal", where, f"{defect} {JOURNAL_DAMAGED}")

    def rebuild(self, *, wait_seconds: float = 0.0) -> int:
        """Rebuild keywords and dense index from the stored text; return the number of chunks."""
        with self.lock.hold(wait_seconds=wait_seconds):
            self.store.analyse_again()
            self.index.rebuild()
            return self.store.chunk_count()

    def reembed(self, *, progress: Progress | None = None, wait_seconds: float = 0.0) -> Report:
        """Change the collection to the configured embedder and splitter; no file is read."""
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
        """Return the `k` chunks that fit a question best, best first; within `scope`, if given."""
        return self.searcher.search(question, k=k, scope=scope)

    def ask(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        config: RunnableConfig | None = None,
    ) -> Answer:
        """Return an answer with checked citations, or one that says it is not in the documents.

        With a `scope`, the documents are those within it. `config` is LangChain's: its callbacks
        follow the search and the model.
        """
        return self._answerer(scope).invoke(question, config)

    def stream(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        config: RunnableConfig | None = None,
    ) -> Iterator[str | Answer]:
        """Yield the text of the answer as it is written, and at the end the whole `Answer`."""
        return self._answerer(scope).stream(question, config)

    def chat(
        self, *, resume: bool = False, name: str = "", scope: Scope | None = None
    ) -> Conversation:
        """Return a conversation about the documents; with `resume` it is the last one.

        With a `name` it is that of this name, with the turns that it has.
        """
        folder, answerer = self.folder / "conversations", self._answerer(scope)
        if resume or (name and (folder / f"{name}.json").is_file()):
            return Conversation.resume(answerer, folder, id=name)
        return Conversation(answerer, folder, id=name)

    def _answerer(self, scope: Scope | None) -> Answerer:
        return self.answerer if scope is None else self.answerer_within(scope)

    def summarize(
        self,
        *paths: AnyPath,
        query: str = "",
        length: str | int = "",
        together: bool = False,
        config: RunnableConfig | None = None,
        monitor: Monitor | None = None,
    ) -> list[Summary]:
        """Return a summary of each document, or with `together` one of all; all text is read.

        `length` is `brief`, `standard`, `detailed`, or a number of words. Finished model calls are
        in the journal: a second run costs nothing. `config` is LangChain's; `monitor` observes the
        calls, and can stop them with a `StoppedError`.
        """
        if not paths:
            raise UsageError("There is nothing to summarize.", hint="Name a file or a folder.")
        files = [check_path(path) for path in paths]
        options = replace(SummaryOptions.of(self.config.summarization), query=query)
        summarizer = self.summarizer(replace(options, length=length) if length else options)
        load = self.loader()
        documents = [
            load(file) for file in find_files(files, exclude=self.config.ingestion.exclude)
        ]
        if together:
            return [summarizer.invoke(documents, config, monitor=monitor)]
        summaries = []
        with notebook_bar("Summarizing") as bar:
            for document in documents:
                summaries.append(summarizer.invoke(document, config, monitor=monitor))
                if bar:
                    bar(len(summaries), len(documents), document.source)
        return summaries

    def loader(self, *, passwords: Sequence[str] = (), first_pages: int = 0) -> DocumentReader:
        """Return a loader, which reads one document in a child process with limits."""
        return DocumentReader(
            limits=self.config.ingestion.limits,
            passwords=tuple(passwords),
            ocr=self.config.ingestion.ocr,
            first_pages=first_pages,
        )

    def documents(self) -> Sources:
        """Return the sources in the collection, ordered by path."""
        return self.store.sources()

    def retriever(
        self, *, k: int | None = None, scope: Scope | None = None, settings: Retrieval | None = None
    ) -> CollectionRetriever:
        """Return a LangChain retriever over the collection, within `scope` if given.

        `settings` replace the configured ones.
        """
        check_limits(k, scope)
        searcher = self.open_searcher(settings) if settings else self.searcher
        return CollectionRetriever(searcher=searcher, k=k, scope=scope)

    def as_retriever(
        self, *, k: int | None = None, scope: Scope | None = None, settings: Retrieval | None = None
    ) -> CollectionRetriever:
        """Return what `retriever` returns, by the name that LangChain's vector stores have."""
        return self.retriever(k=k, scope=scope, settings=settings)

    def as_vector_store(self) -> CollectionVectorStore:
        """Return the collection as a LangChain `VectorStore`: documents by id, search by cosine."""
        return CollectionVectorStore(self)

    def as_tool(self, *, k: int | None = None, scope: Scope | None = None) -> StructuredTool:
        """Return a LangChain tool with which an agent searches the documents.

        `quoth.cite` checks the text that the agent then writes. An agent with the library's own
        model answers as `ask` does, if that model has less than a billion parameters.
        """
        check_limits(k, scope)
        return agent_tool(self, k=k, scope=scope)

    def answers_from(self, retriever: BaseRetriever) -> Answerer:
        """Return an answerer over the documents that a LangChain retriever finds."""
        if not isinstance(retriever, BaseRetriever):
            raise UsageError.of_argument(
                "retriever", expected="a LangChain retriever (`BaseRetriever`)", came=retriever
            )
        searcher = self.searcher_over(retriever)
        return Answerer(searcher, self.model, self.config.answering, journal=self.journal)

    def summarizer(
        self, options: SummaryOptions | None = None, *, journal: bool = True
    ) -> Summarizer:
        """Return a summarizer: document → summary; a LangChain `Runnable`.

        With `journal=False` every model call is made again.
        """
        return Summarizer(
            self.model,
            journal=self.journal if journal else None,
            options=check_kind(options, SummaryOptions, "options", "`SummaryOptions`")
            or SummaryOptions.of(self.config.summarization),
            folders=self.config.prompt_folders,
        )
