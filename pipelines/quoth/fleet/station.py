"""The work of one machine: documents in, results out, one model and one embedder for all."""

from __future__ import annotations

import errno
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from quoth.embed import embedded_text
from quoth.errors import BackendError, DocumentError, ModelNotFoundError
from quoth.fleet.line import HeadGoneError
from quoth.fleet.remote_journal import RemoteJournal
from quoth.fleet.roster import MOST_DEATHS
from quoth.fleet.unit import Ended, ReadUnit, Unit
from quoth.fleet.workshop import Workshop
from quoth.jobs import Performer, TaskResult
from quoth.journal import Entry
from quoth.library import Library
from quoth.models import Call
from quoth.summarize import Monitor, StoppedError, Summarizer
from quoth.types import Document, Outcome

_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE, errno.EROFS, errno.ENOMEM}
"""System errors that another machine would not meet."""


class Line(Protocol):
    """The connection of a worker to its head."""

    def ask(self, action: str, **values: Any) -> dict[str, Any]:
        """Return the reply of the head."""

    def record(self, entry: Entry) -> None:
        """Let the head record a finished call before it answers the next question."""

    def tell(self, job: str, key: str, kind: str, detail: Any) -> None:
        """Tell the head what happened to a document, with the next question."""

    def is_stopped(self, job: str) -> bool:
        """Whether no further call of the job may begin."""


class UnfitError(Exception):
    """This machine cannot work: its disk is full, or its model fails."""


class Station:
    """Performs units on this machine, whose files lie in `scratch`. Any thread may use it."""

    def __init__(self, library: Library, line: Line, *, scratch: Path) -> None:
        self._library = library
        self._line = line
        self._scratch = scratch
        self._journal = RemoteJournal(line)
        self._workshop = Workshop()
        self._making = threading.Lock()
        self._made: Summarizer | None = None

    def prepare(self) -> None:
        """Load the model and the prompts, so that the first document need not wait for them.

        What fails here fails again with that document, where it is told.
        """
        with suppress(Exception):
            self._summarizer().plan("The mill has two wheels. Both turn in winter.")

    def perform(self, unit: Unit) -> None:
        """Perform a unit, and tell the head how it ended.

        A document that ended its machine before is alone on this one while it is worked at. Raises
        `UnfitError` when another machine must do it, and `HeadGoneError` without a head.
        """
        ended = self._perform(unit)
        if ended.error is None:
            self._line.tell(unit.job, unit.key, "finished", ended.result)
        else:
            self._line.tell(unit.job, unit.key, "raised", ended.error)

    def _perform(self, unit: Unit) -> Ended:
        begun = self._line.ask("begin", job=unit.job, key=unit.key, path=str(unit.path))
        if self._line.is_stopped(unit.job):
            return Ended(error=StoppedError("The job was stopped before this document."))
        deaths: int = begun["deaths"]
        if deaths >= MOST_DEATHS:
            return _failure(unit, f"{deaths} machines ended while they worked at it.")
        with self._workshop.alone() if deaths else self._workshop.beside_others():
            try:
                return Ended(result=self._do(unit))
            except HeadGoneError:
                raise
            except Exception as error:  # the job decides what it means
                if fault := _fault_of_machine(error):
                    raise UnfitError(fault) from error
                return Ended(error=error)

    def _do(self, unit: Unit) -> Any:
        with _file_of(unit, self._scratch) as path:

            def load(named: Path) -> Document:
                return replace(unit.load(path), source=str(named))

            if unit.task is None:
                return self._read(load(unit.path))
            performer = Performer(self._summarizer(), load)
            return performer.perform(unit.task, _Watch(unit, self._line))

    def _read(self, document: Document) -> ReadUnit:
        limit = self._library.config.ingestion.limits.seconds
        chunks = self._library.splitter.split(document, seconds=limit)
        embedder = self._library.embedder
        texts = {hash: text for text, hash in (embedded_text(chunk, embedder) for chunk in chunks)}
        vectors = embedder.embed(list(texts.values()))
        return ReadUnit(document, tuple(chunks), tuple(texts), vectors)

    def _summarizer(self) -> Summarizer:
        with self._making:
            if self._made is None:
                self._made = Summarizer(
                    self._library.model,
                    journal=self._journal,
                    folders=self._library.config.prompt_folders,
                )
            return self._made


class _Watch(Monitor):
    """Tells the head about the calls of one document, and asks it whether to go on."""

    def __init__(self, unit: Unit, line: Line) -> None:
        self._unit = unit
        self._line = line

    @property
    def stopped(self) -> bool:
        """Whether no further call may begin."""
        return self._line.is_stopped(self._unit.job)

    def planned(self, calls: int) -> None:
        """Tell of planned calls."""
        self._line.tell(self._unit.job, self._unit.key, "planned", calls)

    def called(self, call: Call) -> None:
        """Tell of a finished call; its text is in the journal already."""
        light = replace(call, text="", thinking="")
        self._line.tell(self._unit.job, self._unit.key, "called", light)


def _failure(unit: Unit, reason: str) -> Ended:
    if unit.task is None:
        return Ended(error=DocumentError(reason))
    return Ended(TaskResult(Outcome(str(unit.path), reason, "failed")))


def _fault_of_machine(error: BaseException) -> str:
    """Return why this machine cannot work, nothing for an error of the document or of the job."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _OF_THE_MACHINE:
            return f"{error}"
        cause = cause.__cause__
    is_of_model = isinstance(error, BackendError) and not isinstance(error, ModelNotFoundError)
    return f"{error}" if is_of_model else ""


@contextmanager
def _file_of(unit: Unit, scratch: Path) -> Iterator[Path]:
    """Give the file of a unit a place on this machine within the block."""
    if unit.content is None:
        yield unit.path
        return
    folder = Path(tempfile.mkdtemp(dir=scratch))
    path = folder / unit.path.name
    try:
        path.write_bytes(unit.content)
        yield path
    finally:
        path.unlink(missing_ok=True)
        folder.rmdir()
