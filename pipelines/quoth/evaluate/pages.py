"""The rate at which search finds the right page, for questions whose page is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from quoth.evaluate.questions import GoldQuestion
from quoth.evaluate.ranking import score_rankings
from quoth.evaluate.results import Evaluation, build_evaluation
from quoth.evaluate.retrieval import MODES, restrict_to_mode
from quoth.retrieve import OpenedSearcher
from quoth.types import Hit, Progress

_MEASURES = {
    "Success@1": "page@1",
    "Success@5": "page@5",
    "Success@10": "page@10",
    "nDCG@10": "ndcg@10",
}
METRICS = tuple(_MEASURES.values())
"""Whether a right page is among the first 1, 5 and 10, and nDCG@10 over pages."""


def evaluate_pages(
    questions: Sequence[GoldQuestion],
    searcher: OpenedSearcher,
    *,
    modes: Sequence[str] = MODES,
    about: dict[str, Any] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure how often search finds a right page; metrics are named like `hybrid page@10`.

    Only answerable questions with a page count. The rank of a page is that of its best chunk. A
    page is right when the question names both the page and its file. `page@10` is the share of
    questions with a right page among the first ten. ir-measures computes the metrics.
    """
    answerable = [
        question
        for question in questions
        if question.answerable and any(place.pages for place in question.places)
    ]
    judged = {
        question.id: {
            _key(place.source, page): 1 for place in question.places for page in place.pages
        }
        for question in answerable
    }
    items: dict[str, dict[str, float]] = {}
    total = len(answerable) * len(modes)
    for number, mode in enumerate(modes):
        mode_searcher = restrict_to_mode(searcher, mode)
        rankings: dict[str, dict[str, float]] = {}
        for done, question in enumerate(answerable, start=1):
            rankings[question.id] = page_scores(mode_searcher.search(question.text))
            if progress:
                progress(number * len(answerable) + done, total, f"searching, {mode}")
        for metric, values in score_rankings(_MEASURES, judged, rankings).items():
            items[f"{mode} {metric}"] = values
    facts = {"questions": len(answerable), "seed": seed, **(about or {})}
    return build_evaluation("pages", items, about=facts, seed=seed)


def page_scores(hits: Sequence[Hit]) -> dict[str, float]:
    """Return a score for each page among the hits, descending by the rank of its best chunk."""
    keys = dict.fromkeys(_key(hit.chunk.source, hit.chunk.page) for hit in hits)
    return {key: 1.0 / rank for rank, key in enumerate(keys, start=1)}


def _key(source: str, page: int) -> str:
    return f"{PurePath(source).name}, page {page}"
