"""The road of a small model: the answer is an excerpt, text of the documents word for word.

A model of less than a billion parameters cannot write an answer that a person would keep, so none
is asked. The sentences of the hits are ranked, the best is widened to what belongs to it, and its
likelihood decides the kind of the answer: an excerpt, places near the question, or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from quoth.answer.evidence import HITS, Evidence, find_evidence
from quoth.answer.features import cover
from quoth.answer.languages import find_evidence_language
from quoth.answer.phrases import Phrase, find_phrase
from quoth.answer.places import HEADINGS_BETWEEN, cite_span, number_places
from quoth.answer.rules import Calibration, find_calibration, reaches
from quoth.answer.sentences import language_of
from quoth.answer.widen import Excerpt, surround, widen, widen_section
from quoth.config import Answering
from quoth.retrieve import Hits, Question
from quoth.text import Language, count_terms, find_quote, show_rows, split_words, strip_links
from quoth.types import Answer, AnswerKind, Citation

PLACES = 3
SEVERAL_PLACES = 5
"""The most places for a question that asks for several, such as a list or a comparison."""
_AGAIN = 1.0
"""The lead in score (log-odds) that a second excerpt of a chunk or document needs over others."""
_ALIKE = 0.8
"""The share of common words from which two excerpts say the same."""

_SUBJECT = 0.4
"""The share of a question's weight from which a heading is its subject."""
_SHARED = 2
"""The words of a question near the best sentence from which none is declined without a limit."""


def choose_excerpts(hits: Hits, settings: Answering) -> Answer:
    """Return the answer that the documents give word for word."""
    question = hits.question
    spoken = _find_spoken(question, hits)
    rules = _find_rules(question, spoken)
    evidence = find_evidence(question, hits, rules)
    several = bool(question.language.questions.several.search(question.text.lower()))
    excerpts = choose_places(evidence, SEVERAL_PLACES if several else PLACES, several=several)
    answer = Answer(
        question=question.text,
        kind=_find_kind(evidence, rules, settings),
        text="",
        language=question.language.code,
        evidence_language=spoken.code,
        confidence=round(evidence.likelihood, 3),
        model="",
        excerpts=tuple(dict.fromkeys(excerpt.chunk for excerpt in excerpts)),
        hits=tuple(hits),
    )
    if not reaches(question.embedder.fingerprint, question.language.name, spoken.name):
        return _near(replace(answer, kind="declined", text=_unreached(question, spoken)), excerpts)
    match answer.kind:
        case "excerpt":
            phrase = find_phrase(question, evidence, rules)
            return _excerpt(answer, excerpts, phrase, several=several)
        case "nearest":
            return _near(replace(answer, text=question.language.answers.nearly), excerpts)
        case _:
            return _near(replace(answer, text=question.language.questions.not_found), excerpts)


def choose_places(evidence: Evidence, most: int, *, several: bool = False) -> list[Excerpt]:
    """Return the excerpts that answer best, best first; no two overlap or say the same.

    A sentence of a chunk that is shown already has to be better than one from elsewhere; where the
    question asks for `several` places, also one of a document that is shown already.
    """
    chosen: list[Excerpt] = []
    left = list(evidence.order)
    while left and len(chosen) < most:
        left.sort(key=lambda index: _handicap(evidence, index, chosen, several))
        excerpt = _excerpt_at(evidence, left.pop(0), chosen, several=several)
        if excerpt and not any(_are_alike(excerpt, other) for other in chosen):
            chosen.append(excerpt)
    return chosen


def _handicap(evidence: Evidence, index: int, chosen: Sequence[Excerpt], several: bool) -> float:
    """Return the negative score of a sentence, raised for each way in which it is shown already."""
    sentence = evidence.sentences[index]
    same_chunk = any(other.best.rank == sentence.rank for other in chosen)
    same_document = any(other.chunk.source == sentence.chunk.source for other in chosen)
    return _AGAIN * (same_chunk + (several and same_document)) - evidence.scores[index]


def _excerpt_at(
    evidence: Evidence, index: int, chosen: Sequence[Excerpt], *, several: bool
) -> Excerpt | None:
    """Return the excerpt around a sentence, as wide as it can be beside those chosen."""
    alone = Excerpt.of(evidence.sentences[index])
    if any(alone.overlaps(other) for other in chosen):
        return None
    wide = _widen(evidence, index, several=several)
    widest = surround(wide, evidence.sentences) if chosen else wide
    free = (one for one in (widest, wide) if not any(one.overlaps(other) for other in chosen))
    return next(free, alone)


