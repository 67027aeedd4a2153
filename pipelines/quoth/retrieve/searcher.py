"""Finding chunks: dense, keyword, and both fused."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from langchain_core.runnables import Runnable
from numpy.typing import NDArray

from quoth.collection import DenseIndex, Scope, Store
from quoth.config import Retrieval
from quoth.embed import Embedder
from quoth.errors import FingerprintError, UsageError
from quoth.retrieve.expand import Expansion
from quoth.retrieve.fuse import Candidates, Question, Weights, fuse, inverse_frequency
from quoth.retrieve.names import fitting
from quoth.retrieve.rerank import Reranker
from quoth.text import analyse, diversify, encloses
from quoth.types import Chunk, Hit

MAX_QUESTION_CHARACTERS = 20_000
_MOST_POSTINGS = 10_000
"""Entries of the keyword index that one search reads; the rarest words are read first."""
_FEW = 2_000
"""Chunks up to which a part of a large collection is compared without the index."""
_AROUND = 16
"""Chunks before and after a hit that can be of its section."""

Vector = NDArray[np.float32]


@dataclass(slots=True)
class _Found:
    """Candidates: the score that orders them, and what each side said of them."""

    scores: dict[int, float]
    dense: dict[int, float]
    keyword: dict[int, float]


class Searcher:
    """Searches one collection. Safe to call from many threads.

    `expander` gives texts to search with beside the question, `reranker` looks a second time at
    the best hits; both are off where they are not given.
    """

    def __init__(
        self,
        store: Store,
        index: DenseIndex,
        embedder: Embedder,
        settings: Retrieval,
        weights: Weights | None = None,
        *,
        expander: Runnable[str, Expansion] | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.store = store
        self.index = index
        self.embedder = embedder
        self.settings = settings
        self.weights = weights or Weights()
        self.expander = expander
        self.reranker = reranker
        self._lock = threading.Lock()
        self._statistics = _Statistics(store, -1)

    def with_settings(self, settings: Retrieval) -> Searcher:
        """Return a searcher of the same collection with other settings."""
        return Searcher(
            self.store, self.index, self.embedder, settings, self.weights,
            expander=self.expander, reranker=self.reranker,
        )  # fmt: skip

    def search(
        self, question: str, *, k: int | None = None, scope: Scope | None = None
    ) -> list[Hit]:
        """Return the best `k` hits, best first; only those within `scope`, where one is given.

        All of them are of one moment of the collection, also while another process writes.
        Raises `UsageError` for an empty question, `FingerprintError` when the collection was built
        with another embedder.
        """
        question = checked_question(question)
        scope = scope or scope_of(self.settings)
        self._check_embedder()
        more = self.expander.invoke(question) if self.expander else Expansion()
        self.store.follow_analyser(self.index.lock)
        self.index.follow()
        with self.store.snapshot():
            self._check_embedder()
            return self._hits(question, more, k or self.settings.k, scope)

    def _hits(self, question: str, more: Expansion, wanted: int, scope: Scope | None) -> list[Hit]:
        among = None if scope is None else self.store.select(scope)
        if among is not None and not among:
            return []
        found = self._candidates(question, more, self._pool(wanted), among)
        best = sorted(found.scores, key=lambda id: (-found.scores[id], id))[: self._pool(wanted)]
        chunks = self.store.chunks(best)
        best = [id for id in best if id in chunks]
        if self.reranker and best:
            values = self.reranker.scores(question, [chunks[id].text for id in best])
            found.scores = dict(zip(best, values, strict=True))
            best.sort(key=lambda id: -found.scores[id])  # those judged alike stay in their order
        if self.settings.diversity and best:
            ids, vectors = self.store.vectors(best)
            found.scores = self._diversified(ids, vectors, found.scores, wanted)
            best = list(found.scores)
        hits = [
            Hit(
                self._named(chunks[id], scope),
                found.scores[id],
                found.dense.get(id),
                found.keyword.get(id),
            )
            for id in best[:wanted]
        ]
        return self._grown(hits) if self.settings.section_tokens else hits

    def _diversified(
        self, ids: Sequence[int], vectors: Vector, scores: Mapping[int, float], wanted: int
    ) -> dict[int, float]:
        """Return the values of the best chunks that do not repeat one another, best first."""
        given = np.asarray([scores[id] for id in ids], np.float32)
        spread = float(given.max() - given.min())
        relevance = (given - given.min()) / spread if spread else np.ones_like(given)
        kept = diversify(
            (1 - self.settings.diversity) * relevance,
            lambda index: vectors @ vectors[index],
            redundancy=self.settings.diversity,
            limit=wanted,
        )
        return {ids[index]: value for index, value in kept}

    def _check_embedder(self) -> None:
        held = self.store.meta("embedder")
        if held is not None and held != self.embedder.fingerprint and self.store.chunk_count():
            raise FingerprintError(
                "This collection was built with another embedder than the configured one.",
                hint="`quoth reembed` builds it anew with the configured one.",
            )

    def _pool(self, wanted: int) -> int:
        """Return how many hits are ordered, so that the best `wanted` come of them."""
        more = self.settings.rerank if self.reranker else 0
        return max(wanted, more, 4 * wanted if self.settings.diversity else 0)

    # -- candidates and their scores ---------------------------------------------------------

    def _candidates(
        self, question: str, more: Expansion, pool: int, among: Sequence[int] | None
    ) -> _Found:
        mode, limit = self.settings.mode, self.settings.candidates
        if mode != "hybrid" or pool > 2 * limit:  # both sides together give up to twice as many
            limit = max(limit, pool)
        asked = " ".join((question, *more.questions))
        words = analyse(asked)
        vector = None
        found = _Found({}, {}, {})
        if mode != "keyword":
            vector = self._vector(question, more)
            found.dense = dict(self._nearest(vector, limit, among))
        if mode != "dense":
            rare = self._rarest(words) if mode == "hybrid" else words
            found.keyword = dict(self.store.keywords.search(rare, limit, among=among))
        if vector is None or mode != "hybrid":
            found.scores = found.keyword if vector is None else found.dense
            return found
        names = fitting(self.store, asked)
        ids = {*found.dense, *found.keyword}
        if names:
            best = max(names.values())
            own = self.store.chunks_of([id for id, fit in names.items() if fit > 0.999 * best])
            own = own if among is None else sorted(set(own) & set(among))
            ids |= {id for id, _ in self._nearest(vector, limit, own)}
            ids |= {id for id, _ in self.store.keywords.search(rare, limit, among=own)}
        found.scores, found.dense = self._fused(words, vector, ids, names)
        return found

    def _vector(self, question: str, more: Expansion) -> Vector:
        """Return the mean of what is searched with, of unit length."""
        texts = (question, *more.questions, *more.passages)
        mean: Vector = np.mean([self.embedder.query_vector(text) for text in texts], axis=0)
        return (mean / np.linalg.norm(mean)).astype(np.float32)

    def _nearest(
        self, vector: Vector, limit: int, among: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        if among is None or len(among) > _FEW:
            return self.index.search(vector, limit, among=among)
        ids, vectors = self.store.vectors(among)
        if not ids:
            return []
        cosines = vectors @ vector
        return [(ids[at], float(cosines[at])) for at in np.argsort(-cosines, kind="stable")[:limit]]

    def _fused(
        self, words: Sequence[str], vector: Vector, ids: set[int], names: Mapping[int, float]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Return the fused score and the cosine of every candidate."""
        rows = self.store.signals(sorted(ids))
        if not rows:
            return {}, {}
        vectors = np.frombuffer(b"".join(row.vector for row in rows), np.float32)
        candidates = Candidates(
            vectors=vectors.reshape(len(rows), -1),
            words=[row.words for row in rows],
            around=[row.around for row in rows],
            texts=[row.text for row in rows],
            places=[(row.content, row.ordinal) for row in rows],
            names=np.array([names.get(row.content, 0.0) for row in rows], np.float32),
        )
        statistics = self._current()
        asked = Question(
            vector=vector,
            words=words,
            idf={word: statistics.idf(word) for word in set(words)},
        )
        scores = fuse(asked, candidates, self.weights)
        cosines = candidates.vectors @ vector
        return (
            {row.id: float(score) for row, score in zip(rows, scores, strict=True)},
            {row.id: float(cosine) for row, cosine in zip(rows, cosines, strict=True)},
        )

    def _rarest(self, words: Sequence[str]) -> list[str]:
        """Return enough of the rarest words to find candidates; all words count in the fusion.

        A word that the question repeats is repeated.
        """
        statistics = self._current()
        kept: set[str] = set()
        postings = 0
        for word in sorted(set(words), key=lambda word: (statistics.frequency(word), word)):
            frequency = statistics.frequency(word)
            postings += frequency
            if len(kept) >= 2 and postings > _MOST_POSTINGS:
                break
            if frequency:
                kept.add(word)
        return [word for word in words if word in kept]

    def _current(self) -> _Statistics:
        generation = self.store.generation
        with self._lock:
            if self._statistics.generation != generation:
                self._statistics = _Statistics(self.store, generation)
            return self._statistics

    # -- what is shown of a hit --------------------------------------------------------------

    def _named(self, chunk: Chunk, scope: Scope | None) -> Chunk:
        """Return the chunk under those of its paths which the scope holds."""
        if scope is None or not chunk.also_at:
            return chunk
        source, *others = filter(scope.holds, (chunk.source, *chunk.also_at))
        return replace(chunk, source=source, also_at=tuple(others))

    def _grown(self, hits: Sequence[Hit]) -> list[Hit]:
        """Return the hits with the rest of their sections; one that another holds is left out."""
        grown: list[Hit] = []
        for hit in hits:
            if any(encloses(other.chunk, hit.chunk) for other in grown):
                continue
            grown.append(replace(hit, chunk=self._section(hit.chunk)))
        return grown

    def _section(self, chunk: Chunk) -> Chunk:
        """Return a chunk grown by its neighbours on the page, under the same headings.

        What follows comes first, in turn with what stands before, up to `section_tokens`.
        """
        around = {n.ordinal: n for n in self.store.neighbours(chunk, distance=_AROUND)}
        first = last = chunk.ordinal
        tokens, forward, stuck = chunk.tokens, True, 0
        while stuck < 2:
            at = last + 1 if forward else first - 1
            other = around.get(at)
            if (
                other is not None
                and (other.page, other.headings) == (chunk.page, chunk.headings)
                and tokens + other.tokens <= self.settings.section_tokens
            ):
                first, last, stuck = min(first, at), max(last, at), 0
                tokens += other.tokens
            else:
                stuck += 1
            forward = not forward
        start, end = around[first].start, around[last].end
        page = self.store.page_text(chunk.source, chunk.page) or ""
        return replace(chunk, start=start, end=end, text=page[start:end], tokens=tokens)


