"""How well the embedder separates the texts of a collection: measured without questions.

A sentence is cut out of a chunk and becomes a question; what is left of the chunk has to be found
among the chunks of the same language, by its vector and by its words (the inverse cloze task of
Lee, Chang and Toutanova 2019). An embedder that does not know a language finds it no better than by
chance, where its words find it as in any other language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from quoth.collection import Scope, Separation, Signals, Store, indexed_words
from quoth.embed import Embedder, embedded_text
from quoth.text import (
    CodedTexts,
    Term,
    analyse,
    analyser_fingerprint,
    count_solid,
    encode_word,
    find_sentences,
    inverse_frequency,
    language,
    pack,
    score_words,
)
from quoth.types import Chunk, Vectors

Item = TypeVar("Item")
_POOL = 1_000
"""The most chunks of a language among which a chunk has to be found."""
_LEAST_CHUNKS = 4
_LEAST_PROBES = 16
_MOST_PROBES = 128
_CHUNKS_FOR_A_PROBE = 32
_GROWTH = 2
"""The growth of a language since its last measurement at which it is measured again."""
_SENTENCE_CHARACTERS = range(20, 300)


@dataclass(frozen=True, slots=True)
class _Probe:
    """A sentence as a question, and the chunk without it."""

    sentence: str
    rest: Chunk


def measure_separations(store: Store, embedder: Embedder) -> None:
    """Measure each language that is new in the collection or has grown to twice its size.

    All are measured again where another analyser made the words that were measured. The caller
    holds the lock. About three of a hundred chunks are embedded a second time.
    """
    known = store.separations()
    measured = dict(known)
    for code, chunks in store.languages().items():
        before = known.get(code)
        if before is None or _is_outdated(before, chunks):
            found = _measure(store, embedder, code, chunks)
            if found is not None:
                measured[code] = found
    if measured != known:
        store.set_separations(measured)


def _is_outdated(measured: Separation, chunks: int) -> bool:
    """Whether a language with so many chunks now is to be measured again."""
    return chunks >= _GROWTH * measured.chunks or measured.analyser != analyser_fingerprint()


def _measure(store: Store, embedder: Embedder, code: str, chunks: int) -> Separation | None:
    """Return the measurement of a language; `None` where it has too little text."""
    if chunks < _LEAST_CHUNKS:
        return None
    pool = _spread(store.select(Scope(languages=(code,))), _POOL)
    count = min(_MOST_PROBES, max(_LEAST_PROBES, chunks // _CHUNKS_FOR_A_PROBE))
    held = store.chunks(_spread(pool, 2 * count))
    probes = _spread([probe for chunk in held.values() for probe in _cut(chunk)], count)
    if len(probes) < _LEAST_CHUNKS:
        return None
    signals = store.signals(pool)
    return Separation(
        dense=_mean_reciprocal(_dense_ranks(signals, probes, embedder)),
        keyword=_mean_reciprocal(_keyword_ranks(signals, probes)),
        probes=len(probes),
        chunks=chunks,
        analyser=analyser_fingerprint(),
    )


def _cut(chunk: Chunk) -> Iterator[_Probe]:
    """Yield a probe for the first and for the last sentence of a chunk, if there are others."""
    spans = list(find_sentences(chunk.text))
    if len(spans) < 2:
        return
    for start, end in (spans[0], spans[-1]):
        sentence = chunk.text[start:end]
        rest = f"{chunk.text[:start]} {chunk.text[end:]}".strip()
        if count_solid(sentence) in _SENTENCE_CHARACTERS and count_solid(rest) >= 20:
            yield _Probe(sentence, replace(chunk, text=rest))


def _dense_ranks(
    signals: Sequence[Signals], probes: Sequence[_Probe], embedder: Embedder
) -> Iterator[int]:
    """Yield the rank of the rest of each probe among the chunks, by cosine."""
    vectors = np.frombuffer(b"".join(row.vector for row in signals), np.float32)
    vectors = vectors.reshape(len(signals), -1)
    rests = [replace(probe.rest, tokens=embedder.count_tokens(probe.rest.text)) for probe in probes]
    found = embedder.embed([embedded_text(rest, embedder)[0] for rest in rests])
    questions = _embed_questions([probe.sentence for probe in probes], embedder)
    ids = np.array([row.id for row in signals])
    for probe, own, question in zip(probes, found, questions, strict=True):
        yield _rank(vectors @ question, float(own @ question), ids != probe.rest.id)


def _embed_questions(texts: Sequence[str], embedder: Embedder) -> Vectors:
    """Return the vectors of questions, embedded together unless one is longer than the model reads.

    `query_vector` takes a longer one apart.
    """
    if all(embedder.count_tokens(text) <= embedder.query_limit for text in texts):
        return embedder.embed_queries(texts)
    return np.stack([embedder.query_vector(text) for text in texts])


def _keyword_ranks(signals: Sequence[Signals], probes: Sequence[_Probe]) -> Iterator[int]:
    """Yield the rank of the rest of each probe among the chunks, by BM25."""
    packed = [row.words for row in signals]
    ids = np.array([row.id for row in signals])
    for probe in probes:
        texts = CodedTexts.of_words([*packed, pack(indexed_words(probe.rest))])
        words = Counter(analyse(probe.sentence, language(probe.rest.language)))
        codes = [(encode_word(word),) for word in words]
        rarities = inverse_frequency(np.count_nonzero(texts.saturate(codes), axis=0), texts.count)
        terms: dict[Term, float] = {
            (word,): times * float(rarity)
            for (word, times), rarity in zip(words.items(), rarities, strict=True)
        }
        scores = score_words(texts, terms)
        yield _rank(scores[:-1], float(scores[-1]), ids != probe.rest.id)


def _rank(scores: NDArray[np.float32], own: float, others: NDArray[np.bool_]) -> int:
    """Return the rank of a score among the others; equal scores count by half."""
    rivals = scores[others]
    return 1 + int(np.count_nonzero(rivals > own) + np.count_nonzero(rivals == own) // 2)


def _mean_reciprocal(ranks: Iterator[int]) -> float:
    return float(np.mean([1 / rank for rank in ranks]))


def _spread(items: Sequence[Item], count: int) -> list[Item]:
    """Return at most `count` items at equal distances."""
    if len(items) <= count:
        return list(items)
    return [items[index * len(items) // count] for index in range(count)]
