"""`quoth summarize`, `quoth journal`."""

from __future__ import annotations

import json as encoder
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.options import AsJson, ConfigFile, Debug, Model, Preset, Settings, opened
from quoth.errors import QuothError, UsageError

if TYPE_CHECKING:
    from quoth.jobs import JobProgress, JobReport
    from quoth.library import Library
    from quoth.summarize import Summary, SummaryOptions

journal_app = typer.Typer(help="The record of finished model calls.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(summarize)
    app.add_typer(journal_app, name="journal")


def summarize(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="DIR", help="Write one summary a document here."),
    ] = None,
    query: Annotated[str, typer.Option(help="Summarize what bears on this question.")] = "",
    length: Annotated[
        str, typer.Option(help="brief, standard, detailed, or a number of words.")
    ] = "",
    language: Annotated[str, typer.Option(help="The language to write in.")] = "",
    strategy: Annotated[str, typer.Option(help="auto, map-reduce, refine or stuff.")] = "",
    together: Annotated[
        bool, typer.Option("--together", help="One summary over all the documents.")
    ] = False,
    schema: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A JSON schema that the result must meet.")
    ] = None,
    form: Annotated[str, typer.Option("--format", help="text, markdown or json.")] = "",
    glob: Annotated[str, typer.Option(help="Of folders, only files whose name fits.")] = "*",
    workers: Annotated[int, typer.Option(min=0, help="Documents at once; 0 asks the model.")] = 0,
    max_failures: Annotated[
        int, typer.Option(min=0, help="Stop after more failed documents; 0 never.")
    ] = 0,
    max_pages: Annotated[
        int, typer.Option(min=0, help="Read only so many pages of a document; 0 reads all.")
    ] = 0,
    trace: Annotated[bool, typer.Option(help="Write the tree of partial summaries too.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would take.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option(help="Ask anew what was sampled above temperature 0.")
    ] = False,
    password: Annotated[list[str] | None, typer.Option(help="Tried on encrypted files.")] = None,
    model: Model = "",
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> int:
    """Summarize documents, all of each, resuming where an earlier run stopped."""
    from dataclasses import replace

    with opened("default", config, set, model, preset=preset) as library:
        standing = library.summary_options
        options = replace(
            standing,
            length=length or standing.length,
            strategy=strategy or standing.strategy,  # type: ignore[arg-type]
            query=query,
            language=language,
            schema=read_schema(schema),
            fresh=fresh,
        )
        files = library.files(*paths, glob=glob)
        load = library.loader(passwords=password or (), first_pages=max_pages)
        if dry_run:
            return print_plan(library, files, options, load, json=json)
        if output is not None and not together:
            return run_job(
                library, files, options, load, output, json=json,
                form=form or "markdown", trace=trace, workers=workers, max_failures=max_failures,
            )  # fmt: skip
        return _print(library, files, options, load, output, together=together, form=form,
                      json=json, trace=trace)  # fmt: skip


def _print(
    library: Library, files: list[Path], options: SummaryOptions, load: Any, output: Path | None, *,
    together: bool, form: str, json: bool, trace: bool,
) -> int:  # fmt: skip
    from quoth.system import write_whole
    from quoth.views import FORMATS, as_object, rendered, trace_page

    if form and form not in FORMATS:
        raise UsageError(f"There is no format {form!r}.", hint=f"Formats: {', '.join(FORMATS)}.")
    summarizer = library.summarizer(options)
    documents, failed = [], 0
    for file in files:
        try:
            documents.append(load(file))
        except QuothError as error:
            failed += 1
            _tell(f"✗ {show.place(str(file))}: {error} {error.hint}")
    objects = []
    for source in [documents] if together and documents else documents:
        with _calls("Summarizing") as monitor:
            try:
                summary = summarizer.invoke(source, monitor=monitor)
            except QuothError as error:
                if error.exit_code == 3 or len(files) == 1:
                    raise
                failed += 1
                _tell(f"✗ {error} {error.hint}")
                continue
        if json:
            objects.append(as_object(summary))
            continue
        text = rendered(summary, form or "text")  # type: ignore[arg-type]
        if output is not None:
            output.mkdir(parents=True, exist_ok=True)
            write_whole(output / f"summary{FORMATS[form or 'markdown']}", text)
        else:
            sys.stdout.write(show.clean(text).rstrip("\n") + "\n")
        if trace:
            write_whole((output or Path()) / "summary.trace.html", trace_page(summary))
        _facts(summary)
    if json:
        show.print_json(objects)
    return EXIT_FAILED if failed else 0


def run_job(
    library: Library, files: list[Path], options: SummaryOptions, load: Any, output: Path, *,
    json: bool, form: str, trace: bool, workers: int, max_failures: int, quiet: bool = False,
) -> int:  # fmt: skip
    """Summarize files into a folder, say what was done, and return the exit code.

    `quiet` says nothing when all went well.
    """
    from quoth.jobs import SummaryJob

    with show.progress("Summarizing") as move:

        def progress(now: JobProgress) -> None:
            speed = f"{now.tokens_per_second:.0f} tokens/s"
            at = f"{speed}, {now.documents_done} of {now.documents} documents"
            move(now.calls_done, max(now.calls_planned, now.calls_done, 1), at)

        job = SummaryJob(
            library.summarizer(options), load, output, form=form, trace=trace,  # type: ignore[arg-type]
            workers=workers, max_failures=max_failures, progress=progress,
        )  # fmt: skip
        result = job.run(files)
    if json:
        show.print_json(asdict(result))
    elif not quiet or result.exit_code:
        _print_job(result, output)
    return result.exit_code


def _print_job(result: JobReport, output: Path) -> None:
    out = show.console()
    for line in result.report.failed:
        out.print(f"  ✗ {show.place(line.path)}: {show.clean(line.reason)}", style="red")
    left = sum(line.status == "pending" for line in result.report.skipped)
    out.print(
        f"{show.counted(len(result.report.done), 'summary')} in {show.place(str(output))}"
        + (f", {len(result.report.failed)} failed" if result.report.failed else "")
        + (f", {left} left for the next run" if left else "")
        + f"; {show.counted(result.calls, 'call')}, "
        + f"{result.cached_calls} of them from the journal, in {result.report.seconds:.1f} s."
    )
    if result.paused:
        _tell(f"The job is paused: {result.paused} Run the same command again to go on.")


def print_plan(
    library: Library, files: list[Path], options: SummaryOptions, load: Any, *, json: bool
) -> int:
    """Say what summarizing these files would take."""
    from quoth.jobs import SummaryJob

    job = SummaryJob(library.summarizer(options), load, Path())
    plan = job.plan(files)
    total = plan.total
    if json:
        show.print_json({**asdict(plan), "total": asdict(total)})
        return 0
    out = show.console()
    for path, one in plan.documents:
        out.print(
            f"  {show.place(path)}: {show.counted(one.prompt_tokens, 'token')}, "
            f"{show.counted(one.calls, 'call')}"
        )
    for line in plan.failed:
        out.print(f"  ✗ {show.place(line.path)}: {show.clean(line.reason)}", style="red")
    took = f", about {total.seconds:.0f} s" if total.seconds else ""
    out.print(
        f"{show.counted(total.documents, 'document')}, "
        f"{show.counted(total.prompt_tokens, 'token')}, {show.counted(total.calls, 'call')}{took}."
    )
    if total.seconds is None:
        out.print("How long is known once this model has been called here.", style="dim")
    return 0


@contextmanager
def _calls(label: str) -> Iterator[Any]:
    """Give a monitor that shows the calls of one summary as a bar."""
    from quoth.summarize import Monitor

    with show.progress(label) as move:
        planned, done = 1, 0

        class Bar(Monitor):
            def planned(self, calls: int) -> None:
                nonlocal planned
                planned = max(calls, 1)

            def called(self, call: Any) -> None:
                nonlocal done
                done += 1
                move(done, max(planned, done), "")

        yield Bar()


def _facts(summary: Summary) -> None:
    timings = summary.timings
    flagged = f" · not in the text: {', '.join(summary.unsupported)}" if summary.unsupported else ""
    _tell(
        f"\n{summary.model} · {summary.coverage:.0%} of the text read · "
        f"{show.counted(summary.calls, 'call')} ({summary.cached_calls} from the journal) · "
        f"{timings.prompt_tokens} tokens in, "
        f"{timings.generated_tokens} out · {summary.seconds:.1f} s{flagged}",
        style="dim",
    )


def read_schema(file: Path | None) -> dict[str, Any] | None:
    """Return the JSON schema in a file. Raises `UsageError`."""
    if file is None:
        return None
    try:
        schema = encoder.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"The schema {file} cannot be read: {error}.") from error
    if not isinstance(schema, dict):
        raise UsageError(f"The schema {file} is not a JSON object.")
    return schema


