"""`quoth ingest`, `verify`, `rebuild`, `reembed`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.confirm import confirm
from quoth.cli.fleet_options import FLEET, reads_for
from quoth.cli.machines import print_machines
from quoth.cli.options import SETTINGS, SharedOptions, add_command, read_path
from quoth.cli.tags import read_tags
from quoth.errors import UsageError, VanishedSourcesError
from quoth.types import format_count
from quoth.views import (
    make_printable,
    report_json,
)

if TYPE_CHECKING:
    from quoth.fleet import FleetExecutor
    from quoth.ingest import Verification
    from quoth.library import Library
    from quoth.types import Report

SECTION = "Documents"

Wait = Annotated[
    float, typer.Option(metavar="SECONDS", help="Seconds to wait for another process that writes.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    options = ("collection", "json", *SETTINGS)
    add_command(app, ingest, *FLEET, *options, section=SECTION)
    for command in (verify, rebuild, reembed):
        add_command(app, command, *options, section=SECTION)


def ingest(
    shared: SharedOptions,
    paths: Annotated[list[Path], typer.Argument(parser=read_path, help="Files and folders.")],
    password: Annotated[
        list[str] | None,
        typer.Option(metavar="PASSWORD", help="A password for encrypted files; may be repeated."),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Read again the files that could not be read before.")
    ] = False,
    allow_empty: Annotated[
        bool,
        typer.Option(
            "--allow-empty", help="Follow a folder that lost most of its files, without asking."
        ),
    ] = False,
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="A tag for these documents; may be repeated."),
    ] = None,
    document_language: Annotated[
        str,
        typer.Option(
            metavar="CODE", help="The language of the documents, such as de; detected without."
        ),
    ] = "",
    watch: Annotated[
        bool, typer.Option("--watch", help="Follow the folders until Ctrl-C.")
    ] = False,
    wait: Wait = 60.0,
) -> int:
    """Read files and folders into the collection."""
    if document_language:
        setting = f"ingestion.language={document_language!r}"
        shared = replace(shared, set=(*shared.set, setting))
    tags = read_tags(tag or ())
    if watch:
        if shared.fleet.fleet:
            raise UsageError("A fleet cannot watch folders.", hint="Leave out --watch or --fleet.")
        with shared.open_library(make=True) as library:
            return _follow(library, paths, password or (), json=shared.json)

    def read(library: Library, *, allow_empty: bool) -> tuple[Report, FleetExecutor | None]:
        load = library.loader(passwords=password or ())
        with (
            show.progress("Ingesting", files=True) as progress,
            shared.fleet.open(library, load, "ingestion") as executor,
        ):
            report = library.ingest(
                *paths,
                passwords=password or (),
                retry=retry,
                allow_empty=allow_empty,
                tags=tags,
                progress=progress,
                wait_seconds=wait,
                elsewhere=reads_for(executor),
            )
            return report, executor

    with shared.open_library(make=True) as library:
        try:
            report, executor = read(library, allow_empty=allow_empty)
        except VanishedSourcesError as error:
            if not sys.stdin.isatty():
                raise
            confirm(f"{error} Remove them from the collection?", yes=False)
            report, executor = read(library, allow_empty=True)
    _print_report(report, json=shared.json, fleet=executor)
    return report.exit_code


def verify(shared: SharedOptions, wait: Wait = 60.0) -> int:
    """Check files, text, vectors, keywords and index."""
    with shared.open_library() as library:
        verification = library.verify(wait_seconds=wait)
    if shared.json:
        show.print_json(asdict(verification))
    else:
        _print_verification(verification)
    return EXIT_FAILED if verification.problems else 0


def rebuild(shared: SharedOptions, wait: Wait = 60.0) -> None:
    """Rebuild keywords and dense index from the stored text.

    Nothing is embedded: the vectors are in the collection.
    """
    with shared.open_library() as library, show.waiting("Rebuilding"):
        chunks = library.rebuild(wait_seconds=wait)
    if shared.json:
        show.print_json({"chunks": chunks})
    else:
        show.console().print(f"The index was rebuilt with {format_count(chunks, 'chunk')}.")


def reembed(shared: SharedOptions, wait: Wait = 60.0) -> None:
    """Change to the configured embedder and splitter.

    The text comes from the collection; no file is read.
    """
    with shared.open_library() as library, show.progress("Embedding", files=True) as progress:
        report = library.reembed(progress=progress, wait_seconds=wait)
    if shared.json:
        show.print_json(report_json(report))
    elif report.done:
        chunks = sum(outcome.chunks for outcome in report.done)
        show.console().print(
            f"{format_count(len(report.done), 'document')} embedded again "
            f"({format_count(chunks, 'chunk')}), in {report.seconds:.1f} s."
        )
        if shared.set:
            kept = ", ".join(shared.set)
            show.console().print(f"Keep in quoth.yaml what searches need from now on: {kept}")
    else:
        show.console().print("The collection is as configured already.")


def _follow(
    library: Library, paths: Sequence[Path], passwords: Sequence[str], *, json: bool
) -> int:
    """Print the first report, and each later one with a change, until Ctrl-C."""
    failures: set[tuple[str, str]] | None = None
    try:
        for report in library.watch(*paths, passwords=passwords):
            failures_now = {(outcome.path, outcome.reason) for outcome in report.failed}
            if failures is None or report.done or report.removed or failures_now != failures:
                _print_report(report, json=json)
                sys.stdout.flush()
            failures = failures_now
    except KeyboardInterrupt:
        return 0
    return 0


def _print_report(report: Report, *, json: bool, fleet: FleetExecutor | None = None) -> None:
    machines, differences = (fleet.machines, fleet.notes) if fleet else ((), ())
    if json:
        told = {"machines": list(map(asdict, machines)), "differences": differences}
        show.print_json(report_json(report) | (told if fleet else {}))
    else:
        show.print_report(report)
        print_machines(machines, differences)


def _print_verification(verification: Verification) -> None:
    out = show.console()
    for note in verification.notes:
        out.print(f"  - {make_printable(note)}", style="dim")
    for problem in verification.problems:
        out.print(
            f"  ✗ {problem.part}: {make_printable(f'{problem.where}: {problem.what}')}", style="red"
        )
    contents = ", ".join(
        (
            format_count(verification.sources, "document"),
            format_count(verification.pages, "page"),
            format_count(verification.chunks, "chunk"),
        )
    )
    if not verification.problems:
        out.print(f"{contents}: everything is as it should be.")
        return
    out.print(f"{contents}: {format_count(len(verification.problems), 'problem')}.")
    if all(problem.part == "index" for problem in verification.problems):
        out.print("  hint: `quoth rebuild` rebuilds the index.")
