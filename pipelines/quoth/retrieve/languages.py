"""The language of a question about a collection."""

from __future__ import annotations

from collections.abc import Mapping

from quoth.collection import Store
from quoth.text import ENGLISH, UNDETERMINED, Language, detect_language, language


class QuestionLanguages:
    """Tells the languages of questions about one collection, whose languages it counts once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._generation = -1
        self._counts: Mapping[str, int] = {}

    def tell(self, question: str) -> Language:
        """Return the language of a question.

        Languages of the collection win where several are possible. A question that tells no
        language ("ISO 9001?") has that of most chunks.
        """
        generation = self._store.generation
        if generation != self._generation:
            self._counts, self._generation = self._store.languages(), generation
        known = [code for code in self._counts if code not in ("", UNDETERMINED)]
        code = detect_language(question, likely=known)
        if code == UNDETERMINED:
            return language(known[0]) if known else ENGLISH
        return language(code)
