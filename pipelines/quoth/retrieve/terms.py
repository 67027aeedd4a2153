"""The terms of a question, in every language of the collection at once.

A chunk is analysed in its own language, a question in all languages of the collection: the stems
that they give for one word are variants of one term. So a question finds its words in documents of
any language, and a short one whose language is uncertain loses nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from quoth.text import Term, analyse, language


def find_terms(text: str, codes: Sequence[str], *, own: str = "") -> Counter[Term]:
    """Return the terms of a question with their counts, in order.

    `codes` are the languages of the collection. `own` is the language of the question: where the
    collection has it, its stop words are no terms.
    """
    codes = [own] if own in codes and len(codes) == 1 else list(codes) or [own]
    analyses = {code: analyse(text, language(code)) for code in codes}
    if len(codes) == 1:
        return Counter((word,) for word in analyses[codes[0]])
    kept = {code: set(words) for code, words in analyses.items()}
    terms: Counter[Term] = Counter()
    for token in text.split():
        found = {
            code: [word for word in analyse(token, language(code)) if word in kept[code]]
            for code in codes
        }
        if own in found and not found[own]:
            continue
        terms.update(_join_variants(list(found.values())))
    return terms


def _join_variants(analyses: Sequence[Sequence[str]]) -> list[Term]:
    """Return the terms of a token: the first words of all analyses, the second ones, and so on."""
    seen: set[str] = set()
    terms: list[Term] = []
    for words in zip_longest(*analyses, fillvalue=""):
        if term := tuple(word for word in dict.fromkeys(words) if word and word not in seen):
            terms.append(term)
            seen.update(term)
    return terms
