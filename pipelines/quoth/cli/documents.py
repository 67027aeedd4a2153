"""`quoth documents list | show | export | remove | open | tag`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import show
from quoth.cli.complete import complete_document
from quoth.cli.confirm import Yes, confirm
from quoth.cli.options import SETTINGS, SharedOptions, add_command, add_group
from quoth.cli.tags import read_tags
from quoth.errors import UsageError
from quoth.types import format_count
from quoth.views import (
    format_path,
    format_unread,
    make_printable,
    page_json,
    write_json,
)

if TYPE_CHECKING:
    from quoth.collection import Source
    from quoth.library import Library
    from quoth.types import TagValue

Name = Annotated[
    str,
    typer.Argument(
        metavar="DOCUMENT",
        help="Its path, its name, or a pattern as '*.pdf'.",
        autocompletion=complete_document,
    ),
]
Everywhere = Annotated[
    bool,
    typer.Option("--everywhere", help="Leave no trace of them in the folder of Quoth."),
]
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="DOCUMENT",
        help="Paths, names, or patterns such as '*.pdf'.",
        autocompletion=complete_document,
    ),
]
PageNumber = Annotated[
    int | None, typer.Option("--page", metavar="NUMBER", min=1, help="One page, counted from 1.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = add_group(
        app, "documents", help="List, show, tag and remove documents.", section="Documents"
    )
    common = ("collection", "json", *SETTINGS)
    add_command(group, list_documents, *common, name="list")
    add_command(group, show_document, *common, name="show")
    add_command(group, export_documents, "collection", *SETTINGS, name="export")
    add_command(group, remove, *common, name="remove")
    add_command(group, remove, *common, name="rm", hidden=True)
    add_command(group, open_document, "collection", *SETTINGS, name="open")
    add_command(group, tag, *common, name="tag")


def list_documents(shared: SharedOptions) -> None:
    """List the documents in the collection."""
    with shared.open_library() as library:
        sources = library.documents()
    if shared.json:
        show.print_json([asdict(source) for source in sources])
        return
    if not sources:
        show.print_empty(shared.collection)
        return
    show.print_table(
        ("document", "title", "format", "language", "pages", "chunks", "not read", "tags"),
        [
            (
                format_path(source.path),
                make_printable(source.title),
                source.format,
                source.language,
                str(source.pages),
                str(source.chunks),
                format_unread(source.unread),
                _format_pairs(source.tags),
            )
            for source in sources
        ],
        numbers={"pages", "chunks"},
    )


def show_document(shared: SharedOptions, name: Name, page: PageNumber = None) -> None:
    """Show what is known of a document and its text, or one page of it."""
    with shared.open_library() as library:
        source = _single(library, name)
        document = library.store.document(source.path)
    assert document is not None
    pages = [each for each in document.pages if page in (None, each.number)]
    if not pages:
        raise UsageError(
            f"{format_path(source.path)} has no page {page}.",
            hint=f"It has {format_count(len(document.pages), 'page')}.",
        )
    if shared.json:
        texts = [page_json(source.path, each) for each in pages]
        stated = dict(document.metadata)
        show.print_json({**asdict(source), "metadata": stated, "text": texts})
        return
    if page is None:
        show.print_facts(
            {
                "document": format_path(source.path),
                "title": make_printable(source.title),
                "format": source.format,
                "language": source.language,
                "pages": str(source.pages),
                "chunks": str(source.chunks),
                "not read": format_unread(source.unread),
                "tags": _format_pairs(source.tags),
                "states": _format_pairs(
                    {key: fact for key, fact in document.metadata.items() if key != "title"}
                ),
            }
        )
    for each in pages:
        label = f" ({each.label})" if each.label and each.label != str(each.number) else ""
        show.print_heading(f"page {each.number}{label}")
        show.print_text(make_printable(each.text))


def export_documents(shared: SharedOptions) -> None:
    """Print the text of every page as JSON lines."""
    with shared.open_library() as library:
        for source in library.documents():
            document = library.store.document(source.path)
            for page in document.pages if document else ():
                print(write_json(page_json(source.path, page)))


def remove(
    shared: SharedOptions, names: Names, yes: Yes = False, everywhere: Everywhere = False
) -> None:
    """Take documents out of the collection; the files stay where they are.

    The next `ingest` of a folder that holds them reads them again, unless a `.quothignore` there
    leaves them out. With `--everywhere` they leave all collections, and whatever was made from
    them in the folder of Quoth goes too: finished calls, turns of conversations, records.
    """
    with shared.open_library() as library:
        sources = _found(library, names)
        counted = format_count(len(sources), "document")
        shown = ", ".join(format_path(source.path) for source in sources[:3])
        more = " …" if len(sources) > 3 else ""
        place = "everywhere" if everywhere else f"from {shared.collection}"
        confirm(f"Remove {counted} {place} ({shown}{more})?", yes=yes)
        if not everywhere:
            library.remove([source.path for source in sources])
    if everywhere:
        _forget(library.home, sources, json=shared.json)
        return
    if shared.json:
        show.print_json({"removed": [source.path for source in sources]})
        return
    show.print_line(f"{counted} removed from the collection {shared.collection}.")
    if any(Path(source.path).exists() for source in sources):
        show.print_line(
            "The next ingestion reads a file again that is still there; a line in .quothignore "
            "beside it leaves it out."
        )


def _forget(home: Path, sources: Sequence[Source], *, json: bool) -> None:
    from quoth.library import forget_everywhere

    forgotten = forget_everywhere(home, [source.path for source in sources])
    if json:
        show.print_json(asdict(forgotten))
        return
    show.print_line(
        f"{format_count(len(forgotten.sources), 'document')} removed from all collections, with "
        f"{format_count(forgotten.calls, 'model call')} and "
        f"{format_count(forgotten.records, 'record')} made from them."
    )
    show.print_line("Summaries in other folders, and copies of this folder, are yours to remove.")


def open_document(shared: SharedOptions, name: Name) -> None:
    """Open the file of a document with the program of this machine for it."""
    with shared.open_library() as library:
        source = _single(library, name)
    path = Path(source.path)
    if not path.exists():
        raise UsageError(
            f"The file {format_path(source.path)} is not there any more.",
            hint=f"Its text is: quoth documents show {path.name}",
        )
    open_file(path)


def tag(
    shared: SharedOptions,
    name: Name,
    tags: Annotated[
        list[str] | None, typer.Argument(metavar="KEY=VALUE", help="Tags to give.")
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option("--without", metavar="KEY", help="A tag to take away; may be repeated."),
    ] = None,
) -> None:
    """Give documents tags, or take them away; without any, show them.

    Tags of files beside the documents are changed in these files.
    """
    given, taken = read_tags(tags or ()), tuple(without or ())
    with shared.open_library() as library:
        sources = library.find_documents(name)
        if given or taken:
            with library.lock.hold():
                paths = [source.path for source in sources]
                library.store.add_tags(paths, given, without=taken)
            sources = library.find_documents(name)
    if shared.json:
        show.print_json({source.path: dict(source.tags) for source in sources})
        return
    for source in sources:
        show.print_line(f"{format_path(source.path)}: {_format_pairs(source.tags) or 'no tags'}")


def open_file(path: Path) -> None:
    """Open a file with the program that this machine has for it. Raises `UsageError`."""
    if sys.platform == "win32":
        os.startfile(path)  # noqa: S606 - a file of the user, by its own program
        return
    program = "open" if sys.platform == "darwin" else "xdg-open"
    try:
        ended = subprocess.run(
            [program, str(path)], stderr=subprocess.DEVNULL, check=False, timeout=20
        )
        code = ended.returncode
    except subprocess.TimeoutExpired:  # a program that stays in the foreground has opened it
        code = 0
    except OSError:
        code = 1
    if code:
        raise UsageError(
            f"No program could be started for {path}.",
            hint="Open it yourself, or name a program for this kind of file in your system.",
        )


def _single(library: Library, name: str) -> Source:
    """Return the one document of a name. Raises `UsageError` for several."""
    sources = library.find_documents(name)
    if len(sources) > 1:
        paths = ", ".join(format_path(source.path) for source in sources[:5])
        raise UsageError(
            f"{name!r} names {len(sources)} documents: {paths}.", hint="Name one by its path."
        )
    return sources[0]


def _found(library: Library, names: Sequence[str]) -> list[Source]:
    found = {source.path: source for name in names for source in library.find_documents(name)}
    return [*found.values()]


def _format_pairs(values: Mapping[str, TagValue]) -> str:
    """Return tags, or facts that a document states, as they are typed behind `--tag`."""
    return make_printable(
        ", ".join(
            f"{key}={', '.join(map(str, value)) if isinstance(value, list) else value}"
            for key, value in values.items()
        )
    )
