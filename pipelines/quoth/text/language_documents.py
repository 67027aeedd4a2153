"""The section `documents` of a language: the layout of documents."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, WordSet


@dataclass(frozen=True, slots=True, config=STRICT)
class DocumentRules:
    """The layout of documents.

    `headings` are the words, in lower case, that begin a numbered heading ("Chapter 4").
    """

    headings: WordSet = frozenset()
