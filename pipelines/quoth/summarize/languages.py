"""The language that a summary is written in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from quoth.errors import ConfigurationError
from quoth.text import (
    ENGLISH,
    UNDETERMINED,
    Language,
    count_solid,
    detect_language,
    find_language,
    language,
)
from quoth.types import Chunk, Document


def choose_language(asked: str, documents: Sequence[Document]) -> Language:
    """Return the language that a person asked for, else that of most of the documents' text.

    A wish that names no known language ("plain English") goes to the model as it is; its rules are
    the neutral ones.
    """
    if asked:
        try:
            return find_language(asked)
        except ConfigurationError:
            return language(UNDETERMINED)
    return language(find_document_language(documents))


def find_document_language(documents: Sequence[Document]) -> str:
    """Return the code of the language of most of the text, `und` where nothing can be said."""
    sizes: Counter[str] = Counter()
    for document in documents:
        for page in document.pages:
            code = document.language or detect_language(page.text)
            sizes[code] += count_solid(page.text)
    del sizes[UNDETERMINED]
    return max(sizes, key=sizes.__getitem__, default=UNDETERMINED)


def tell_language(text: str, wanted: Language) -> tuple[str, ...]:
    """Return a note where a summary is in another language than the one it was to be in."""
    found = detect_language(text, likely=(wanted.code,))
    if UNDETERMINED in (found, wanted.code) or found == wanted.code:
        return ()
    return (f"The summary is in {language(found).name}, and not in {wanted.name}.",)


def language_of(chunk: Chunk) -> Language:
    """Return the language of a chunk; English where none is known."""
    return language(chunk.language) if chunk.language else ENGLISH
