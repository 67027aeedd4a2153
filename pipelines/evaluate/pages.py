"""How often the right page of the right document is found, for questions whose page is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from pipelines.evaluate.corpus import Progress
from pipelines.evaluate.questions import Question
from pipelines.evaluate.results import Evaluation, evaluation
from pipelines.evaluate.retrieval import MODES, in_mode
from pipelines.retrieve import Searcher
from pipelines.types import Hit

DEPTHS = (1, 5, 10)
"""How many pages are looked at: the metrics are `page@1` and so on."""


def evaluate_pages(
    questions: Sequence[Question],
    searcher: Searcher,
    *,
    modes: Sequence[str] = MODES,
    about: dict[str, Any] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Return the share of answerable questions with a right page among the first 1, 5 and 10.

    A metric is called `hybrid page@10` and so on. A page is as good as its best chunk; it is right
    when it is one of the pages that the question names, of the file that it names.
    """
    asked = [question for question in questions if question.answerable]
    items: dict[str, dict[str, float]] = {
        f"{mode} page@{depth}": {} for mode in modes for depth in DEPTHS
    }
    total = len(asked) * len(modes)
    for at, mode in enumerate(modes):
        found_by = in_mode(searcher, mode)
        for done, question in enumerate(asked, start=1):
            pages = found_pages(found_by.search(question.text))
            right = {(PurePath(question.source).name, page) for page in question.pages}
            for depth in DEPTHS:
                hit = not right.isdisjoint(pages[:depth])
                items[f"{mode} page@{depth}"][question.id] = float(hit)
            if progress:
                progress(at * len(asked) + done, total, f"searching, {mode}")
    facts = {"questions": len(asked), "seed": seed, **(about or {})}
    return evaluation("pages", items, about=facts, seed=seed)


def found_pages(hits: Sequence[Hit]) -> list[tuple[str, int]]:
    """Return the file name and the page of each hit, each page once, best first."""
    return list(dict.fromkeys((PurePath(hit.chunk.source).name, hit.chunk.page) for hit in hits))
