"""The names by which an agent calls documents, pages and passages: ids and `quoth://` addresses.

No path is part of them, so a request can name nothing that the server does not show.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from quoth.errors import UsageError

_HASH = 12  # characters of the hash of a document's bytes
_NAME = r"(?P<collection>[A-Za-z0-9][A-Za-z0-9._-]*)"
_DOCUMENT = rf"(?P<document>[0-9a-f]{{{_HASH}}})"
_ADDRESS = re.compile(
    rf"(?:quoth://)?{_NAME}/{_DOCUMENT}"
    r"(?:/pages/(?P<page>[0-9]{1,9})(?:\?start=(?P<start>[0-9]{1,9}))?)?"
)
_PASSAGE = re.compile(rf"passage:{_NAME}/(?P<passage>[0-9]{{1,18}})")


@dataclass(frozen=True, slots=True)
class Address:
    """What an id names: a document, one of its pages, or a passage by its number.

    Exactly one of `document` and `passage` is given. `start` is where in the page reading begins.
    """

    collection: str
    document: str = ""
    page: int | None = None
    start: int = 0
    passage: int | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what an id or a `quoth://` address names. Raises `UsageError`."""
        if found := _PASSAGE.fullmatch(text.strip()):
            return cls(found["collection"], passage=int(found["passage"]))
        if found := _ADDRESS.fullmatch(text.strip()):
            page = int(found["page"]) if found["page"] else None
            return cls(found["collection"], found["document"], page, int(found["start"] or 0))
        raise UsageError(
            f"{text!r} is no id of a document or a passage.",
            hint="Use an id or a uri as `search` and `list_documents` return them.",
        )


def document_key(hash: str) -> str:
    """Return what stands for a document, in its collection, by the hash of its bytes."""
    return hash[:_HASH]


def document_id(collection: str, hash: str) -> str:
    """Return the id of the document whose bytes have this hash."""
    return f"{collection}/{document_key(hash)}"


def passage_id(collection: str, number: int | None) -> str:
    """Return the id of a passage by the number of its chunk."""
    return f"passage:{collection}/{number or 0}"


def page_uri(document: str, page: int, *, start: int = 0) -> str:
    """Return the address of a page of the document with an id, from a character on."""
    return f"quoth://{document}/pages/{page}" + (f"?start={start}" if start else "")
