"""How often the right page of the right document is found, for questions whose page is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from quoth.evaluate.questions import Question
from quoth.evaluate.results import Evaluation, evaluation
from quoth.evaluate.retrieval import MODES, in_mode, values_of
from quoth.retrieve import OpenedSearcher
from quoth.types import Hit, Progress

METRICS = ("page@1", "page@5", "page@10", "ndcg@10")
"""Whether a right page is among the first 1, 5 and 10, and nDCG@10 over pages."""


def evaluate_pages(
    questions: Sequence[Question],
    searcher: OpenedSearcher,
    *,
    modes: Sequence[str] = MODES,
    about: dict[str, Any] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Return how often answerable questions find a right page, as `hybrid page@10` and so on.

    A page is as good as its best chunk; it is right when it is one of the pages that the question
    names, of the file that it names. `page@10` is the share of questions with a right page among
    the first ten. The metrics are those of ir-measures.
    """
    asked = [question for question in questions if question.answerable]
    judged = {
        question.id: {_key(question.source, page): 1 for page in question.pages}
        for question in asked
    }
    items: dict[str, dict[str, float]] = {}
    total = len(asked) * len(modes)
    for at, mode in enumerate(modes):
        found_by = in_mode(searcher, mode)
        run: dict[str, dict[str, float]] = {}
        for done, question in enumerate(asked, start=1):
            run[question.id] = page_scores(found_by.search(question.text))
            if progress:
                progress(at * len(asked) + done, total, f"searching, {mode}")
        for metric, values in _measured(judged, run).items():
            items[f"{mode} {metric}"] = values
    facts = {"questions": len(asked), "seed": seed, **(about or {})}
    return evaluation("pages", items, about=facts, seed=seed)


def page_scores(hits: Sequence[Hit]) -> dict[str, float]:
    """Return a score for each page that was found, in the order of its best chunk."""
    keys = dict.fromkeys(_key(hit.chunk.source, hit.chunk.page) for hit in hits)
    return {key: 1.0 / rank for rank, key in enumerate(keys, start=1)}


def _key(source: str, page: int) -> str:
    return f"{PurePath(source).name}, page {page}"


def _measured(
    judged: Mapping[str, Mapping[str, int]], run: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    from ir_measures import Success, nDCG

    measures = dict(zip((Success @ 1, Success @ 5, Success @ 10, nDCG @ 10), METRICS, strict=True))
    return values_of(measures, judged, run)
