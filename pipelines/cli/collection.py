"""`carrel ingest`, `carrel documents list`, `carrel documents export`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import EXIT_FAILED, show
from pipelines.cli.options import (
    DEFAULT_COLLECTION,
    AsJson,
    Collection,
    ConfigFile,
    Debug,
    Settings,
    opened,
)

documents = typer.Typer(help="What the collection holds.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(ingest)
    app.add_typer(documents, name="documents")


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    collection: Collection = DEFAULT_COLLECTION,
    password: Annotated[
        list[str] | None, typer.Option(help="Tried on encrypted files; may be repeated.")
    ] = None,
    wait: Annotated[
        float, typer.Option(help="Seconds to wait for another process that is writing.")
    ] = 60.0,
    json: AsJson = False,
    config: ConfigFile = None,
    set: Settings = None,
    debug: Debug = False,
) -> int:
    """Bring the collection in step with files and folders."""
    with opened(collection, config, set) as library, show.progress("Ingesting") as progress:
        report = library.ingest(
            *paths, passwords=password or (), progress=progress, wait_seconds=wait
        )
    if json:
        show.print_json(asdict(report))
    else:
        show.print_report(report)
    return EXIT_FAILED if report.failed else 0


@documents.command("list")
def list_documents(
    collection: Collection = DEFAULT_COLLECTION,
    json: AsJson = False,
    config: ConfigFile = None,
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """List the documents in the collection."""
    with opened(collection, config, set) as library:
        sources = library.documents()
    if json:
        show.print_json([asdict(source) for source in sources])
        return
    if not sources:
        show.console(stderr=True).print(
            f"The collection {collection!r} is empty. Fill it with: carrel ingest FOLDER"
        )
        return
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    table.add_column("document", overflow="fold")
    for name in ("title", "format", "pages", "chunks"):
        table.add_column(name, justify="right" if name in {"pages", "chunks"} else "left")
    for source in sources:
        table.add_row(
            show.place(source.path),
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
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Print the text of every page as JSON lines."""
    with opened(collection, config, set) as library:
        for page in library.pages():
            print(json.dumps(asdict(page), ensure_ascii=False))
