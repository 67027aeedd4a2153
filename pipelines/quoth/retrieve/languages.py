"""The language of a question about a collection."""

from __future__ import annotations

from collections.abc import Iterable

from quoth.text import ENGLISH, UNDETERMINED, Language, detect_language, language


def tell_language(question: str, codes: Iterable[str]) -> Language:
    """Return the language of a question about texts in these languages, most frequent first.

    They win where several languages are possible. A question that tells no language ("ISO 9001?")
    has the first of them.
    """
    known = [code for code in codes if code != UNDETERMINED]
    code = detect_language(question, likely=known)
    if code == UNDETERMINED:
        return language(known[0]) if known else ENGLISH
    return language(code)
