"""`quoth ingest`, `verify`, `rebuild`, `reembed`, and `quoth documents`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.options import (
    DEFAULT_COLLECTION,
    AsJson,
    Collection,
    ConfigFile,
    Debug,
    Preset,
    Settings,
    opened,
)
from quoth.views import report_json

if TYPE_CHECKING:
    from quoth.library import Library
    from quoth.types import Report

Wait = Annotated[float, typer.Option(help="Seconds to wait for another process that is writing.")]

documents = typer.Typer(help="What the collection holds.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (ingest, verify, rebuild, reembed):
        app.command()(command)
    app.add_typer(documents, name="documents")


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    collection: Collection = DEFAULT_COLLECTION,
    password: Annotated[
        list[str] | None, typer.Option(help="Tried on encrypted files; may be repeated.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Read again what could not be read before.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on, and follow the folders until Ctrl-C.")
    ] = False,
    wait: Wait = 60.0,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> int:
    """Bring the collection in step with files and folders."""
    if watch:
        with opened(collection, config, set, preset=preset) as library:
            return _follow(library, paths, password or (), json=json)
    with (
        opened(collection, config, set, preset=preset) as library,
        show.progress("Ingesting", files=True) as progress,
    ):
        report = library.ingest(
            *paths, passwords=password or (), retry=retry, progress=progress, wait_seconds=wait
        )
    _print(report, json=json)
    return EXIT_FAILED if report.failed else 0


def _follow(
    library: Library, paths: Sequence[Path], passwords: Sequence[str], *, json: bool
) -> int:
    """Print a report after the first run, and after each that changed something, until Ctrl-C."""
    failed: set[tuple[str, str]] | None = None
    try:
        for report in library.watch(*paths, passwords=passwords):
            now = {(line.path, line.reason) for line in report.failed}
            if failed is None or report.done or report.removed or now != failed:
                _print(report, json=json)
                sys.stdout.flush()
            failed = now
    except KeyboardInterrupt:
        return 0
    return 0


def _print(report: Report, *, json: bool) -> None:
    if json:
        show.print_json(report_json(report))
    else:
        show.print_report(report)


def verify(
    collection: Collection = DEFAULT_COLLECTION,
    wait: Wait = 60.0,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> int:
    """Check files, text, vectors, keywords and the index against each other."""
    with opened(collection, config, set, preset=preset) as library:
        found = library.verify(wait_seconds=wait)
    if json:
        show.print_json(asdict(found))
        return EXIT_FAILED if found.problems else 0
    out = show.console()
    for note in found.notes:
        out.print(f"  - {show.clean(note)}", style="dim")
    for problem in found.problems:
        out.print(
            f"  ✗ {problem.part}: {show.clean(f'{problem.where}: {problem.what}')}", style="red"
        )
    held = (
        f"{show.format_count(found.sources, 'document')}, {show.format_count(found.pages, 'page')}, "
        f"{show.format_count(found.chunks, 'chunk')}"
    )
    if not found.problems:
        out.print(f"{held}: everything is as it should be.")
        return 0
    out.print(f"{held}: {show.format_count(len(found.problems), 'problem')}.")
    if all(problem.part == "index" for problem in found.problems):
        out.print("  hint: `quoth rebuild` makes the index again.")
    return EXIT_FAILED


def rebuild(
    collection: Collection = DEFAULT_COLLECTION,
    wait: Wait = 60.0,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Make the dense index again from SQLite; nothing is embedded."""
    with opened(collection, config, set, preset=preset) as library, show.waiting("Rebuilding"):
        chunks = library.rebuild(wait_seconds=wait)
    if json:
        show.print_json({"chunks": chunks})
    else:
        show.console().print(f"The index was made again with {show.format_count(chunks, 'chunk')}.")


def reembed(
    collection: Collection = DEFAULT_COLLECTION,
    wait: Wait = 60.0,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Change the collection to the configured embedder and splitter, from the text it holds."""
    with (
        opened(collection, config, set, preset=preset) as library,
        show.progress("Embedding", files=True) as progress,
    ):
        report = library.reembed(progress=progress, wait_seconds=wait)
    if json:
        show.print_json(asdict(report))
    elif report.done:
        chunks = sum(line.chunks for line in report.done)
        show.console().print(
            f"{show.format_count(len(report.done), 'document')} embedded anew "
            f"({show.format_count(chunks, 'chunk')}), "
            f"in {report.seconds:.1f} s."
        )
    else:
        show.console().print("The collection is as configured already.")


@documents.command("list")
def list_documents(
    collection: Collection = DEFAULT_COLLECTION,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """List the documents in the collection."""
    with opened(collection, config, set, preset=preset) as library:
        sources = library.documents()
    if json:
        show.print_json([asdict(source) for source in sources])
        return
    if not sources:
        show.console(stderr=True).print(
            f"The collection {collection!r} is empty. Fill it with: quoth ingest FOLDER"
        )
        return
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    table.add_column("document", overflow="fold")
    for name in ("title", "format", "pages", "chunks"):
        table.add_column(name, justify="right" if name in {"pages", "chunks"} else "left")
    for source in sources:
        table.add_row(
            show.format_path(source.path),
            show.clean(source.title),
            source.format,
            str(source.pages),
            str(source.chunks),
        )
    show.console().print(table, soft_wrap=False)


@documents.command("export")
def export_documents(
    collection: Collection = DEFAULT_COLLECTION,
    json_lines: Annotated[bool, typer.Option("--json", help="JSON lines; always so.")] = True,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Print the text of every page as JSON lines."""
    with opened(collection, config, set, preset=preset) as library:
        for page in library.pages():
            print(json.dumps(asdict(page), ensure_ascii=False))
