"""`quoth collections list | show | rename | remove | export | import | adopt`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from quoth.cli import show
from quoth.cli.complete import complete_collection
from quoth.cli.confirm import Yes, confirm
from quoth.cli.model_lists import format_size
from quoth.cli.options import SETTINGS, SharedOptions, add_command, add_group
from quoth.errors import CollectionError
from quoth.types import format_count
from quoth.views import format_adoption, make_printable

SECTION = "Documents"

Name = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A collection, as `list` names it.",
        autocompletion=complete_collection,
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = add_group(
        app, "collections", help="List, move and remove collections.", section=SECTION
    )
    add_command(group, list_all, "json", name="list")
    add_command(group, show_one, "json", name="show")
    add_command(group, rename, name="rename")
    add_command(group, remove, name="remove")
    add_command(group, remove, name="rm", hidden=True)
    add_command(group, export, "json", name="export")
    add_command(group, import_one, "json", name="import")
    add_command(group, adopt, "collection", "json", *SETTINGS, name="adopt")


def list_all(shared: SharedOptions) -> None:
    """List the collections."""
    from quoth.config import state_folder
    from quoth.library import describe_collection, list_collections

    home = state_folder()
    facts = [describe_collection(home, name) for name in list_collections(home)]
    if shared.json:
        show.print_json([asdict(each) for each in facts])
        return
    if not facts:
        show.print_line("There is no collection yet. `quoth ingest FOLDER` makes one.")
        return
    show.print_table(
        ("collection", "documents", "chunks", "languages", "size"),
        [
            (
                each.name,
                "damaged" if each.problem else f"{each.documents}",
                f"{each.chunks}",
                ", ".join([*each.languages][:4]),
                format_size(each.bytes),
            )
            for each in facts
        ],
        numbers={"documents", "chunks", "size"},
    )


def show_one(shared: SharedOptions, name: Name = "default") -> None:
    """Show what a collection holds, and where it lies."""
    from quoth.config import state_folder
    from quoth.library import describe_collection

    facts = describe_collection(state_folder(), name)
    if shared.json:
        show.print_json(asdict(facts))
        return
    if facts.problem:
        raise CollectionError(facts.problem, hint="`quoth collections remove` deletes it.")
    languages = ", ".join(f"{code} ({count})" for code, count in facts.languages.items())
    show.print_facts(
        {
            "collection": facts.name,
            "documents": f"{facts.documents} ({format_count(facts.pages, 'page')})",
            "chunks": f"{facts.chunks}",
            "languages": languages,
            "tags": ", ".join(f"{key} ({count})" for key, count in facts.tags.items()),
            "embedder": make_printable(facts.embedder),
            "conversations": f"{facts.conversations}",
            "size": format_size(facts.bytes),
            "folder": facts.folder,
        }
    )


def rename(
    shared: SharedOptions,
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name.")],
) -> None:
    """Give a collection another name."""
    from quoth.config import state_folder
    from quoth.library import rename_collection

    rename_collection(state_folder(), name, new)
    show.print_line(f"The collection {name} is called {new} now.")


def remove(shared: SharedOptions, name: Name, yes: Yes = False) -> None:
    """Delete a collection and its conversations; the documents themselves stay."""
    from quoth.config import state_folder
    from quoth.library import describe_collection, remove_collection

    home = state_folder()
    facts = describe_collection(home, name)
    counted = format_count(facts.documents, "document")
    talks = format_count(facts.conversations, "conversation")
    confirm(f"Delete the collection {name} ({counted}, {talks})?", yes=yes)
    remove_collection(home, name)
    show.print_line(f"The collection {name} was deleted; its documents are where they were.")


def export(
    shared: SharedOptions,
    name: Name,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file; by default NAME.quoth."),
    ] = None,
    yes: Yes = False,
) -> None:
    """Write a whole collection to one file, for another machine or as a backup."""
    from quoth.config import state_folder
    from quoth.library import export_collection

    file = output or Path(f"{name}.quoth")
    with show.waiting("Writing"):
        size = export_collection(state_folder(), name, file, replace=yes)
    if shared.json:
        show.print_json({"collection": name, "file": str(file), "bytes": size})
    else:
        show.print_line(f"The collection {name} is in {file} ({format_size(size)}).")


def import_one(
    shared: SharedOptions,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `export` wrote.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Another name than that in the file.")
    ] = "",
) -> None:
    """Make a collection from a file that `collections export` wrote."""
    from quoth.config import state_folder
    from quoth.library import describe_collection, import_collection

    home = state_folder()
    with show.waiting("Reading"):
        made = import_collection(home, file, name=name)
    facts = describe_collection(home, made)
    if shared.json:
        show.print_json(asdict(facts))
    else:
        counted = format_count(facts.documents, "document")
        show.print_line(f"The collection {made} is here ({counted}): quoth ask … -c {made}")


def adopt(
    shared: SharedOptions,
    folder: Annotated[
        Path, typer.Argument(metavar="CHROMA_FOLDER", help="The folder with chroma.sqlite3.")
    ],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The collection in it, if it has several.")
    ] = "",
) -> int:
    """Take over the texts and the metadata of a Chroma collection that another program made.

    The texts of one source become one document. Vectors that the configured embedder made are taken
    over, and all other texts are embedded; how many of each is told. The folder is only read.
    """
    from quoth.views import report_json

    with (
        shared.open_library(make=True) as library,
        show.progress("Embedding", files=True) as progress,
    ):
        report = library.adopt(folder, name=name, progress=progress)
    if shared.json:
        show.print_json(report_json(report))
    else:
        show.print_report(report, verb="adopted")
        show.print_line(format_adoption(report))
    return report.exit_code