def _tell(text: str, style: str = "") -> None:
    show.console(stderr=True).print(text, style=style)


@journal_app.command("stats")
def stats(
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Show how many calls are kept, of which models."""
    with opened("default", config, set, preset=preset) as library:
        found = library.journal.stats()
    if json:
        show.print_json(encoder.loads(encoder.dumps(asdict(found), default=str)))
        return
    out = show.console()
    if found.first is None or found.last is None:
        out.print("The journal is empty.")
        return
    first, last = (f"{at.astimezone():%Y-%m-%d %H:%M}" for at in (found.first, found.last))
    out.print(
        f"{show.counted(found.calls, 'call')}, {found.bytes / 2**20:.1f} MiB, {first} to {last}"
    )
    for share in found.models:
        timings = share.timings
        out.print(
            f"  {share.model} ({share.fingerprint[:8]}): {show.counted(share.calls, 'call')}, "
            f"{timings.prompt_tokens:,} tokens in, {timings.generated_tokens:,} out"
        )


@journal_app.command("prune")
def prune(
    older_than: Annotated[int, typer.Option(metavar="DAYS", min=0, help="Days to keep.")],
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Forget calls that are older than so many days."""
    with opened("default", config, set, preset=preset) as library:
        forgotten = library.journal.prune(older_than=timedelta(days=older_than))
    print(f"{show.counted(forgotten, 'call')} forgotten.")


@journal_app.command("export")
def export(
    config: ConfigFile = None, preset: Preset = "", set: Settings = None, debug: Debug = False
) -> None:
    """Print every call as JSON lines."""
    with opened("default", config, set, preset=preset) as library:
        for entry in library.journal.export():
            print(encoder.dumps(entry, ensure_ascii=False))
