"""The tool that summarizes, and the one that reads files into a collection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from langchain_core.runnables import RunnableConfig

from quoth.collection import Source
from quoth.errors import UsageError
from quoth.library import Library, Watcher
from quoth.mcp.addresses import document_id
from quoth.mcp.bounds import Bounds
from quoth.mcp.evidence import cut
from quoth.mcp.shapes import IngestResult, SummarizeResult, SummaryShape
from quoth.mcp.work import Work
from quoth.models import Call
from quoth.summarize import Monitor, Summary, SummaryOptions
from quoth.system import expand_home, real_path
from quoth.types import Document

_MOST_DOCUMENTS = 50


class _Watch(Monitor):
    """Tells the calls of a summary as the progress of its work, and stops it."""

    def __init__(self, work: Work, name: str) -> None:
        self._work = work
        self._name = name

    @property
    def stopped(self) -> bool:
        return self._work.stop.is_set()

    def planned(self, calls: int) -> None:
        self._work.report(self._work.done, self._work.total + calls, self._name)

    def called(self, call: Call) -> None:
        self._work.report(self._work.done + 1, self._work.total, self._name)


class Summaries:
    """Summarizes documents of a collection from their stored text; no file is read again."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds

    def choose(self, library: Library, documents: Sequence[str]) -> list[Source]:
        """Return the sources that ids or patterns name, each content once. Raises `UsageError`."""
        scope = self.bounds.narrow(library, documents)
        held = library.store.paths_within(scope) if scope else None
        found = {
            source.hash: source
            for source in self.bounds.sources(library)
            if held is None or source.path in held
        }
        if len(found) > _MOST_DOCUMENTS:
            raise UsageError(
                f"These are {len(found)} documents; at most {_MOST_DOCUMENTS} are summarized.",
                hint="Name fewer of them.",
            )
        return [*found.values()]

    def summarize(
        self,
        work: Work,
        library: Library,
        sources: Sequence[Source],
        *,
        query: str,
        length: str,
        together: bool,
        max_tokens: int,
    ) -> SummarizeResult:
        """Return a summary of each source, or of all together; each within `max_tokens`."""
        options = replace(SummaryOptions.of(library.config.summarization), query=query)
        summarizer = library.summarizer(replace(options, length=length) if length else options)
        documents = [
            (source, self.bounds.pages_of(library, document))
            for source in sources
            if (document := library.store.document(source.path)) is not None
        ]
        groups = [documents] if together else [[pair] for pair in documents]
        summaries = []
        watched: RunnableConfig = {"callbacks": [Watcher(work.check)]}
        for group in groups:
            monitor = _Watch(work, self.bounds.name(group[0][0].path))
            texts: list[Document] = [document for _, document in group]
            source = texts if together else texts[0]
            summary = summarizer.invoke(source, watched, monitor=monitor)
            ids = [document_id(library.collection, source.hash) for source, _ in group]
            summaries.append(self._shape(library, ids, summary, max_tokens))
        return SummarizeResult(summaries=summaries)

    def _shape(
        self, library: Library, ids: list[str], summary: Summary, max_tokens: int
    ) -> SummaryShape:
        end = cut(summary.text, max_tokens, library.embedder.count_tokens)
        return SummaryShape(
            documents=ids,
            text=summary.text[:end],
            coverage=summary.coverage,
            unsupported=list(summary.unsupported),
            strategy=summary.strategy,
            notes=list(summary.notes),
            left_out=end < len(summary.text),
        )

    def check_paths(self, paths: Sequence[str]) -> list[Path]:
        """Return paths below one of the roots. Raises `UsageError` for any other."""
        found = []
        for path in paths:
            resolved = real_path(expand_home(path))
            roots = [real_path(root) for root in self.bounds.settings.roots]
            if not any(resolved.is_relative_to(root) for root in roots):
                raise UsageError(
                    f"{Path(path).name!r} is in none of the folders that may be read.",
                    hint="The person who started the server names them with --write.",
                )
            if not resolved.exists():
                raise UsageError(f"{Path(path).name!r} is not there.")
            found.append(resolved)
        return found

    def ingest(self, work: Work, library: Library, paths: Sequence[Path]) -> IngestResult:
        """Read files and folders into a collection."""
        report = library.ingest(*paths, progress=work.report)
        return IngestResult(
            done=len(report.done),
            skipped=len(report.skipped),
            failed=[
                f"{self.bounds.name(each.path)}: {self.bounds.settings.tell(each.reason)}"
                for each in report.failed
            ],
        )
