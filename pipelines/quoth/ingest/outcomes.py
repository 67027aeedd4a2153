"""The outcomes of a run, one for each file."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field, replace

from quoth.collection import find_other_language
from quoth.types import Chunk, Document, Outcome, Progress, Report, TellsWithin

_NAMED_PAGES = 10
_KEPT = "The text that was read before stays in the collection."


@dataclass(slots=True)
class Outcomes:
    """Collects the outcomes of a run over `count` files, and reports each to `progress`."""

    count: int
    progress: Progress | None = None
    done: list[Outcome] = field(default_factory=list)
    skipped: list[Outcome] = field(default_factory=list)
    failed: list[Outcome] = field(default_factory=list)
    _finished: int = 0

    def begin(self) -> None:
        """Report the number of files."""
        if self.progress:
            self.progress(0, self.count, "")

    def add(self, outcome: Outcome, *, failed: bool = False) -> None:
        """Add the outcome of one file."""
        done = self.skipped if outcome.status == "unchanged" else self.done
        (self.failed if failed else done).append(outcome)
        self._finished += 1
        if self.progress:
            self.progress(self._finished, self.count, outcome.path)

    def tell_kept(self, paths: Container[str]) -> None:
        """Say of the failed files among `paths` that their earlier text stays."""
        self.failed = [
            replace(outcome, reason=f"{outcome.reason} {_KEPT}")
            if outcome.path in paths
            else outcome
            for outcome in self.failed
        ]

    def within(self, document: Document, path: str, done: int, total: int) -> None:
        """Report how far a long document is: its chunks that are embedded, of all."""
        if isinstance(self.progress, TellsWithin):
            self.progress.within(path, share=done / total, pages=len(document.pages))
        elif self.progress:
            self.progress(self._finished, self.count, f"{path}: {done} of {total} chunks")

    def report(self, gone: Iterable[str], seconds: float) -> Report:
        """Return the report of the run, with an outcome for each source that is gone."""
        return Report(
            done=tuple(self.done),
            skipped=tuple(self.skipped),
            failed=tuple(self.failed),
            removed=tuple(Outcome(path, "The file is gone.", "removed") for path in gone),
            seconds=seconds,
        )


def outcome_of(document: Document, chunks: Sequence[Chunk]) -> Outcome:
    """Return the outcome of a stored document, with its notes and its pages without text."""
    notes = list(document.notes)
    if unread := document.unreadable:
        numbers = ", ".join(map(str, unread[:_NAMED_PAGES]))
        numbers += " and more" * (len(unread) > _NAMED_PAGES)
        count = f"{len(unread)} of {len(document.pages)} pages"
        ocr = ", or images that need OCR" * (document.format == "pdf")
        notes.append(f"There is no text on {count} ({numbers}): they are blank{ocr}.")
    if other := find_other_language(document):
        notes.append(f"The language was set to {document.language}; the text looks like {other}.")
    return Outcome(
        path=document.source,
        reason=" ".join(notes) or "It was read.",
        status="text",
        pages=len(document.pages),
        chunks=len(chunks),
        unread=dict(document.unread),
    )
