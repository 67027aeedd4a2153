"""The documents that mention a subject, each with the first sentence that does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quoth.answer.sentences import Sentence, sentences_of
from quoth.collection import Store
from quoth.text import count_terms, language

_MOST_CHUNKS = 2000
"""The most chunks with the words of a subject that are read."""


@dataclass(frozen=True, slots=True)
class Mention:
    """The first sentence of a source that mentions a subject, and how many of them do."""

    sentence: Sentence
    count: int


def find_mentions(
    subject: str, store: Store, *, among: Sequence[int] | None = None
) -> dict[str, Mention]:
    """Return the mentions of a subject by source, those with most sentences first.

    A sentence mentions a subject when it has all of its words in any form. `among` are the ids of
    the chunks that are searched, if not all.
    """
    found = list(_sentences_with(subject, store, among))
    counts = Counter(sentence.chunk.source for sentence in found)
    return {source: Mention(_first(found, source), count) for source, count in counts.most_common()}


def _first(found: Sequence[Sentence], source: str) -> Sentence:
    of_source = (sentence for sentence in found if sentence.chunk.source == source)
    return min(of_source, key=lambda sentence: (sentence.chunk.page, sentence.start))


def _sentences_with(subject: str, store: Store, among: Sequence[int] | None) -> Iterator[Sentence]:
    """Yield the sentences with all words of a subject, as the language of each has them."""
    seen: set[int] = set()
    for code in store.languages():
        words = sorted(count_terms(subject, language(code)))
        ranked = store.keywords.search(words, _MOST_CHUNKS, among=among, every=True)
        ids = [id for id, _ in ranked if id not in seen]
        seen.update(ids)
        for sentence in sentences_of(store.chunks(ids).values(), language(code)):
            if count_terms(subject, sentence.language).keys() <= sentence.terms.keys():
                yield sentence
