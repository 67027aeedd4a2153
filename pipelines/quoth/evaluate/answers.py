"""The quality of answers: shown, wrong or declined, by kind of question, and cited correctly."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.runnables import Runnable

from quoth.evaluate.evidence import first_sentence_holds, is_right_place, shows_evidence
from quoth.evaluate.questions import OTHER_LANGUAGE, GoldQuestion
from quoth.evaluate.results import Evaluation, build_evaluation
from quoth.evaluate.squad import exact_match, token_f1
from quoth.text import ENGLISH, Language, language, show_rows, split_words
from quoth.types import Answer, Citation, Progress

ReadPage = Callable[[str, int], str | None]
"""Given a source and a page number, the text of that page, or `None` without such a page."""
RIGHT_PHRASE_F1 = 0.6
"""The least token F1 of a phrase that counts as right."""
METRICS = (
    "evidence_shown",
    "evidence_answered",
    "evidence_cited",
    "plainly_wrong",
    "wrong_decline",
    "wrong_refusal",
    "failed",
    "declined_unanswerable",
    "answered_unanswerable",
    "phrase_shown",
    "phrase_wrong",
    "first_sentence_holds",
    "answered_answerable",
    "f1_answerable",
    "exact_match",
    "supported_share",
    "citation_precision",
    "verified_share",
    "seconds",
)
BY_KIND = METRICS[:11]
"""The metrics that are also given for each kind of question, named like `evidence_shown (list)`."""
Items = dict[str, dict[str, float]]


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

    Shares of the answerable questions: `evidence_shown` has the evidence among the first three
    places, and is not declined; `evidence_answered` has it as an answer or excerpt, and
    `evidence_cited` in its own places, without those below it; `plainly_wrong` is an answer or
    excerpt without it; `wrong_decline` is declined, `wrong_refusal` after the model
    was asked; `failed` has no reply; `answered_answerable` is an answer or excerpt, right or wrong.
    `first_sentence_holds` has a right answer in the first sentence shown, whatever its kind.
    `phrase_shown` has a phrase; of those, `phrase_wrong` have a token F1 below .6. `exact_match`
    and `f1_answerable` are SQuAD's (Rajpurkar and others, 2018); a declined question scores 0.

    Shares of the unanswerable questions: `declined_unanswerable`, and `answered_unanswerable` with
    an answer or excerpt; the rest show nearest places.

    `supported_share` is that of the sentences of written answers. `citation_precision` is the share
    of citations, over the answerable questions, that name a right page and whose quote is on it.
    `verified_share` is the share of the citations shown as verified whose quote is found when the
    page is read again. `seconds` are those of a question, from asking to the whole answer.
    """
    items: Items = {name: {} for name in METRICS}
    details = []
    for done, question in enumerate(questions, start=1):
        begin = time.perf_counter()
        answer = answerer.invoke(question.text)
        seconds = time.perf_counter() - begin
        _count(items, question, answer, {**judge(question, answer), "seconds": seconds})
        _judge_citations(question, answer, page_text, items)
        details.append(_detail(question, answer, seconds))
        if progress:
            progress(done, len(questions), "answering")
    facts = {"questions": len(questions), "seed": seed, **(about or {})}
    return build_evaluation("answers", items, about=facts, details=details, seed=seed)


def judge(question: GoldQuestion, answer: Answer) -> dict[str, float]:
    """Return the figures of one answer by metric; those that do not apply are left out."""
    plain = answer.kind in ("answer", "excerpt")
    declined = answer.kind == "declined"
    if not question.answerable:
        values = {"declined_unanswerable": declined, "answered_unanswerable": plain}
        return {name: float(value) for name, value in values.items()}
    there = shows_evidence(question, answer)
    figures = {
        "evidence_shown": there and answer.kind not in ("declined", "failed"),
        "evidence_answered": there and plain,
        "evidence_cited": plain and shows_evidence(question, answer, cited_only=True),
        "plainly_wrong": plain and not there,
        "wrong_decline": declined,
        "wrong_refusal": declined and bool(answer.finish_reason),
        "failed": answer.kind == "failed",
        "answered_answerable": plain,
    }
    return {**figures, **_judge_words(question, answer, plain=plain)}


def _judge_words(question: GoldQuestion, answer: Answer, *, plain: bool) -> dict[str, float]:
    """Return the figures that compare an answer with the right ones, where they are known."""
    if not question.answers or not question.places:
        return {}
    spoken = _language(question, answer)
    reply = (answer.phrase or answer.text) if plain else ""
    figures = {
        "exact_match": float(exact_match(reply, question.answers, spoken)),
        "f1_answerable": token_f1(reply, question.answers, spoken),
    }
    if question.anywhere:
        figures["first_sentence_holds"] = float(first_sentence_holds(question, answer, spoken))
        figures["phrase_shown"] = float(bool(answer.phrase))
        if answer.phrase:
            figures["phrase_wrong"] = float(figures["f1_answerable"] < RIGHT_PHRASE_F1)
    return figures


def _language(question: GoldQuestion, answer: Answer) -> Language:
    code = question.language or answer.language
    return language(code) if code else ENGLISH


def _count(items: Items, question: GoldQuestion, answer: Answer, figures: dict[str, float]) -> None:
    """Add the figures of a question, to those of all questions and to those of its kind."""
    kind = question.kind or _language(question, answer).questions.kind_of(question.text)
    for name, value in figures.items():
        if question.kind != OTHER_LANGUAGE:
            items[name][question.id] = float(value)
        if name in BY_KIND:
            items.setdefault(f"{name} ({kind})", {})[question.id] = float(value)
    for number, sentence in enumerate(answer.sentences, start=1):
        supported = sentence.support != "unsupported"
        items["supported_share"][f"{question.id}/{number}"] = float(supported)


def _judge_citations(
    question: GoldQuestion, answer: Answer, page_text: ReadPage, items: Items
) -> None:
    for citation in answer.citations:
        key = f"{question.id}/{citation.n}"
        quote_found = _has_quote(citation, page_text)
        if question.answerable and question.places:
            right_page = any(is_right_place(citation, place) for place in question.places)
            items["citation_precision"][key] = float(quote_found and right_page)
        if citation.verified:
            items["verified_share"][key] = float(quote_found)


def _has_quote(citation: Citation, page_text: ReadPage) -> bool:
    """Whether the cited page shows the quote at the span of the citation."""
    text = page_text(citation.source, citation.page)
    if text is None:
        return False
    rows = show_rows(text[citation.start : citation.end], above=text[: citation.start])
    ends_alike = rows.rsplit("\n", 1)[-1] == citation.quote.rsplit("\n", 1)[-1]
    return ends_alike and set(split_words(citation.quote)) <= set(split_words(text))


def _detail(question: GoldQuestion, answer: Answer, seconds: float) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.text,
        "answers": list(question.answers),
        "kind": answer.kind,
        "phrase": answer.phrase,
        "text": answer.text,
        "citations": [_place(place) for place in answer.citations],
        "nearest": [_place(place) for place in answer.nearest],
        "confidence": answer.confidence,
        "seconds": seconds,
    }


def _place(place: Citation) -> dict[str, Any]:
    return {
        "source": place.source,
        "page": place.page,
        "quote": place.quote,
        "match": place.match,
    }
