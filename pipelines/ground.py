"""Ties what a model wrote to what stands in the documents: quotes, sentences, numbers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pipelines.cite import find_quote, sentences
from pipelines.types import Chunk, Citation, Finding

_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{12,600})[\"”“»]")
_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"(?<![\w.])\d[\d,. ]*\d|\d")
_PLAIN_NUMBER = re.compile(r"[^\d.]")
ENGLISH_STOPWORDS = frozenset(
    [
        "a",
        "about",
        "above",
        "after",
        "all",
        "also",
        "am",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "because",
        "been",
        "before",
        "being",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "doing",
        "down",
        "during",
        "each",
        "few",
        "for",
        "from",
        "further",
        "had",
        "has",
        "have",
        "having",
        "he",
        "her",
        "here",
        "hers",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "itself",
        "just",
        "me",
        "more",
        "most",
        "my",
        "no",
        "nor",
        "not",
        "of",
        "off",
        "on",
        "once",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "same",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "too",
        "under",
        "until",
        "up",
        "very",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "while",
        "who",
        "whom",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a chunk, by its span in the page."""

    chunk: Chunk
    start: int
    end: int
    text: str
    terms: Counter[str]


def cite(
    question: str, answer: str, chunks: Sequence[Chunk], *, most: int = 2
) -> tuple[Citation, ...]:
    """Return citations for an answer, from the chunks that were shown to the model, in their order.

    Quotes and sentences of the answer that stand in a chunk are cited as they are. When there are
    none, the sentence that shares most with the answer and the question is cited instead, marked
    as `repaired`. Every quote returned stands on its page.
    """
    found: list[Citation] = []
    for claim in _claims(answer):
        for chunk in chunks:
            place = find_quote(claim, chunk.text)
            if place:
                start, end, how = place
                found.append(_citation(chunk, chunk.start + start, chunk.start + end, how=how))
                break
    if not found:
        best = best_sentences(question, answer, chunks, most=1)
        found = [_citation(c.chunk, c.start, c.end, how="repaired") for c in best]
    unique = {(c.source, c.page, c.start): c for c in found}
    return tuple(list(unique.values())[:most])


def best_sentences(
    question: str, answer: str, chunks: Sequence[Chunk], *, most: int = 1
) -> list[Candidate]:
    """Return the sentences of the chunks that share most with answer and question, best first.

    Words weigh by how rare they are among the sentences; those of the answer count double.
    """
    candidates = [
        Candidate(chunk, chunk.start + start, chunk.start + end, text, terms(text))
        for chunk in chunks
        for start, end in sentences(chunk.text)
        if len(text := chunk.text[start:end]) > 3
    ]
    if not candidates:
        return []
    frequency = Counter(term for candidate in candidates for term in candidate.terms)
    wanted = Counter(dict.fromkeys(terms(question), 1.0))
    for term in terms(answer):
        wanted[term] += 2.0

    def score(item: tuple[int, Candidate]) -> float:
        rank, candidate = item
        overlap = sum(
            weight * math.log(1 + len(candidates) / frequency[term])
            for term, weight in wanted.items()
            if term in candidate.terms
        )
        return overlap / (8 + sum(candidate.terms.values())) ** 0.5 - rank * 1e-6

    ranked = sorted(enumerate(candidates), key=score, reverse=True)
    return [candidate for _, candidate in ranked[:most]]


def unsupported_numbers(text: str, sources: Iterable[str]) -> tuple[str, ...]:
    """Return the numbers in `text` that stand in none of the sources, in order."""
    held = {number for source in sources for number in numbers(source)}
    return tuple(dict.fromkeys(number for number in numbers(text) if number not in held))


def numbers(text: str) -> list[str]:
    """Return the numbers in a text, without separators of thousands."""
    plain = (_PLAIN_NUMBER.sub("", match.group()).strip(".") for match in _NUMBER.finditer(text))
    return [number for number in plain if number]


def terms(text: str) -> Counter[str]:
    """Return the stems of the words that carry meaning, with how often each stands there."""
    return Counter(
        stem(word) for word in _WORD.findall(text.lower()) if word not in ENGLISH_STOPWORDS
    )


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of an English word (Porter 2, by Snowball)."""
    return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _claims(answer: str) -> list[str]:
    quoted = [match.group(1) for match in _QUOTED.finditer(answer)]
    whole = [answer[start:end] for start, end in sentences(answer)]
    return [claim for claim in (*quoted, *whole) if len(_WORD.findall(claim)) >= 4]


def _citation(chunk: Chunk, start: int, end: int, *, how: Finding) -> Citation:
    quote = chunk.text[start - chunk.start : end - chunk.start]
    return Citation(
        source=chunk.source,
        page=chunk.page,
        page_label=chunk.page_label,
        quote=quote,
        verified=True,
        finding=how,
        start=start,
        end=end,
    )
