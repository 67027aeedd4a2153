"""The fields of a JSON schema, each with the place in the document where its value stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from quoth.text import Number, find_numbers, find_sentences
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
        _Sentence(page.label or str(page.number), page.text[start:end].strip())
        for page in document.pages
        for start, end in find_sentences(page.text)
    ]
    fields: list[FieldValue] = []
    for name, value in _leaves(data, ""):
        place = next((sentence for sentence in sentences if sentence.says(value)), None)
        page, quote = (place.page, " ".join(place.quote.split())) if place else ("", "")
        fields.append(FieldValue(name, value, page, quote))
    return tuple(fields)


@dataclass(frozen=True)
class _Sentence:
    page: str
    quote: str

    def says(self, value: str | float | bool | None) -> bool:
        """Whether the sentence has a text as it is, or a number in any form."""
        if value is None or isinstance(value, bool):
            return False
        if isinstance(value, str):
            wanted = _fold(value)
            return bool(wanted) and f" {wanted} " in self._folded
        wanted_values = frozenset({f"{value:.15g}"})
        return any(number.is_among(wanted_values) for number in self._numbers)

    @cached_property
    def _folded(self) -> str:
        return f" {_fold(self.quote)} "

    @cached_property
    def _numbers(self) -> tuple[Number, ...]:
        return tuple(find_numbers(self.quote))


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
