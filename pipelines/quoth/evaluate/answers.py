"""The quality of answers: correct, declined where they should be, and cited correctly."""

from __future__ import annotations

import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import PurePath
from typing import Any

from langchain_core.runnables import Runnable

from quoth.evaluate.questions import GoldQuestion
from quoth.evaluate.results import Evaluation, build_evaluation
from quoth.text import ENGLISH, Language, find_quote, language, split_characters
from quoth.types import Answer, Citation, Progress

ReadPage = Callable[[str, int], str | None]
"""Given a source and a page number, the text of that page, or `None` without such a page."""
METRICS = (
    "exact_match",
    "f1_answerable",
    "answered_answerable",
    "declined_unanswerable",
    "citation_precision",
    "verified_share",
)
_ASCII_PUNCTUATION = frozenset(string.punctuation)


def evaluate_answers(
    questions: Sequence[GoldQuestion],
    answerer: Runnable[str, Answer],
    page_text: ReadPage,
    *,
    about: dict[str, Any] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure an answerer on questions with known answers.

    `exact_match` and `f1_answerable` are SQuAD's (Rajpurkar and others, 2018) over the answerable
    questions; a declined question scores 0. `answered_answerable` and `declined_unanswerable` are
    shares of questions. `citation_precision` is the share of citations, over the answerable
    questions, that name a right page and whose quote is on it. `verified_share` is the share of the
    citations shown as verified whose quote is found when the page is read again.
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


def token_f1(answer: str, truths: Sequence[str], language: Language = ENGLISH) -> float:
    """Return SQuAD's token F1 of an answer against the closest truth.

    In a script without spaces, each character is a token, as in MLQA (Lewis and others, 2020).
    """
    answer_words = split_characters(normalize(answer, language))
    best = 0.0
    for truth in truths:
        truth_words = split_characters(normalize(truth, language))
        common = sum((Counter(answer_words) & Counter(truth_words)).values())
        if common:
            best = max(best, 2 * common / (len(answer_words) + len(truth_words)))
    return best


def exact_match(answer: str, truths: Sequence[str], language: Language = ENGLISH) -> bool:
    """Whether an answer equals one of the truths after normalization."""
    normal = normalize(answer, language)
    return any(normal == normalize(truth, language) for truth in truths)


def normalize(text: str, language: Language = ENGLISH) -> str:
    """Normalize a text as SQuAD does: lower case, no punctuation, no articles, single spaces."""
    bare = "".join(sign for sign in text.lower() if not _is_punctuation(sign))
    return " ".join(word for word in bare.split() if word not in language.questions.articles)


def _is_punctuation(sign: str) -> bool:
    return sign in _ASCII_PUNCTUATION or unicodedata.category(sign).startswith("P")


def _judge(
    question: GoldQuestion, answer: Answer, page_text: ReadPage, items: dict[str, dict[str, float]]
) -> None:
    answered = answer.kind in ("answer", "excerpt")
    reply = (answer.phrase or answer.text) if answered else ""
    if question.answerable:
        spoken = language(answer.language) if answer.language else ENGLISH
        items["exact_match"][question.id] = float(exact_match(reply, question.answers, spoken))
        items["f1_answerable"][question.id] = token_f1(reply, question.answers, spoken)
        items["answered_answerable"][question.id] = float(answered)
    else:
        items["declined_unanswerable"][question.id] = float(not answered)
    for number, citation in enumerate(answer.citations, start=1):
        key = f"{question.id}/{number}"
        quote_found = _has_quote(citation, page_text)
        if question.answerable:
            right_page = _is_same_source(citation.source, question.source) and (
                citation.page in question.pages
            )
            items["citation_precision"][key] = float(quote_found and right_page)
        if citation.verified:
            items["verified_share"][key] = float(quote_found)


def _has_quote(citation: Citation, page_text: ReadPage) -> bool:
    """Whether the cited page holds the quote at the span of the citation."""
    text = page_text(citation.source, citation.page)
    if text is None or find_quote(citation.quote, text) is None:
        return False
    return text[citation.start : citation.end] == citation.quote


def _is_same_source(cited: str, expected: str) -> bool:
    return cited == expected or PurePath(cited).name == PurePath(expected).name


def _detail(question: GoldQuestion, answer: Answer) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.text,
        "answers": list(question.answers),
        "text": answer.text,
        "kind": answer.kind,
        "phrase": answer.phrase,
        "citations": [
            {
                "source": citation.source,
                "page": citation.page,
                "quote": citation.quote,
                "match": citation.match,
            }
            for citation in answer.citations
        ],
        "seconds": answer.timings.prompt_seconds + answer.timings.generation_seconds,
    }
