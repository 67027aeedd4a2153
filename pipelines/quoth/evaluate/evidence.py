"""Whether what a person is shown holds the evidence, at its place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePath

from quoth.evaluate.questions import GoldPlace, GoldQuestion
from quoth.text import UNSPACED, Language, find_sentences
from quoth.types import Answer, Citation

MOST_PLACES = 3
"""The places that count: those that a person sees, cited ones first."""
MOST_WORDS = 80
"""The words of a quote that count."""
_SPACES = re.compile(rf"(?<=[{UNSPACED}]) | (?=[{UNSPACED}])")


def shows_evidence(question: GoldQuestion, answer: Answer, *, cited_only: bool = False) -> bool:
    """Whether the places that an answer shows hold the evidence of an answerable question.

    The first three places count, or as many as the question needs, with 80 words of each; with
    `cited_only`, those of them that are cited and not only near. For a question without places,
    the text of the answer must hold one of the right answers, or all of them where it needs all.
    """
    if question.places:
        most = max(MOST_PLACES, len(question.places) if question.needs_all else 0)
        shown = (answer.citations if cited_only else places_of(answer))[:most]
        found = [
            any(_holds(place, gold, anywhere=question.anywhere) for place in shown)
            for gold in question.places
        ]
    else:
        text = flatten(answer.text)
        found = [flatten(right) in text for right in question.answers]
    return all(found) if question.needs_all else any(found)


def first_sentence_holds(question: GoldQuestion, answer: Answer, language: Language) -> bool:
    """Whether the first sentence that is shown holds one of the right answers.

    In a place of several sentences, it is the one with the first marked words.
    """
    for place in places_of(answer)[:1]:
        sentence = flatten(_first_sentence(place, language))
        return any(flatten(right) in sentence for right in question.answers)
    return False


def places_of(answer: Answer) -> Sequence[Citation]:
    """Return the places of an answer in the order in which they are shown."""
    return (*answer.citations, *answer.nearest)


def is_right_place(place: Citation, gold: GoldPlace) -> bool:
    """Whether a place is on a right page of the right document."""
    same = place.source == gold.source or PurePath(place.source).name == PurePath(gold.source).name
    return same and (not gold.pages or place.page in gold.pages)


def flatten(text: str) -> str:
    """Return the words of a text in lower case, without signs, and compatible forms made equal."""
    folded = unicodedata.normalize("NFKC", text).replace("\u00ad", "").lower()
    return _SPACES.sub("", " ".join(re.findall(r"\w+", folded)))


def _holds(place: Citation, gold: GoldPlace, *, anywhere: bool) -> bool:
    if not anywhere and not is_right_place(place, gold):
        return False
    quote = flatten(" ".join(place.quote.split()[:MOST_WORDS]))
    return not gold.evidence or any(flatten(text) in quote for text in gold.evidence)


def _first_sentence(place: Citation, language: Language) -> str:
    spans = find_sentences(place.quote, language)
    marked = place.marks[0][0] if place.marks else 0
    return next((place.quote[a:b] for a, b in spans if marked < b), place.quote)
