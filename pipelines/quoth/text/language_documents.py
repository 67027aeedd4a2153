"""The section `documents` of a language: how documents are laid out."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, WordSet


@dataclass(frozen=True, slots=True, config=STRICT)
class DocumentRules:
    """How documents are laid out.

    `headings` are the words, in lower case, that a numbered heading begins with ("Chapter 4").
    """

    headings: WordSet = frozenset()
