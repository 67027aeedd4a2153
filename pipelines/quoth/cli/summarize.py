"""`quoth summarize`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.ask import SECTION
from quoth.cli.fleet_options import FLEET
from quoth.cli.job import JobRequest, print_plan, run_job
from quoth.cli.options import SETTINGS, SharedOptions, add_command, read_path
from quoth.cli.scope import SCOPE
from quoth.errors import BackendError, QuothError, UsageError
from quoth.system import parse_json, read_text_file
from quoth.types import format_count
from quoth.views import FORMATS, Format, format_path, make_printable

if TYPE_CHECKING:
    from quoth.config import Summarization
    from quoth.summarize import Monitor, Summary, SummaryOptions
    from quoth.types import Document

Paths = Annotated[list[Path], typer.Argument(parser=read_path, help="Files and folders.")]
OutputFolder = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", parser=read_path, metavar="DIR", help="A folder for a file per summary."
    ),
]
QueryOption = Annotated[
    str, typer.Option(metavar="QUESTION", help="A question for the summary to answer.")
]
Length = Annotated[
    str, typer.Option(metavar="LENGTH", help="brief, standard, detailed, or a number of words.")
]
LanguageOption = Annotated[
    str, typer.Option(metavar="LANGUAGE", help="The language of the summary.")
]
StrategyOption = Annotated[
    str, typer.Option(metavar="STRATEGY", help="auto, extract, map-reduce, refine or stuff.")
]
KindOption = Annotated[
    str,
    typer.Option(
        "--kind", metavar="KIND", help="The kind of the documents, such as contract or minutes."
    ),
]
Together = Annotated[bool, typer.Option("--together", help="One summary of all documents.")]
SchemaFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A JSON schema for the result.")
]
FormatName = Annotated[str, typer.Option("--as", metavar="FORM", help="text, markdown or json.")]
Workers = Annotated[
    int,
    typer.Option(
        metavar="NUMBER", min=0, help="Documents in parallel; 0 takes as many as the model decodes."
    ),
]
MaxFailures = Annotated[
    int,
    typer.Option(
        metavar="NUMBER", min=0, help="Stop after more failures than this; 0 never stops."
    ),
]
MaxPages = Annotated[
    int,
    typer.Option(metavar="NUMBER", min=0, help="Pages to read of each document; 0 reads all."),
]
WithTrace = Annotated[bool, typer.Option(help="Write the tree of partial summaries too.")]
Fresh = Annotated[bool, typer.Option(help="Repeat calls that were sampled above temperature 0.")]
Passwords = Annotated[
    list[str] | None,
    typer.Option(metavar="PASSWORD", help="A password for encrypted files; may be repeated."),
]
Prune = Annotated[
    bool, typer.Option("--prune", help="Remove outputs of earlier runs whose document is gone.")
]
OnlyFailed = Annotated[
    bool,
    typer.Option("--only-failed", help="Summarize only what failed, or was left, in the last run."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the tokens, calls and time, and generate nothing.")
]


def register(app: typer.Typer) -> None:
    """Add this command."""
    options = ("model", *SCOPE, *FLEET, "json", *SETTINGS)
    add_command(app, summarize, *options, section=SECTION)


def summarize(
    shared: SharedOptions,
    paths: Paths,
    output: OutputFolder = None,
    query: QueryOption = "",
    length: Length = "",
    language: LanguageOption = "",
    strategy: StrategyOption = "",
    kind: KindOption = "",
    together: Together = False,
    schema: SchemaFile = None,
    form: FormatName = "",
    workers: Workers = 0,
    max_failures: MaxFailures = 0,
    max_pages: MaxPages = 0,
    trace: WithTrace = False,
    prune: Prune = False,
    only_failed: OnlyFailed = False,
    dry_run: DryRun = False,
    fresh: Fresh = False,
    password: Passwords = None,
) -> int:
    """Summarize documents, reading all of each.

    A run that was interrupted is resumed: finished model calls are in the journal.
    """
    from quoth.ingest import find_files, keep_within, reader_within
    from quoth.jobs import common_folder, leave_out_outputs

    chosen_form = _check_format(form)
    if shared.fleet.fleet and (output is None or together):
        raise UsageError(
            "A fleet writes a summary for each document into a folder.",
            hint="Name the folder with -o, and leave out --together.",
        )
    with shared.open_library(make=True) as library:
        options = replace(
            _with_length(library.config.summarization, length, strategy),
            kind=kind or library.config.summarization.kind,
            query=query,
            language=language,
            schema=read_schema(schema),
            fresh=fresh,
        )
        files = leave_out_outputs(find_files(paths, exclude=library.config.ingestion.exclude))
        loader = library.loader(passwords=password or (), first_pages=max_pages)
        files = keep_within(files, loader, shared.scope)
        read = reader_within(loader, shared.scope)
        request = JobRequest(library.summarizer(options), read, files, common_folder(paths))
        if dry_run:
            return print_plan(request, json=shared.json)
        if output is not None and not together:
            with shared.fleet.open(library, read, "summaries") as executor:
                return run_job(
                    request,
                    output,
                    json=shared.json,
                    form=chosen_form or "markdown",
                    trace=trace,
                    workers=workers,
                    max_failures=max_failures,
                    prune=prune,
                    only_failed=only_failed,
                    executor=executor,
                )
        return _summarize_here(
            request, output, together=together, form=chosen_form, json=shared.json, trace=trace
        )


def _with_length(settings: Summarization, length: str, strategy: str) -> SummaryOptions:
    """Return the configured options, with another length and strategy where they are given."""
    from quoth.summarize import SummaryOptions

    configured = SummaryOptions.of(settings)
    return replace(
        configured,
        length=length or configured.length,
        strategy=strategy or configured.strategy,  # type: ignore[arg-type]
    )


def _check_format(form: str) -> Format:
    if form and form not in FORMATS:
        raise UsageError(f"There is no form {form!r}.", hint=f"Forms: {', '.join(FORMATS)}.")
    return cast(Format, form)


def read_schema(file: Path | None) -> dict[str, Any] | None:
    """Return the JSON schema in a file. Raises `UsageError`."""
    if file is None:
        return None
    try:
        schema = parse_json(read_text_file(file))
    except (OSError, ValueError) as error:
        raise UsageError(f"The schema {file} cannot be read: {error}.") from error
    if not isinstance(schema, dict):
        raise UsageError(f"The schema {file} is not a JSON object.")
    return schema


def _summarize_here(
    request: JobRequest,
    output: Path | None,
    *,
    together: bool,
    form: Format,
    json: bool,
    trace: bool,
) -> int:
    """Print each summary, or write the one over all documents; return the exit code."""
    from quoth.views import summary_json

    documents, failed = _read(request)
    objects = []
    for source in [documents] if together and documents else documents:
        try:
            with _calls_as_bar() as monitor:
                summary = request.summarizer.invoke(source, monitor=monitor)
        except QuothError as error:
            if isinstance(error, BackendError) or len(request.files) == 1:
                raise
            failed += 1
            _print_note(f"✗ {error} {error.hint}")
            continue
        if json:
            objects.append(summary_json(summary))
        else:
            _print_summary(summary, output, form=form, trace=trace)
    if json:
        show.print_json(objects)
    return EXIT_FAILED if failed else 0


def _read(request: JobRequest) -> tuple[list[Document], int]:
    """Return the documents that can be read, and the number of those that cannot."""
    documents: list[Document] = []
    for file in request.files:
        try:
            documents.append(request.load(file))
        except QuothError as error:
            _print_note(f"✗ {format_path(str(file))}: {error} {error.hint}")
    return documents, len(request.files) - len(documents)


def _print_summary(summary: Summary, output: Path | None, *, form: Format, trace: bool) -> None:
    from quoth.jobs import OutputFolder
    from quoth.system import write_whole
    from quoth.views import render_summary, trace_page

    text = render_summary(summary, form or "text")
    if output is not None:
        folder = OutputFolder(output)
        folder.write(f"summary{FORMATS[form or 'markdown']}", text)
        if trace:
            folder.write("summary.trace.html", trace_page(summary))
        folder.close()
    else:
        sys.stdout.write(make_printable(text).rstrip("\n") + "\n")
        if trace:
            write_whole(Path("summary.trace.html"), trace_page(summary))
    timings = summary.timings
    flagged = f" · not in the text: {', '.join(summary.unsupported)}" if summary.unsupported else ""
    _print_note(
        f"\n{summary.model} · {summary.coverage:.0%} of the text read · "
        f"{format_count(summary.calls, 'call')} ({summary.cached_calls} from the journal) · "
        f"{timings.prompt_tokens} tokens in, "
        f"{timings.generated_tokens} out · {summary.seconds:.1f} s{flagged}",
        style="dim",
    )


@contextmanager
def _calls_as_bar() -> Iterator[Monitor]:
    """Show the calls of one summary as a bar while in the block."""
    from quoth.summarize import Monitor

    with show.progress("Summarizing") as move:
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


def _print_note(text: str, style: str = "") -> None:
    show.console(stderr=True).print(text, style=style)
