"""The options that limit a command to part of a collection, or of the files it is given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quoth.cli.complete import complete_document, complete_language

if TYPE_CHECKING:
    from quoth.collection import Scope

SCOPE = ("document", "page", "format", "since", "until", "document_language", "tag")
"""The names of these options."""

SCOPE_OPTIONS: dict[str, Any] = {
    "document": Annotated[
        list[str] | None,
        typer.Option(
            "--document",
            metavar="GLOB",
            help="Only documents such as '*.pdf'; may be repeated.",
            autocompletion=complete_document,
        ),
    ],
    "page": Annotated[
        str, typer.Option("--page", metavar="PAGES", help="Only pages 7, 3-10, 3- or -10.")
    ],
    "format": Annotated[
        list[str] | None,
        typer.Option(
            "--format", metavar="FORMAT", help="Only a format such as pdf; may be repeated."
        ),
    ],
    "since": Annotated[
        str, typer.Option("--since", metavar="DAY", help="Only since a day, as 2024-01-31.")
    ],
    "until": Annotated[
        str, typer.Option("--until", metavar="DAY", help="Only until a day, as 2024-12-31.")
    ],
    "document_language": Annotated[
        list[str] | None,
        typer.Option(
            "--document-language",
            metavar="CODE",
            help="Only text in a language such as de; may be repeated.",
            autocompletion=complete_language,
        ),
    ],
    "tag": Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="KEY=VALUE", help="Only with this tag; may be repeated."),
    ],
}
SCOPE_DEFAULTS: dict[str, Any] = {
    name: "" if name in ("page", "since", "until") else None for name in SCOPE
}


@dataclass(frozen=True, slots=True)
class ScopeValues:
    """The values of the options of a scope."""

    document: tuple[str, ...] = ()
    page: str = ""
    format: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    document_language: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()

    def read(self) -> Scope | None:
        """Return the scope, `None` for everything. Raises `UsageError`."""
        if self == ScopeValues():
            return None
        from quoth.collection import Scope

        return Scope.read(
            documents=self.document,
            pages=self.page,
            formats=self.format,
            since=self.since,
            until=self.until,
            languages=self.document_language,
            tags=self.tag,
        )
