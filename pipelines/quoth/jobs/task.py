"""A task: one document of a job, as a value that can be sent to another process."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from quoth.errors import (
    BackendError,
    BackendUnavailableError,
    CollectionError,
    ConfigurationError,
    DocumentError,
    ModelNotFoundError,
    PromptError,
    QuothError,
)
from quoth.jobs.fields import place_fields
from quoth.jobs.report import DocumentReport
from quoth.summarize import Monitor, StoppedError, Summarizer, Summary, SummaryOptions
from quoth.types import Document, Outcome
from quoth.views import FORMATS, Format, render_summary, trace_json, trace_page

ReadDocument = Callable[[Path], Document]

FATAL = (ConfigurationError, CollectionError, PromptError, ModelNotFoundError)
"""Errors that every document would meet, so they end the job."""

TRACES = (".trace.json", ".trace.html")
"""The endings of the two files of a tree of partial summaries."""

_TICK = 0.1


@dataclass(frozen=True, slots=True)
class SummaryTask:
    """One document to summarize, and the form of its outputs.

    `name` is the path of the outputs within the folder of the job, without the suffix of the
    format. With `trace`, the tree of partial summaries is also written, as JSON and HTML.
    """

    path: Path
    name: str
    options: SummaryOptions
    form: Format = "markdown"
    trace: bool = False

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs, the summary first."""
        endings = (FORMATS[self.form], *(TRACES if self.trace else ()))
        return tuple(self.name + ending for ending in endings)


@dataclass(frozen=True, slots=True)
class TaskResult:
    """The result of a task: its line in the report, and the text of each output by name."""

    outcome: Outcome
    outputs: Mapping[str, str] = field(default_factory=dict)
    coverage: float = 1.0
    document: DocumentReport | None = None


class Performer:
    """Performs tasks in this process: reads a document, summarizes it, renders the summary.

    A call that fails in the backend is retried `retries` times, after `backoff` seconds and twice
    as long each time.
    """

    def __init__(
        self, summarizer: Summarizer, load: ReadDocument, *, retries: int = 4, backoff: float = 1.0
    ) -> None:
        self._summarizer = summarizer
        self._load = load
        self._retries = retries
        self._backoff = backoff

    def perform(self, task: SummaryTask, monitor: Monitor) -> TaskResult:
        """Summarize the document of a task; one that cannot be summarized is a failed outcome.

        Raises the errors that concern more than this document: those of `FATAL`, `BackendError`
        when the backend fails after all retries, and `StoppedError` when `monitor` stops the work.
        """
        if monitor.stopped:
            raise StoppedError("The job was stopped before this document.")
        try:
            document = self._load(task.path)
            summary = self._summarize(document, task.options, monitor)
        except (StoppedError, *FATAL):
            raise
        except Exception as error:  # one document never ends the others
            if _may_recover(error):
                raise
            return TaskResult(describe_failure(task.path, error))
        return _render(task, document, summary)

    def _summarize(self, document: Document, options: SummaryOptions, monitor: Monitor) -> Summary:
        def sleep(seconds: float) -> None:
            end = time.monotonic() + seconds
            while not monitor.stopped and (left := end - time.monotonic()) > 0:
                time.sleep(min(left, _TICK))

        retrying = Retrying(
            retry=retry_if_exception(_may_recover),
            stop=stop_after_attempt(self._retries + 1),
            wait=wait_exponential(multiplier=self._backoff),
            sleep=sleep,
            reraise=True,
        )
        summarizer = self._summarizer.with_options(options)
        summary: Summary = retrying(summarizer.invoke, document, monitor=monitor)
        return summary


def describe_failure(path: Path, error: Exception) -> Outcome:
    """Return the outcome of a document that failed."""
    status = error.status if isinstance(error, DocumentError) else "failed"
    if isinstance(error, QuothError):
        return Outcome(str(path), str(error), status)
    if isinstance(error, OSError):
        return Outcome(str(path), error.strerror or str(error), status)
    return Outcome(str(path), f"{type(error).__name__}: {error}", status)


def _may_recover(error: BaseException) -> bool:
    """Whether the backend may answer later."""
    return isinstance(error, BackendUnavailableError) or (
        isinstance(error, BackendError) and error.retryable
    )


def _render(task: SummaryTask, document: Document, summary: Summary) -> TaskResult:
    main, *traces = task.outputs
    outputs: dict[str, str] = {}
    if traces:
        outputs |= zip(traces, (trace_json(summary), trace_page(summary)), strict=True)
    outcome = Outcome(
        str(task.path),
        main,
        "done",
        pages=len(document.pages),
        chunks=sum(len(node.chunks) for node in summary.tree.walk()),
    )
    outputs[main] = render_summary(summary, task.form)
    return TaskResult(outcome, outputs, summary.coverage, _describe(outcome, document, summary))


def _describe(outcome: Outcome, document: Document, summary: Summary) -> DocumentReport:
    return DocumentReport(
        path=outcome.path,
        state="done",
        output=outcome.reason,
        pages=outcome.pages,
        coverage=summary.coverage,
        unread=summary.unread,
        calls=summary.calls,
        cached_calls=summary.cached_calls,
        prompt_tokens=summary.timings.prompt_tokens,
        generated_tokens=summary.timings.generated_tokens,
        seconds=summary.seconds,
        notes=summary.notes,
        unsupported=summary.unsupported,
        model=summary.model,
        fingerprint=summary.fingerprint,
        prompts=summary.prompts,
        sentences=summary.sentences,
        fields=() if summary.data is None else place_fields(summary.data, document),
    )
