"""The section `collections` of a language: questions about a collection itself."""

from __future__ import annotations

import re
from typing import Literal

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, Pattern, WordSet

CollectionForm = Literal["count", "contents", "pages", "author", "date", "about", "mentions"]
"""The forms of questions about a collection itself."""
_FORMS: tuple[CollectionForm, ...] = (
    "count",
    "contents",
    "mentions",
    "pages",
    "author",
    "date",
    "about",
)
_ENDS = re.compile(r"^[\s¿¡]+|[\s?!.。？！؟…]+$")


@dataclass(frozen=True, slots=True, config=STRICT)
class CollectionRules:
    """The forms of questions about a collection itself, and the words of their answers.

    Forms are patterns for the whole question, in lower case and without the signs at both ends, so
    that "How many documents must the tenant sign?" is none. `count` asks for the number of
    documents and pages, `contents` for their names. Forms with a group `document` ask about the
    document of that name: `pages` for its number of pages, `author` and `date` for who wrote it and
    when, `about` for what it is about. `mentions` asks for the documents that mention its group
    `subject`. `generic` are words that name no document in particular ("this file"), and `kinds`
    those that name one by its kind ("the report"), which is enough where there is only one.

    Words of answers, with their values in braces: `counted`, `listed`, `pages_of`, `mentioned`,
    `written_by`, `dated`, `sections`. `more` stands for the rest of a long list.
    """

    count: tuple[Pattern, ...] = ()
    contents: tuple[Pattern, ...] = ()
    pages: tuple[Pattern, ...] = ()
    author: tuple[Pattern, ...] = ()
    date: tuple[Pattern, ...] = ()
    about: tuple[Pattern, ...] = ()
    mentions: tuple[Pattern, ...] = ()
    generic: WordSet = frozenset()
    kinds: WordSet = frozenset()
    counted: str = "Documents in this collection: {documents}. Pages: {pages}."
    listed: str = "Documents in this collection: {count}."
    pages_of: str = "Pages of {document}: {pages}."
    mentioned: str = "Documents that mention “{subject}”: {count}."
    written_by: str = "{document} names as its author: {author}."
    dated: str = "{document} gives as its date: {date}."
    sections: str = "Sections: {headings}."
    more: str = "and {count} more"

    def recognize(self, question: str) -> tuple[CollectionForm, str] | None:
        """Return the form of a question about the collection, and what it asks about.

        That is the document or subject as written, and empty where the form has none. `None` for
        any other question.
        """
        asked = " ".join(_ENDS.sub("", question).split())
        for form in _FORMS:
            patterns: tuple[Pattern, ...] = getattr(self, form)
            for pattern in patterns:
                if match := pattern.fullmatch(asked.lower()):
                    start, end = match.span(1) if match.groups() else (0, 0)
                    return form, asked[start:end].strip()
        return None
