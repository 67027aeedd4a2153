"""`quoth run`: a job that is written down in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from quoth.cli.options import AsJson, Debug, Model, Settings, overridden
from quoth.cli.summarize import print_plan, read_schema, run_job
from quoth.errors import UsageError


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(run)


def run(
    job: Annotated[str, typer.Argument(help="A job file, or the name of an example.")],
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders, instead of the job's sources.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="DIR", help="Instead of the job's.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what it would take.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing when all went well.")
    ] = False,
    model: Model = "",
    json: AsJson = False,
    set: Settings = None,
    debug: Debug = False,
) -> int:
    """Run a job file: summarize its sources into its output folder, going on where it stopped.

    Two runs of one job do not collide: the second ends at once with exit code 2.
    """
    from dataclasses import replace

    from quoth.jobs import find_job, read_job, read_job_settings
    from quoth.library import Library
    from quoth.system import take_over

    file = find_job(job)
    asked = read_job(file)
    sources, folder = paths or asked.sources, output or asked.output
    if not sources or folder is None:
        raise UsageError(
            f"The job {file.name} does not say {'what to read' if folder else 'where to write'}.",
            hint="Write `sources` and `output` into it, or: quoth run JOB PATH… -o DIR",
        )
    settings = read_job_settings(file, overridden(set, model)).config
    take_over(settings.guard)
    with Library(config=settings) as library:
        options = replace(
            library.summary_options,
            query=asked.query,
            language=asked.language,
            schema=read_schema(asked.json_schema),
        )
        files = library.files(*sources, glob=asked.glob)
        load = library.loader(first_pages=asked.max_pages)
        if dry_run:
            return print_plan(library, files, options, load, json=json)
        return run_job(
            library, files, options, load, folder, json=json, quiet=quiet,
            form=asked.format, trace=asked.trace, workers=asked.workers,
            max_failures=asked.max_failures,
        )  # fmt: skip
