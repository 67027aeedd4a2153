"""`quoth run`: a job that a file describes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import show
from quoth.cli.ask import SECTION
from quoth.cli.complete import complete_job
from quoth.cli.fleet_options import FLEET
from quoth.cli.job import JobRequest, print_plan, run_job
from quoth.cli.options import SharedOptions, add_command, read_path, tell_new_home
from quoth.cli.scope import SCOPE
from quoth.cli.summarize import DryRun, OnlyFailed, Prune, read_schema
from quoth.errors import UsageError

if TYPE_CHECKING:
    from quoth.collection import Scope
    from quoth.jobs import JobFile
    from quoth.library import Library


def register(app: typer.Typer) -> None:
    """Add this command."""
    add_command(app, run, "model", *SCOPE, *FLEET, "json", "set", section=SECTION)


def run(
    shared: SharedOptions,
    job: Annotated[
        str,
        typer.Argument(help="A job file, or the name of an example.", autocompletion=complete_job),
    ],
    paths: Annotated[
        list[Path] | None,
        typer.Argument(parser=read_path, help="Files and folders, in place of the job's sources."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            parser=read_path,
            metavar="DIR",
            help="The folder, in place of the job's.",
        ),
    ] = None,
    prune: Prune = False,
    only_failed: OnlyFailed = False,
    dry_run: DryRun = False,
) -> int:
    """Run a job file, and resume it after an interruption.

    The sources of the job are summarized into its output folder. While one run is at work, another
    run of the same job ends immediately with exit code 2.
    """
    from quoth.jobs import calling_when_done, find_job, read_job, read_job_settings
    from quoth.library import Library
    from quoth.system import take_over

    file = find_job(job)
    written = read_job(file)
    sources, folder = paths or written.sources, output or written.output
    if not sources or folder is None:
        raise UsageError(
            f"The job {file.name} does not say {'what to read' if folder else 'where to write'}.",
            hint="Write `sources` and `output` into it, or: quoth run JOB PATH… -o DIR",
        )
    config = read_job_settings(file, shared.overrides()).config
    take_over(config.guard)
    with Library(config=config) as library:
        tell_new_home(library.home)
        request = _request(library, written, sources, shared.scope)
        if dry_run:
            return print_plan(request, json=shared.json)
        with (
            shared.fleet.open(library, request.load, "summaries") as executor,
            calling_when_done(
                written.on_done, job=str(file), report=folder.resolve() / "report.json"
            ) as ending,
        ):
            ending.exit_code = run_job(
                request,
                folder,
                json=shared.json,
                quiet=show.VERBOSITY.quiet,
                form=written.format,
                trace=written.trace,
                workers=written.workers,
                max_failures=written.max_failures,
                prune=prune,
                only_failed=only_failed,
                accept_known=written.known_failures == "accept",
                executor=executor,
            )
    return ending.exit_code


def _request(
    library: Library, job: JobFile, sources: Sequence[Path], limits: Scope | None
) -> JobRequest:
    """Return what a job file asks for, with these sources; `limits` replace its scope."""
    from dataclasses import replace

    from quoth.ingest import find_files, keep_within, reader_within
    from quoth.jobs import common_folder, leave_out_outputs
    from quoth.summarize import SummaryOptions

    options = replace(
        SummaryOptions.of(library.config.summarization),
        query=job.query,
        language=job.language,
        schema=read_schema(job.json_schema),
    )
    loader = library.loader(first_pages=job.max_pages)
    scope = limits or job.scope.read()
    files = leave_out_outputs(
        find_files(
            sources,
            exclude=(*library.config.ingestion.exclude, *job.exclude),
        )
    )
    return JobRequest(
        library.summarizer(options),
        reader_within(loader, scope),
        keep_within(files, loader, scope),
        common_folder(sources),
    )
