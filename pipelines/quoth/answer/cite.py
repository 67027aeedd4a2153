"""Citations: quotes and claims of an answer, located on the pages that the model read."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from langchain_core.documents import Document

from quoth.answer.places import cite_span, number_places
from quoth.answer.sentences import Sentence, sentences_of, terms_of, weigh_terms
from quoth.errors import UsageError
from quoth.retrieve import as_hits
from quoth.text import ENGLISH, Language, encloses, find_quote, find_sentences, split_words
from quoth.types import Chunk, Citation, Hit, Match

MAX_CITATIONS = 3
CLAIM_WORDS = 4
"""The fewest words of a sentence that is looked up as a quote; pairs of characters in Chinese."""

_QUOTED = re.compile(r"[\"“„«「『《]([^\"“”„«»「」『』《》]{4,600})[\"”“»」』》]")
_ANSWER_WEIGHT = 2.0
"""The weight of a word of the answer, relative to one of the question."""
_LENGTH_WORDS = 8
"""The words added to the length of a sentence, by whose square root its score is divided."""


def cite(
    question: str,
    answer: str,
    passages: Iterable[Chunk | Hit | Document],
    *,
    quotes: Sequence[str] = (),
    language: Language = ENGLISH,
) -> tuple[Citation, ...]:
    """Return citations for an answer, from the passages that its writer read.

    They are hits, chunks or LangChain documents. `question` may be empty. `quotes` are the model's
    evidence. Quotes and sentences of the answer that are on a page are cited verbatim. When none
    is, the sentence that shares most terms with quotes, answer and question is cited instead, as
    the `nearest`; one that shares none is not cited. Every quote returned is verbatim text of its
    page. `language` is that of the question.

    >>> (place,) = cite("", "The deposit is 4,500 crowns.", library.search("deposit"))
    >>> place.quote, place.match
    ('The deposit is 4,500 crowns.', 'exact')
    """
    chunks = _as_chunks(passages)
    citations = [
        citation
        for claim in (*quotes, *_claims(answer, language))
        if (citation := _find_claim(claim, chunks)) is not None
    ]
    if not citations:
        best = best_sentences(
            question, " ".join((*quotes, answer)), chunks, limit=1, language=language
        )
        citations = [citation_of(sentence, match="nearest") for sentence in best]
    return number_places(_without_enclosed(citations)[:MAX_CITATIONS])


def _as_chunks(passages: Iterable[Chunk | Hit | Document]) -> list[Chunk]:
    """Return passages of any kind as chunks. Raises `UsageError` for what is none."""
    expected = "hits, chunks or LangChain documents"
    if isinstance(passages, str) or not isinstance(passages, Iterable):
        raise UsageError.of_argument("passages", expected=expected, came=passages)
    listed = list(passages)
    found = iter(as_hits([each for each in listed if isinstance(each, Document)]))
    chunks: list[Chunk] = []
    for number, each in enumerate(listed):
        one = next(found) if isinstance(each, Document) else each
        if not isinstance(one, Chunk | Hit):
            raise UsageError.of_argument(f"passages[{number}]", expected=expected, came=each)
        chunks.append(one.chunk if isinstance(one, Hit) else one)
    return chunks


def citation_of(sentence: Sentence, *, match: Match) -> Citation:
    """Return the citation of a whole sentence."""
    return cite_span(sentence.chunk, sentence.start, sentence.end, match=match)


def best_sentences(
    question: str,
    answer: str,
    chunks: Sequence[Chunk],
    *,
    limit: int,
    language: Language = ENGLISH,
) -> list[Sentence]:
    """Return the sentences of the chunks that share most with answer and question, best first.

    Terms are weighted by their rarity among the sentences; those of the answer count double.
    """
    candidates = sentences_of(chunks, language)
    weights = dict.fromkeys(terms_of(question, candidates, language), 1.0)
    for term in terms_of(answer, candidates, language):
        weights[term] = weights.get(term, 0.0) + _ANSWER_WEIGHT
    rarity = weigh_terms(weights, candidates)
    overlaps = [(_overlap(sentence, weights, rarity), sentence) for sentence in candidates]
    ranked = sorted(overlaps, key=lambda pair: -pair[0])
    return [sentence for overlap, sentence in ranked[:limit] if overlap > 0]


def _overlap(
    sentence: Sentence, weights: Mapping[str, float], rarity: Mapping[str, float]
) -> float:
    shared = sum(weights[term] * rarity[term] for term in weights if term in sentence.terms)
    return shared / math.sqrt(_LENGTH_WORDS + sum(sentence.terms.values()))


def _claims(answer: str, language: Language) -> list[str]:
    quoted = [match.group(1) for match in _QUOTED.finditer(answer)]
    whole = [answer[start:end] for start, end in find_sentences(answer, language)]
    return [claim for claim in (*quoted, *whole) if len(split_words(claim)) >= CLAIM_WORDS]


def _find_claim(claim: str, chunks: Sequence[Chunk]) -> Citation | None:
    """Return the citation of a claim in the first chunk that holds it."""
    if len(split_words(claim)) < 2:
        return None
    for chunk in chunks:
        if span := find_quote(claim, chunk.text):
            start, end, match = span
            return cite_span(chunk, chunk.start + start, chunk.start + end, match=match)
    return None


def _without_enclosed(citations: Sequence[Citation]) -> list[Citation]:
    """Return citations without those that lie within another one."""
    unique: list[Citation] = []
    for citation in citations:
        if not any(encloses(other, citation) for other in unique):
            unique = [other for other in unique if not encloses(citation, other)] + [citation]
    return unique
