"""A summary job on the command line: its progress, its report, its plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.cli import show
from quoth.cli.machines import print_machines
from quoth.types import format_count
from quoth.views import Format, format_failures, format_path, make_printable

if TYPE_CHECKING:
    from quoth.jobs import Executor, JobProgress, JobReport, ReadDocument
    from quoth.summarize import Summarizer
    from quoth.types import Outcome


@dataclass(frozen=True, slots=True)
class JobRequest:
    """The files to summarize, the loader that reads them, and the summarizer."""

    summarizer: Summarizer
    load: ReadDocument
    files: Sequence[Path]
    base: Path


def run_job(
    request: JobRequest,
    output: Path,
    *,
    json: bool,
    form: Format,
    trace: bool,
    workers: int,
    max_failures: int,
    prune: bool,
    only_failed: bool = False,
    accept_known: bool = False,
    quiet: bool = False,
    executor: Executor | None = None,
) -> int:
    """Summarize files into a folder, print the report, and return the exit code.

    `quiet` prints nothing unless something failed. An `executor` takes the place of the threads.
    """
    from quoth.jobs import SummaryJob

    with show.progress("Summarizing") as move:

        def progress(now: JobProgress) -> None:
            speed = f"{now.tokens_per_second:.0f} tokens/s"
            text = f"{speed}, {now.documents_done} of {now.documents} documents"
            move(now.calls_done, max(now.calls_planned, now.calls_done, 1), text)

        job = SummaryJob(
            request.summarizer,
            request.load,
            output,
            form=form,
            trace=trace,
            workers=workers,
            max_failures=max_failures,
            progress=progress,
            accept_known=accept_known,
            executor=executor,
        )
        result = job.run(request.files, base=request.base, prune=prune, only_failed=only_failed)
    if json:
        show.print_json(asdict(result))
    elif not quiet or result.exit_code:
        _print_job(result, output)
    return result.exit_code


def print_plan(request: JobRequest, *, json: bool) -> int:
    """Print the tokens, calls and seconds that a job would take; nothing is generated."""
    from quoth.jobs import SummaryJob

    plan = SummaryJob(request.summarizer, request.load, Path()).plan(request.files)
    total = plan.total
    if json:
        show.print_json({**asdict(plan), "total": asdict(total)})
        return 0
    out = show.console()
    for path, document in plan.documents:
        tokens = format_count(document.prompt_tokens, "token")
        out.print(f"  {format_path(path)}: {tokens}, {format_count(document.calls, 'call')}")
    _print_failures(plan.failed)
    duration = f", about {total.seconds:.0f} s" if total.seconds else ""
    counts = (
        format_count(total.documents, "document"),
        format_count(total.prompt_tokens, "token"),
        format_count(total.calls, "call"),
    )
    out.print(f"{', '.join(counts)}{duration}.")
    if total.seconds is None:
        out.print("The time can be estimated after the first call of this model.", style="dim")
    return 0


def _print_job(result: JobReport, output: Path) -> None:
    report = result.report
    _print_failures(report.failed)
    left = sum(outcome.status == "pending" for outcome in report.skipped)
    show.console().print(
        f"{format_count(len(report.done), 'summary')} in {format_path(str(output))}"
        + (f", {format_failures(report)}" if report.failed else "")
        + (f", {left} left for the next run" if left else "")
        + (f", {result.kept} as before" if result.kept else "")
        + f"; {format_count(result.calls, 'call')}, {result.cached_calls} of them from the "
        + f"journal, in {report.seconds:.1f} s."
    )
    print_machines(result.machines, result.differences)
    _print_leftovers(result)
    if result.paused:
        show.console(stderr=True).print(
            f"The job is paused: {result.paused} Run the same command again to resume it."
        )


def _print_leftovers(result: JobReport) -> None:
    """Print the outputs that were removed, or that could be."""
    if removed := len(result.report.removed):
        show.console().print(f"{format_count(removed, 'output')} without a document removed.")
    if left := len(result.leftovers):
        show.console().print(
            f"{format_count(left, 'output')} of earlier runs without a document, such as "
            f"{format_path(result.leftovers[0])}; --prune removes those that were not edited."
        )


def _print_failures(failures: Sequence[Outcome]) -> None:
    for outcome in failures:
        text = f"  ✗ {format_path(outcome.path)}: {make_printable(outcome.reason)}"
        show.console().print(text, style="dim" if outcome.known else "red")
