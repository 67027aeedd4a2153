"""How well the right documents are found: dense, keyword and both, on a folder in BEIR's layout."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from quoth.config import Config, Retrieval
from quoth.embed import Embedder
from quoth.errors import UsageError
from quoth.evaluate.corpus import corpus_searcher, read_corpus, read_grades, read_queries
from quoth.evaluate.questions import sample
from quoth.evaluate.results import Evaluation, evaluation
from quoth.retrieve import OpenedSearcher
from quoth.system import missing_extra
from quoth.types import Hit, Progress

MODES: tuple[str, ...] = ("dense", "keyword", "hybrid")
METRICS = ("ndcg@10", "recall@100", "mrr@10")
DEPTH = 100
"""Documents that are judged; as many chunks as it takes to find them are looked at."""
_CHUNKS = 400


def evaluate_retrieval(
    folder: Path,
    embedder: Embedder,
    config: Config,
    *,
    modes: Sequence[str] = MODES,
    limit: int | None = None,
    seed: int = 0,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Evaluation:
    """Return nDCG@10, recall@100 and MRR@10 of each mode, as `hybrid ndcg@10` and so on.

    The corpus is split, embedded and searched by the product's own parts; a document is as good as
    its best chunk. `limit` takes so many of the judged queries, drawn with `seed`. The metrics are
    those of ir-measures. Raises `UsageError` when the folder is not in BEIR's layout, and
    `MissingExtraError` without ir-measures.
    """
    require_measures()
    unknown = [mode for mode in modes if mode not in get_args(_mode_type())]
    if unknown:
        raise UsageError(f"There is no search mode {unknown[0]!r}; there is {', '.join(MODES)}.")
    corpus, queries, grades = read_corpus(folder), read_queries(folder), read_grades(folder)
    judged = {
        query: held
        for query, found in grades.items()
        if query in queries and (held := _known(found, corpus.documents))
    }
    chosen = sample(sorted(judged), limit, seed=seed)
    if not chosen:
        raise UsageError(f"None of the queries of {folder} has a judged document.")
    items: dict[str, Mapping[str, float]] = {}
    total = len(chosen) * len(modes)
    with corpus_searcher(
        corpus,
        embedder,
        config=config,
        cache=cache,
        progress=progress,
    ) as base:
        for at, mode in enumerate(modes):
            searcher = in_mode(base, mode)
            run: dict[str, dict[str, float]] = {}
            for done, query in enumerate(chosen):
                run[query] = document_scores(searcher.search(queries[query]))
                if progress:
                    progress(at * len(chosen) + done + 1, total, f"searching, {mode}")
            for metric, values in _measured({q: judged[q] for q in chosen}, run).items():
                items[f"{mode} {metric}"] = values
    about = {
        "data": folder.name,
        "documents": len(corpus.documents),
        "queries": len(chosen),
        "seed": seed,
        "embedder": embedder.fingerprint[:16],
        "chunk_tokens": config.ingestion.chunk_tokens,
    }
    return evaluation("retrieval", items, about=about, seed=seed)


def require_measures() -> None:
    """Raise `MissingExtraError` where ir-measures is not installed."""
    if importlib.util.find_spec("ir_measures") is None:
        raise missing_extra("Measuring retrieval", "eval")


def document_scores(hits: Sequence[Hit], *, depth: int = DEPTH) -> dict[str, float]:
    """Return a score for each document that was found, in the order of its best chunk."""
    order = list(dict.fromkeys(hit.chunk.source for hit in hits))[:depth]
    return {source: 1.0 / (rank + 1) for rank, source in enumerate(order)}


def _measured(
    judged: Mapping[str, Mapping[str, int]], run: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    from ir_measures import RR, R, nDCG

    return values_of({nDCG @ 10: "ndcg@10", R @ 100: "recall@100", RR @ 10: "mrr@10"}, judged, run)


def values_of(
    measures: Mapping[Any, str],
    judged: Mapping[str, Mapping[str, int]],
    run: Mapping[str, Mapping[str, float]],
) -> dict[str, dict[str, float]]:
    """Return the value of each measure of ir-measures for each query; 0 where nothing was found."""
    import ir_measures

    values = {name: dict.fromkeys(judged, 0.0) for name in measures.values()}
    for row in ir_measures.iter_calc(list(measures), judged, run):
        values[measures[row.measure]][row.query_id] = float(row.value)
    return values


def in_mode(base: OpenedSearcher, mode: str) -> OpenedSearcher:
    """Return the same searcher in one mode, giving as many chunks as judging takes."""
    return base.with_settings(base.settings.model_copy(update={"mode": mode, "k": _CHUNKS}))


def _known(grades: Mapping[str, int], documents: Mapping[str, object]) -> dict[str, int]:
    """Return the judgements, when one of them is a relevant document that is there."""
    relevant = any(grade > 0 and document in documents for document, grade in grades.items())
    return dict(grades) if relevant else {}


def _mode_type() -> object:
    return Retrieval.model_fields["mode"].annotation
