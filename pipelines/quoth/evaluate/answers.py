"""How good answers are: right, declined where they should be, and cited from the right page."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any

from langchain_core.runnables import Runnable

from quoth.evaluate.questions import GoldQuestion
from quoth.evaluate.results import Evaluation, build_evaluation
from quoth.text import find_quote
from quoth.types import Answer, Citation, Progress

ReadPage = Callable[[str, int], str | None]
"""Source and page → the text of that page, `None` where there is none."""
METRICS = (
    "exact_match",
    "f1_answerable",
    "answered_answerable",
    "declined_unanswerable",
    "citation_precision",
    "verified_share",
)
_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def evaluate_answers(
    questions: Sequence[GoldQuestion],
    answerer: Runnable[str, Answer],
    page_text: ReadPage,
    *,
    about: dict[str, Any] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Return the figures of an answerer on questions with known answers.

    `exact_match` and `f1_answerable` are SQuAD's (Rajpurkar and others, 2018) over the answerable
    questions; a declined one counts 0. `answered_answerable` and `declined_unanswerable` are
    shares. `citation_precision` is the share of citations, over answerable questions, that name the
    right page and whose quote is on it. `verified_share` is the share of the quotes shown as
    verified that were found when their page was opened again.
    """
    items: dict[str, dict[str, float]] = {name: {} for name in METRICS}
    details = []
    for done, question in enumerate(questions, start=1):
        answer = answerer.invoke(question.text)
        _judge(question, answer, page_text, items)
        details.append(_detail(question, answer))
        if progress:
            progress(done, len(questions), "answering")
    facts = {"questions": len(questions), "seed": seed, **(about or {})}
    return build_evaluation("answers", items, about=facts, details=details, seed=seed)


def token_f1(answer: str, truths: Sequence[str]) -> float:
    """Return SQuAD's F1 of the words of an answer, against the truth that fits it best."""
    given = normalize(answer).split()
    best = 0.0
    for truth in truths:
        wanted = normalize(truth).split()
        common = sum((Counter(given) & Counter(wanted)).values())
        if common:
            best = max(best, 2 * common / (len(given) + len(wanted)))
    return best


def exact_match(answer: str, truths: Sequence[str]) -> bool:
    """Return whether an answer is one of the truths, as SQuAD compares them."""
    return any(normalize(answer) == normalize(truth) for truth in truths)


def normalize(text: str) -> str:
    """Return a text in lower case, without punctuation, articles and superfluous white space."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def _judge(
    question: GoldQuestion, answer: Answer, page_text: ReadPage, items: dict[str, dict[str, float]]
) -> None:
    said = answer.text if answer.answerable else ""
    if question.answerable:
        items["exact_match"][question.id] = float(exact_match(said, question.answers))
        items["f1_answerable"][question.id] = token_f1(said, question.answers)
        items["answered_answerable"][question.id] = float(answer.answerable)
    else:
        items["declined_unanswerable"][question.id] = float(not answer.answerable)
    for number, citation in enumerate(answer.citations, start=1):
        key = f"{question.id}/{number}"
        on_page = _is_on_page(citation, page_text)
        if question.answerable:
            right = _same_source(citation.source, question.source) and (
                citation.page in question.pages
            )
            items["citation_precision"][key] = float(on_page and right)
        if citation.verified:
            items["verified_share"][key] = float(on_page)


def _is_on_page(citation: Citation, page_text: ReadPage) -> bool:
    """Return whether the page holds the quote at the span of the citation."""
    text = page_text(citation.source, citation.page)
    if text is None or find_quote(citation.quote, text) is None:
        return False
    return text[citation.start : citation.end] == citation.quote


def _same_source(cited: str, wanted: str) -> bool:
    return cited == wanted or PurePath(cited).name == PurePath(wanted).name


def _detail(question: GoldQuestion, answer: Answer) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.text,
        "answers": list(question.answers),
        "text": answer.text,
        "answerable": answer.answerable,
        "citations": [
            {
                "source": citation.source,
                "page": citation.page,
                "quote": citation.quote,
                "finding": citation.finding,
            }
            for citation in answer.citations
        ],
        "seconds": answer.timings.prompt_seconds + answer.timings.generation_seconds,
    }
