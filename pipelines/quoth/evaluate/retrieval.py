"""The quality of dense, keyword and hybrid search on a folder in BEIR's layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import get_args

from quoth.config import Config, Retrieval
from quoth.embed import Embedder
from quoth.errors import UsageError
from quoth.evaluate.corpus import corpus_searcher, read_corpus, read_grades, read_queries
from quoth.evaluate.questions import is_in_half, sample
from quoth.evaluate.ranking import require_measures, score_rankings
from quoth.evaluate.results import Evaluation, build_evaluation
from quoth.retrieve import OpenedSearcher
from quoth.types import Hit, Progress

MODES: tuple[str, ...] = ("dense", "keyword", "hybrid")
_MEASURES = {"nDCG@10": "ndcg@10", "R@100": "recall@100", "RR@10": "mrr@10"}
METRICS = tuple(_MEASURES.values())
DEPTH = 100
"""Documents of a ranking that are judged."""
_CHUNKS = 400
"""Chunks that are retrieved, so that a ranking has enough documents."""


def evaluate_retrieval(
    folder: Path,
    embedder: Embedder,
    config: Config,
    *,
    modes: Sequence[str] = MODES,
    half: int | None = None,
    limit: int | None = None,
    seed: int = 0,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure nDCG@10, recall@100 and MRR@10 of each mode; they are named like `hybrid ndcg@10`.

    The corpus is split, embedded and searched like a user's documents. The rank of a document is
    that of its best chunk. `half` 0 or 1 takes the queries whose CRC-32 of the id is even or odd:
    constants are chosen on one half and measured on the other. `limit` judged queries are drawn
    with `seed`. ir-measures computes the metrics. Raises `UsageError` when the folder is not in
    BEIR's layout, and `MissingExtraError` without ir-measures.
    """
    require_measures()
    unknown = [mode for mode in modes if mode not in get_args(_mode_type())]
    if unknown:
        raise UsageError(
            f"There is no search mode {unknown[0]!r}.", hint=f"Modes: {', '.join(MODES)}."
        )
    corpus, queries, grades = read_corpus(folder), read_queries(folder), read_grades(folder)
    judged = {
        query: query_grades
        for query, query_grades in grades.items()
        if query in queries
        and is_in_half(query, half)
        and _has_relevant(query_grades, corpus.documents)
    }
    chosen = sample(sorted(judged), limit, seed=seed)
    if not chosen:
        raise UsageError(f"No query in {folder} has a relevant document in the corpus.")
    items: dict[str, Mapping[str, float]] = {}
    total = len(chosen) * len(modes)
    with corpus_searcher(
        corpus,
        embedder,
        config=config,
        cache=cache,
        progress=progress,
    ) as base:
        for number, mode in enumerate(modes):
            searcher = restrict_to_mode(base, mode)
            rankings: dict[str, dict[str, float]] = {}
            for done, query in enumerate(chosen):
                rankings[query] = document_scores(searcher.search(queries[query]))
                if progress:
                    progress(number * len(chosen) + done + 1, total, f"searching, {mode}")
            for metric, values in score_rankings(
                _MEASURES, {query: judged[query] for query in chosen}, rankings
            ).items():
                items[f"{mode} {metric}"] = values
    about = {
        "data": folder.name,
        "documents": len(corpus.documents),
        "queries": len(chosen),
        "half": half,
        "seed": seed,
        "embedder": embedder.fingerprint[:16],
        "chunk_tokens": config.ingestion.chunk_tokens,
    }
    return build_evaluation("retrieval", items, about=about, seed=seed)


def document_scores(hits: Sequence[Hit], *, depth: int = DEPTH) -> dict[str, float]:
    """Return a score for each document among the hits, descending by its best chunk's rank."""
    order = list(dict.fromkeys(hit.chunk.source for hit in hits))[:depth]
    return {source: 1.0 / (rank + 1) for rank, source in enumerate(order)}


def restrict_to_mode(base: OpenedSearcher, mode: str) -> OpenedSearcher:
    """Return the searcher with another mode and a top-k large enough to judge."""
    return base.with_settings(base.settings.model_copy(update={"mode": mode, "k": _CHUNKS}))


def _has_relevant(grades: Mapping[str, int], documents: Mapping[str, object]) -> bool:
    """Whether one of the relevant documents is in the corpus."""
    return any(grade > 0 and document in documents for document, grade in grades.items())


def _mode_type() -> object:
    return Retrieval.model_fields["mode"].annotation
