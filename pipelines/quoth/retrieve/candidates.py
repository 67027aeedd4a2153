"""Candidates of a search, from the dense index and the keyword index, with their scores."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np

from quoth.collection import DenseIndex, Signals, Store
from quoth.config import Retrieval
from quoth.retrieve.exact import (
    Pair,
    fit_exact,
    fit_names_held,
    share_of_one,
    share_of_rarity,
    weigh_asked,
    weigh_exact,
)
from quoth.retrieve.fuse import Candidates, Weights, fuse
from quoth.retrieve.names import fit_names
from quoth.retrieve.query import Query, WeightedQuery
from quoth.retrieve.section_numbers import fit_sections, leave_out
from quoth.text import Term, inverse_frequency
from quoth.types import Vectors

_MAX_POSTINGS = 10_000
"""The most entries of the keyword index that one search reads, those of rare words first."""
_SMALL_SCOPE = 2_000
"""The most chunks of a scope whose vectors are compared directly, without the index."""
_FEW = 1_000
"""The most chunks that are all candidates."""
_MOST_MISSING = 3
"""The most terms without a chunk for which words of a similar spelling are looked for."""
_NOTABLE = 4
"""The share of missing terms, as 1 in so many, from which they are looked for."""
_SIMILAR = 16
_SURE = 0.999
"""The share of the best fit above which another name counts as named too."""


@dataclass(slots=True)
class Scores:
    """Scores of candidates by id: the one that orders them, and those of each side."""

    total: dict[int, float]
    dense: dict[int, float]
    keyword: dict[int, float]


class CandidateSearch:
    """Takes candidates from both sides of a collection and scores them. Safe in many threads."""

    def __init__(self, store: Store, index: DenseIndex, weights: Weights) -> None:
        self._store = store
        self._index = index
        self._weights = weights
        self._lock = threading.Lock()
        self._statistics = _Statistics(store, -1)

    def score(
        self, query: Query, settings: Retrieval, *, limit: int, ids: Sequence[int] | None
    ) -> Scores:
        """Return the scores of at least `limit` candidates, all among `ids` where these are given.

        Each side gives `settings.candidates` of them, or more where `limit` requires it.
        """
        mode, count = settings.mode, settings.candidates
        if mode != "hybrid" or limit > 2 * count:  # both sides together give up to twice as many
            count = max(count, limit)
        if mode == "dense":
            dense = dict(self._find_nearest(query.vector, count, ids))
            return Scores(dense, dense, {})
        wait_for_nearest = (
            self._index.begin_search(query.vector, count)
            if mode == "hybrid" and ids is None
            else partial(self._find_nearest, query.vector, count, ids)
        )
        terms = self._choose_rarest(query.terms) if mode == "hybrid" else query.terms
        words = [word for term, times in terms.items() for word in term * times]
        keyword = dict(self._store.keywords.search(words, count, among=ids))
        if mode == "keyword":
            return Scores(keyword, {}, keyword)
        similar = self._store.keywords.search(self._find_similar(query.terms), count, among=ids)
        names = fit_names(self._store, query.named_words)
        named = self._find_named(query, words, names, count, ids)
        others = self._find_all_of_few(ids)
        dense = dict(wait_for_nearest())
        total, dense = self._fuse(query, {*dense, *keyword, *dict(similar), *named, *others}, names)
        return Scores(total, dense, keyword)

    def _find_similar(self, terms: Mapping[Term, int]) -> list[str]:
        """Return the indexed words that are spelled like the terms which no chunk holds."""
        statistics = self._refresh_statistics()
        if statistics.count <= _FEW:
            return []
        missing = [term for term in terms if not statistics.frequency(term)]
        if _NOTABLE * len(missing) < len(terms):
            return []
        return [
            found
            for term in missing[:_MOST_MISSING]
            for word in term
            for found in self._store.keywords.find_similar(word, limit=_SIMILAR)
            if statistics.frequency((found,)) <= _FEW
        ]

    def _find_all_of_few(self, ids: Sequence[int] | None) -> Sequence[int]:
        """Return all chunks within the scope if they are few: letters then find what words miss."""
        if ids is None:
            few = self._refresh_statistics().count <= _FEW
            return self._store.chunk_ids() if few else ()
        return ids if len(ids) <= _FEW else ()

    def _find_named(
        self,
        query: Query,
        words: Sequence[str],
        names: Mapping[int, float],
        count: int,
        ids: Sequence[int] | None,
    ) -> set[int]:
        """Return the best chunks of the documents that the query names."""
        if not names:
            return set()
        best = max(names.values())
        chunk_ids = self._store.chunks_of([id for id, fit in names.items() if fit > _SURE * best])
        chunk_ids = chunk_ids if ids is None else sorted(set(chunk_ids) & set(ids))
        return {
            *(id for id, _ in self._find_nearest(query.vector, count, chunk_ids)),
            *(id for id, _ in self._store.keywords.search(words, count, among=chunk_ids)),
        }

    def _find_nearest(
        self, vector: Vectors, count: int, ids: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        if ids is None or len(ids) > _SMALL_SCOPE:
            return self._index.search(vector, count, among=ids)
        rows, vectors = self._store.vectors(ids)
        if not rows:
            return []
        cosines = vectors @ vector
        order = np.argsort(-cosines, kind="stable")[:count]
        return [(rows[index], float(cosines[index])) for index in order]

    def _fuse(
        self, query: Query, ids: set[int], names: Mapping[int, float]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Return the fused score and the cosine of every candidate."""
        rows = self._store.signals(sorted(ids))
        if not rows:
            return {}, {}
        statistics = self._refresh_statistics()
        terms = {term: times * statistics.idf(term) for term, times in query.terms.items()}
        vectors = np.frombuffer(b"".join(row.vector for row in rows), np.float32)
        words = [row.words for row in rows]
        candidates = Candidates(
            vectors=vectors.reshape(len(rows), -1),
            words=words,
            around=[row.around for row in rows],
            texts=[row.text for row in rows],
            places=[(row.content, row.ordinal) for row in rows],
            names=np.array([names.get(row.content, 0.0) for row in rows], np.float32),
            exact=np.maximum(
                self._fit_exact(query.pairs, terms, words),
                self._fit_sections(query.section_numbers, terms, rows),
            ),
        )
        weighted = WeightedQuery(query.vector, terms, query.terms)
        trust = self._trust(query.question.language.code)
        scores = fuse(weighted, candidates, self._weights, trust=trust)
        cosines = candidates.vectors @ query.vector
        return (
            {row.id: float(score) for row, score in zip(rows, scores, strict=True)},
            {row.id: float(cosine) for row, cosine in zip(rows, cosines, strict=True)},
        )

    def _fit_exact(
        self, names: Sequence[Pair], terms: Mapping[Term, float], words: Sequence[bytes]
    ) -> Vectors:
        """Return how far each candidate holds the exact things of a question with these terms."""
        statistics = self._refresh_statistics()
        things = weigh_exact(terms, statistics.frequency)
        held = share_of_rarity(things, terms) * fit_exact(things, words)
        named = fit_names_held(names, words, terms, count=statistics.count)
        return np.asarray(share_of_one(terms) * np.maximum(held, named), np.float32)

    def _fit_sections(
        self, numbers: Sequence[str], terms: Mapping[Term, float], rows: Sequence[Signals]
    ) -> Vectors:
        """Return how far each candidate has the sections that a question names by number."""
        ids = [row.id for row in rows]
        held = fit_exact({(number,): 1.0 for number in numbers}, [row.words for row in rows])
        holding = [id for id, fit in zip(ids, held, strict=True) if fit]
        fits = fit_sections(numbers, ids, self._store.chunks(holding) if holding else {})
        count = self._refresh_statistics().count
        others = leave_out(terms, numbers)
        weight = weigh_asked([int(np.count_nonzero(fits))], others, count=count)
        return np.asarray(share_of_one(terms) * weight * fits, np.float32)

    def _trust(self, code: str) -> float:
        """Return the trust in the embedder for a question in this language.

        Without a measurement of the language, it is the mean of those of the collection.
        """
        separations = self._store.separations()
        if code in separations:
            return separations[code].trust
        chunks = sum(separation.chunks for separation in separations.values())
        return sum(s.trust * s.chunks for s in separations.values()) / chunks if chunks else 1.0

    def _choose_rarest(self, terms: Mapping[Term, int]) -> dict[Term, int]:
        """Return enough of the rarest terms to find candidates; all count in the fusion."""
        statistics = self._refresh_statistics()
        rarest: dict[Term, int] = {}
        postings = 0
        for term in sorted(terms, key=lambda term: (statistics.frequency(term), term)):
            frequency = statistics.frequency(term)
            postings += frequency
            if len(rarest) >= 2 and postings > _MAX_POSTINGS:
                break
            if frequency:
                rarest[term] = terms[term]
        return rarest

    def _refresh_statistics(self) -> _Statistics:
        generation = self._store.generation
        with self._lock:
            if self._statistics.generation != generation:
                self._statistics = _Statistics(self._store, generation)
            return self._statistics


class _Statistics:
    """Facts about all chunks, as of one generation of the store."""

    def __init__(self, store: Store, generation: int) -> None:
        self.generation = generation
        self.count = store.chunk_count() if generation >= 0 else 0
        self._word_frequency = lru_cache(maxsize=100_000)(store.keywords.frequency)

    def frequency(self, term: Term) -> int:
        """Return the number of chunks with a term, at most; no chunk is in two languages."""
        return min(self.count, sum(map(self._word_frequency, term)))

    def idf(self, term: Term) -> float:
        return float(inverse_frequency(np.array(self.frequency(term)), self.count))