class _Statistics:
    """Facts about all chunks, as of one generation of the store."""

    def __init__(self, store: Store, generation: int) -> None:
        self.generation = generation
        self.count = store.chunk_count() if generation >= 0 else 0
        self.frequency = lru_cache(maxsize=100_000)(store.keywords.frequency)

    def idf(self, word: str) -> float:
        return float(inverse_frequency(np.array(self.frequency(word)), self.count))


def scope_of(settings: Retrieval) -> Scope | None:
    """Return the part of the collection that the settings name; `None` for all of it."""
    scope = Scope(
        paths=settings.paths,
        formats=settings.formats,
        pages=pages_of(settings.pages) if settings.pages else None,
        since=_day(settings.since, "retrieval.since"),
        until=_day(settings.until, "retrieval.until"),
    )
    return None if scope == Scope() else scope


def pages_of(text: str) -> tuple[int, int]:
    """Return the first and the last page of `7`, `3-10`, `3-` or `-10`. Raises `UsageError`."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if (first or last) and all(part.isdecimal() for part in (first, last) if part):
        pages = (int(first or 1), int(last or (2**31 if dash else first)))
        if 1 <= pages[0] <= pages[1]:
            return pages
    raise UsageError(f"{text!r} is no range of pages.", hint="Write 7, 3-10, 3- or -10.")


def checked_question(question: str) -> str:
    """Return the question without white space around it, or raise `UsageError`."""
    question = question.strip()
    if not question:
        raise UsageError("The question is empty.", hint='Ask something: quoth ask "What is …?"')
    if len(question) > MAX_QUESTION_CHARACTERS:
        raise UsageError(
            f"The question has {len(question):,} characters; "
            f"{MAX_QUESTION_CHARACTERS:,} are the most that can be asked.",
            hint="Put long texts into a file and ingest it, then ask about it.",
        )
    return question


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{name} is no day: {text!r}.", hint="Write 2024-01-31.") from error
