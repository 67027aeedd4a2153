"""Ties what a model wrote to what stands in the documents: quotes, sentences, numbers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from quoth.text import encloses, find_quote, rarity, sentences, terms
from quoth.types import Chunk, Citation, Finding

MOST_CITATIONS = 3
CLAIM_WORDS = 4
"""Words that a sentence of the answer must have to be looked up as a quote."""

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{12,600})[\"”“»]")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a chunk that was found; `rank` is the place of the chunk among the hits."""

    chunk: Chunk
    rank: int
    start: int
    end: int
    text: str
    terms: Counter[str]


def cite(
    question: str, answer: str, chunks: Sequence[Chunk], *, quotes: Sequence[str] = ()
) -> tuple[Citation, ...]:
    """Return citations for an answer, from the chunks that were shown to the model, in their order.

    `quotes` are what the model gave as its evidence. They, and what the answer itself quotes or
    repeats, are cited as they stand on the page. When none of them does, the sentence that shares
    most with quotes, answer and question is cited instead, marked as `repaired`. Every quote
    returned stands on its page.
    """
    found: list[Citation] = []
    for claim in (*quotes, *_claims(answer)):
        for chunk in chunks:
            place = find_quote(claim, chunk.text) if len(_WORD.findall(claim)) > 1 else None
            if place:
                start, end, how = place
                found.append(citation(chunk, chunk.start + start, chunk.start + end, how=how))
                break
    if not found:
        best = best_sentences(question, " ".join((*quotes, answer)), chunks, most=1)
        found = [citation(s.chunk, s.start, s.end, how="repaired") for s in best]
    unique: list[Citation] = []
    for one in found:
        if not any(encloses(other, one) for other in unique):
            unique = [other for other in unique if not encloses(one, other)] + [one]
    return tuple(unique[:MOST_CITATIONS])


def citation(chunk: Chunk, start: int, end: int, *, how: Finding) -> Citation:
    """Return a citation of the characters `start` to `end` of the page that a chunk is from."""
    return Citation(
        source=chunk.source,
        page=chunk.page,
        page_label=chunk.page_label,
        quote=chunk.text[start - chunk.start : end - chunk.start],
        verified=True,
        finding=how,
        start=start,
        end=end,
        also_at=chunk.also_at,
    )


def sentences_of(chunks: Iterable[Chunk]) -> list[Sentence]:
    """Return the sentences of chunks, in their order.

    A heading on a line of its own is not a part of the sentence after it, and is left out; so is
    what has less than two words.
    """
    found = []
    for rank, chunk in enumerate(chunks):
        for start, end in sentences(chunk.text):
            start = _after_heading(chunk, start, end)
            text = chunk.text[start:end]
            if len(_WORD.findall(text)) > 1:
                place = chunk.start + start, chunk.start + end
                found.append(Sentence(chunk, rank, *place, text, terms(text)))
    return found


def best_sentences(
    question: str, answer: str, chunks: Sequence[Chunk], *, most: int
) -> list[Sentence]:
    """Return the sentences of the chunks that share most with answer and question, best first.

    Words weigh by how rare they are among the sentences; those of the answer count double.
    """
    candidates = sentences_of(chunks)
    wanted = dict.fromkeys(terms(question), 1.0)
    for term in terms(answer):
        wanted[term] = wanted.get(term, 0.0) + 2.0
    weights = term_weights(wanted, candidates)

    def score(sentence: Sentence) -> float:
        overlap = sum(wanted[term] * weights[term] for term in wanted if term in sentence.terms)
        return overlap / math.sqrt(8 + sum(sentence.terms.values()))

    return sorted(candidates, key=score, reverse=True)[:most]


def term_weights(wanted: Iterable[str], among: Sequence[Sentence]) -> Mapping[str, float]:
    """Return how much each stem tells: more, the fewer of the sentences have it."""
    frequency = Counter(term for sentence in among for term in sentence.terms)
    return {term: rarity(frequency[term], len(among)) for term in wanted}


def _claims(answer: str) -> list[str]:
    quoted = [match.group(1) for match in _QUOTED.finditer(answer)]
    whole = [answer[start:end] for start, end in sentences(answer)]
    return [claim for claim in (*quoted, *whole) if len(_WORD.findall(claim)) >= CLAIM_WORDS]


def _after_heading(chunk: Chunk, start: int, end: int) -> int:
    """Return where a sentence begins once the chunk's headings before it are passed over."""
    text = chunk.text[start:end]
    for heading in (*chunk.headings, *chunk.headings[::-1]):
        words = [re.escape(word) for word in heading.split()]
        match = re.match(r"(?:#+\s*)?" + r"\s+".join(words) + r"\s*(?:\n|$)\s*", text)
        if words and match:
            start, text = start + match.end(), text[match.end() :]
    return start
