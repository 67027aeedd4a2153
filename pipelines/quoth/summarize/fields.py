"""A document → the fields of a JSON schema, found by patterns: nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from quoth.summarize.candidates import Candidate, find_sentences_of
from quoth.summarize.languages import find_document_language
from quoth.text import Language, analyse, find_numbers, language
from quoth.types import Document

_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])")
_ROW = re.compile(r"([^:：|]{1,60})[:：]\s*(\S[^|]{0,200})")
_DECIMAL = re.compile(r"-?\d+(?:\.\d+)?")
"""A reading that is one value: no fraction, and no number without its scale."""
_NUMBERS = {"number", "integer"}


def find_fields(documents: Sequence[Document], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the value of each property of an object, `None` where no document says it.

    A sentence says a property when it has all words of its name. A number is the first one after
    the name, a text what follows the name and a colon.
    """
    sentences = [
        (sentence, spoken)
        for document in documents
        for spoken in (language(find_document_language((document,))),)
        for sentence in find_sentences_of(document, spoken)
    ]
    return {
        name: _find_value(name, _types_of(rules), sentences)
        for name, rules in dict(schema.get("properties", {})).items()
    }


def _types_of(rules: object) -> set[str]:
    kind = rules.get("type", "string") if isinstance(rules, Mapping) else "string"
    return {kind} if isinstance(kind, str) else set(kind)


def _find_value(
    name: str, types: set[str], sentences: Sequence[tuple[Candidate, Language]]
) -> float | str | None:
    for sentence, spoken in sentences:
        wanted = set(analyse(" ".join(_WORD.findall(name)), spoken))
        row = _ROW.match(sentence.text)
        if row and wanted and wanted <= set(analyse(row[1], spoken)):
            value = _read_number(row[2], types) if types & _NUMBERS else row[2].strip()
            if value is not None:
                return value
    for sentence, spoken in sentences if types & _NUMBERS else ():
        wanted = set(analyse(" ".join(_WORD.findall(name)), spoken))
        if wanted and wanted <= set(analyse(sentence.text, spoken)):
            value = _read_number(sentence.text, types)
            if value is not None:
                return value
    return None


def _read_number(text: str, types: set[str]) -> float | int | None:
    """Return the first number of a text that is one value, whole where the type asks for it."""
    for number in find_numbers(text):
        readings = [r[0] for r in number.readings if len(r) == 1 and _DECIMAL.fullmatch(r[0])]
        if not readings:
            continue
        values = [float(reading) for reading in readings]
        # Three digits after a mark are a group far more often than decimals.
        value = next((value for value in values if value.is_integer()), values[0])
        if value.is_integer():
            return int(value)
        if "number" in types:
            return value
    return None
