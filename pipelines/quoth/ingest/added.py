"""LangChain documents that are to be added to a collection, checked before anything is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.documents import Document

from quoth.collection import LAST_PAGE
from quoth.errors import UsageError

_LONGEST_ID = 1000
_PAGE_DIGITS = 9


@dataclass(frozen=True, slots=True)
class AddedText:
    """A text to be added: its id, the path of its source, and metadata that JSON can hold."""

    id: str
    path: str
    text: str
    metadata: Mapping[str, Any]


def read_added(
    documents: Iterable[Document], ids: Sequence[str | None] | None = None
) -> list[AddedText]:
    """Return LangChain documents as texts to be added, one for each.

    The id of a document is the one in `ids`, else its own, else one made of its text and its place,
    so that a document that is added twice is there once. Documents with the same `source` in their
    metadata are one source; one without a source is a source of its own. Raises `UsageError`, which
    names the document, for what is no document, for metadata that JSON cannot hold, and for ids
    that come twice.
    """
    given = _as_list(documents)
    names = _read_ids(ids, given)
    added = [
        _read_one(document, name, f"documents[{number}]")
        for number, (document, name) in enumerate(zip(given, names, strict=True))
    ]
    seen: dict[str, int] = {}
    for number, each in enumerate(added):
        first = seen.setdefault(each.id, number)
        if first != number and (names[number] or added[first] != each):
            raise UsageError(
                f"`documents[{first}]` and `documents[{number}]` have the same id {each.id!r}.",
                hint="Give each document an id of its own, or none.",
            )
    return added


def _as_list(documents: Iterable[Document]) -> list[Any]:
    expected = "a list of LangChain `Document`s"
    if isinstance(documents, Document | str | bytes | Mapping):
        raise UsageError.of_argument("documents", expected=expected, came=documents)
    try:
        return list(documents)
    except TypeError as error:
        raise UsageError.of_argument("documents", expected=expected, came=documents) from error


def _read_ids(ids: Sequence[str | None] | None, documents: Sequence[Any]) -> list[str]:
    """Return the id of each document, empty where it has none."""
    if ids is None:
        ids = [getattr(document, "id", None) for document in documents]
    elif isinstance(ids, str) or not isinstance(ids, Sequence):
        raise UsageError.of_argument("ids", expected="a list of texts", came=ids)
    if len(ids) != len(documents):
        raise UsageError(f"There are {len(ids)} `ids` for {len(documents)} `documents`.")
    for number, id in enumerate(ids):
        if id is not None and not (isinstance(id, str) and 0 < len(id) <= _LONGEST_ID):
            raise UsageError.of_argument(
                f"ids[{number}]", expected=f"a text of 1 to {_LONGEST_ID} characters", came=id
            )
    return [id or "" for id in ids]


def _read_one(document: object, id: str, name: str) -> AddedText:
    text = getattr(document, "page_content", None)
    metadata = getattr(document, "metadata", None)
    if isinstance(document, type) or not isinstance(metadata, dict):
        raise UsageError.of_argument(name, expected="a LangChain `Document`", came=document)
    if not isinstance(text, str):
        raise UsageError.of_argument(f"{name}.page_content", expected="a text", came=text)
    check_unicode(text, f"{name}.page_content")
    try:
        check_metadata(metadata, f"{name}.metadata")
        metadata = json.loads(json.dumps(metadata))  # a copy, with lists for tuples
    except RecursionError as error:
        raise UsageError(f"`{name}.metadata` holds itself, or is nested too deeply.") from error
    source = metadata.get("source")
    if source is not None and not isinstance(source, str):
        raise UsageError.of_argument(f"{name}.metadata['source']", expected="a text", came=source)
    check_page(metadata.get("page"), f"{name}.metadata['page']")
    id = id or _made_id(text, metadata)
    check_unicode(id, f"{name}.id")
    return AddedText(id, source or id, text, metadata)


def check_page(page: object, name: str) -> None:
    """Raise `UsageError` for a number that no page has."""
    is_long = isinstance(page, str) and page.isdecimal() and len(page) > _PAGE_DIGITS
    if is_long or (isinstance(page, int) and not -1 <= page <= LAST_PAGE):
        raise UsageError(f"`{name}` is {str(page)[:20]}, which is the number of no page.")


def check_unicode(text: str, name: str) -> None:
    """Raise `UsageError` for a text with half a character, which no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"`{name}` is not valid Unicode: character {error.start} is half of one."
        ) from error


def check_metadata(metadata: object, name: str) -> None:
    """Raise `UsageError` for a value that JSON cannot hold, by its name."""
    if isinstance(metadata, dict):
        for key, value in metadata.items():
            if not isinstance(key, str):
                raise UsageError.of_argument(f"a key of {name}", expected="a text", came=key)
            check_unicode(key, f"a key of {name}")
            check_metadata(value, f"{name}[{key!r}]")
    elif isinstance(metadata, list | tuple):
        for number, value in enumerate(metadata):
            check_metadata(value, f"{name}[{number}]")
    elif isinstance(metadata, str):
        check_unicode(metadata, name)
    elif isinstance(metadata, float) and metadata - metadata != 0:
        raise UsageError(
            f"`{name}` is {metadata}, which JSON cannot hold.", hint="Leave it out, or use `None`."
        )
    elif metadata is not None and type(metadata) not in (bool, int, float):
        raise UsageError.of_argument(
            name,
            expected="a value that JSON can hold (text, number, list, mapping)",
            came=metadata,
            hint="Convert it first: a date with `isoformat()`, a path or an id with `str()`.",
        )


def _made_id(text: str, metadata: Mapping[str, Any]) -> str:
    whole = json.dumps([text, metadata], sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()