def _find_spoken(question: Question, hits: Hits) -> Language:
    """Return the language of the question if a hit is in it, else that of most hits."""
    chunks = [hit.chunk for hit in hits[:HITS]]
    if any(language_of(chunk, question.language) == question.language for chunk in chunks):
        return question.language
    return find_evidence_language(question, chunks)


def _widen(evidence: Evidence, index: int, *, several: bool) -> Excerpt:
    """Return the excerpt around a sentence; its section, if the question asks for that as a whole.

    The subject of such a question is the heading: "What are the rules on parking?" below "Parking".
    """
    sentence = evidence.sentences[index]
    rules = sentence.language
    heading = count_terms(" ".join(sentence.headings[-1:]), rules)
    asked = evidence.rarity.keys()
    is_subject = cover(evidence.rarity, heading) >= _SUBJECT or bool(heading.keys() <= asked)
    adds_words = asked & (sentence.terms.keys() - heading.keys())
    if heading and is_subject and evidence.is_open and not adds_words:
        return widen_section(evidence.sentences, index)
    return widen(evidence.sentences, evidence.scores, index, all_rows=several)


def _find_rules(question: Question, spoken: Language) -> Calibration:
    names = sorted({question.language.name, spoken.name})
    return find_calibration(question.embedder.fingerprint, *names)


def _find_kind(evidence: Evidence, rules: Calibration, settings: Answering) -> AnswerKind:
    if not evidence.sentences or evidence.signs["passage similarity"] < (settings.floor or -1):
        return "declined"
    if evidence.likelihood >= rules.likelihood_in(settings):
        return "excerpt"
    shares_words = not rules.calibrated and evidence.signs["words shared near"] >= _SHARED
    return "nearest" if evidence.likelihood >= rules.nearest or shares_words else "declined"


def _excerpt(
    answer: Answer, excerpts: Sequence[Excerpt], phrase: Phrase | None, *, several: bool
) -> Answer:
    """Return an answer with the best excerpt; with all of them, where `several` are asked for."""
    best, *others = excerpts
    first = _place(best, words=phrase.text if phrase else "")
    rest = [_place(other) for other in others]
    cited = number_places([first, *rest] if several else [first])
    return replace(
        answer,
        text=" ".join(strip_links(first.quote).split()),
        phrase=phrase.text if phrase else None,
        citations=cited,
        nearest=() if several else number_places(rest, first=2),
    )


def _near(answer: Answer, excerpts: Sequence[Excerpt]) -> Answer:
    return replace(answer, nearest=number_places(map(_place, excerpts[:PLACES])))


def _place(excerpt: Excerpt, words: str = "") -> Citation:
    """Return the place of an excerpt, with `words` of it marked, else its best sentence."""
    place = cite_span(excerpt.chunk, excerpt.start, excerpt.end, match="exact")
    heading = HEADINGS_BETWEEN.join(excerpt.best.headings)
    return replace(place, heading=heading, marks=tuple(_marks(excerpt, place.quote, words)))


def _marks(excerpt: Excerpt, quote: str, words: str) -> Iterator[tuple[int, int]]:
    best = show_rows(excerpt.best.text)
    if best != excerpt.best.text:
        best = best.rsplit("\n", 1)[-1]  # the row without the names of its columns
    start = quote.find(best, excerpt.best.start - excerpt.start if quote == excerpt.text else 0)
    if start < 0:
        return
    if words and (found := find_quote(words, best)):
        yield start + found[0], start + found[1]
    elif len(best) < len(quote):
        yield start, start + len(best)


def _are_alike(one: Excerpt, other: Excerpt) -> bool:
    """Whether two excerpts have nearly the same words, as copies of a text do."""
    left, right = set(split_words(one.text)), set(split_words(other.text))
    return len(left & right) >= _ALIKE * max(1, min(len(left), len(right)))


def _unreached(question: Question, spoken: Language) -> str:
    told = question.language
    return told.answers.unreached.format(question=told.name_of(told), evidence=told.name_of(spoken))
