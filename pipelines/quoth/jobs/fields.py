"""The fields of a JSON schema, each with the place in the document where its value stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quoth.text import find_sentences
from quoth.types import Document

_SEPARATORS = re.compile(r"[\s,.'\u2019\u00a0\u202f]+")


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value of an object: its path, such as `parties.0.name`, and the first place that has it.

    `page` is the label of the page, and `quote` the sentence; both are empty where the value does
    not stand in the document.
    """

    name: str
    value: str | float | bool | None
    page: str = ""
    quote: str = ""


def place_fields(data: Any, document: Document) -> tuple[FieldValue, ...]:
    """Return the values of an object that was filled from a document, with their places."""
    sentences = [
        (page.label or str(page.number), page.text[start:end].strip())
        for page in document.pages
        for start, end in find_sentences(page.text)
    ]
    folded = [(label, quote, f" {_fold(quote)} ") for label, quote in sentences]
    fields: list[FieldValue] = []
    for name, value in _leaves(data, ""):
        wanted = "" if value is None or isinstance(value, bool) else _fold(str(value))
        place = next(((p, q) for p, q, text in folded if wanted and f" {wanted} " in text), None)
        page, quote = place or ("", "")
        fields.append(FieldValue(name, value, page, " ".join(quote.split())))
    return tuple(fields)


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield the path and the value of each leaf."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{name}.{number}" if name else str(number))
    else:
        yield name or "value", value


def _fold(text: str) -> str:
    """Return a text in which case, spaces and the separators of numbers do not matter."""
    without = re.sub(r"(?<=\d)[,.'\u2019\u00a0\u202f](?=\d{3}\b)", "", text.casefold())
    words = re.sub(r"[^\w.]+", " ", without)
    return _SEPARATORS.sub(" ", words.replace(". ", " ")).strip(" .")
