"""Phrases of sentences that may answer a question, the likeliest first.

Phrases are runs of words between natural borders, ranked by a linear rule over features that need
no model: the kind of answer that the question asks for, the distance of the phrase from the words
of the question, and its length. A second rule judges whether the first phrase is the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from quoth.answer.evidence import Evidence
from quoth.answer.phrase_forms import (
    Span,
    counts_what_is_asked,
    is_of_kind,
    whole_date,
    whole_name,
    with_unit,
)
from quoth.answer.rows import is_row
from quoth.answer.rules import Calibration, apply_rule
from quoth.answer.runs import SentenceRuns
from quoth.answer.sentences import Sentence
from quoth.retrieve import Question
from quoth.text import (
    Language,
    count_terms,
    is_unspaced,
    lexemes,
    split_characters,
    stem,
    strip_links,
)

_RANKED = 40
_MAX_SENTENCE_CHARACTERS = 600
_MOST_OF_SENTENCE = 0.6
"""The largest share of a sentence that is shown as a phrase of it."""
_BY_KIND = ("words", "capitals", "digits", "date")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of words and signs of sentence number `sentence`; `features` are known by name.

    `span` is where the run stands in its sentence. The phrase that is shown may have more `text`.
    """

    text: str
    words: tuple[str, ...]
    sentence: int
    span: Span
    features: Mapping[str, float]


def find_phrase(question: Question, evidence: Evidence, rules: Calibration) -> Phrase | None:
    """Return the words of the best sentence that are the answer, where that is nearly certain.

    They are a number with its unit, a date, a name, or another run of words; never a link, and none
    in a script without spaces between words.
    """
    ranked = find_candidates(question, evidence, rules)
    if not ranked:
        return None
    likeliest = ranked[0]
    if rules.right.judge(judge_phrase(question, ranked, evidence, rules)) < rules.shown:
        return None
    best = evidence.sentences[evidence.order[0]]
    return replace(likeliest, text=_complete(likeliest, line_of(best), question, best.language))


def find_candidates(question: Question, evidence: Evidence, rules: Calibration) -> list[Phrase]:
    """Return the phrases of the best sentence that can be the answer, the likeliest first."""
    best = evidence.sentences[evidence.order[0]]
    line, spoken = line_of(best), best.language
    if len(line) > _MAX_SENTENCE_CHARACTERS or not _has_spaces(line):
        return []
    ranked = rank_phrases(question, [line], [spoken], evidence.rarity, rules.phrase, limit=_RANKED)
    fitting = [phrase for phrase in ranked if can_answer(phrase, line, question, spoken)]
    if not is_row(best.text):
        return fitting
    cell = {word[0] for word in lexemes(_find_cell(line, question, spoken))}
    return [phrase for phrase in fitting if cell.issuperset(phrase.words)]


def _find_cell(row: str, question: Question, language: Language) -> str:
    """Return the cell of a row that can answer: the only one, or the one that shares most words.

    "Seats: 3" and "Price a day: 35 euros" both hold a number; the words of the question tell which
    is asked for. The result is empty where they do not.
    """
    is_number = language.questions.is_number
    asks_number = question.kind in ("number", "when")
    cells = [
        cell
        for cell in row.split("|")
        if not asks_number or any(is_number(word[0]) for word in lexemes(cell))
    ]
    asked = count_terms(question.text, language).keys()
    shared = [len(asked & count_terms(cell, language).keys()) for cell in cells]
    most = max(shared, default=0)
    if len(cells) == 1:
        return cells[0]
    return cells[shared.index(most)] if most and shared.count(most) == 1 else ""


def can_answer(phrase: Phrase, line: str, question: Question, language: Language) -> bool:
    """Whether a phrase is a part of its sentence, and of the kind that the question asks for.

    A name does not repeat the question: "Treasurer Ida Holm" is no answer to "Who is treasurer?".
    Nor does a number.
    """
    if len(phrase.text) > _MOST_OF_SENTENCE * len(line):
        return False
    if question.kind == "who":
        repeats = any(stem(word, language) in question.stems for word in phrase.words)
        return not repeats and is_of_kind(phrase.words, "who", language)
    if question.kind == "number":
        asked = re.findall(r"\d[\d.,]*", question.text)
        return (
            phrase.words[0] not in asked
            and is_of_kind(phrase.words, "number", language)
            and counts_what_is_asked(phrase.span, line, question, language)
        )
    if question.kind == "when":
        return is_of_kind(phrase.words, "when", language)
    return True


def judge_phrase(
    question: Question, ranked: Sequence[Phrase], evidence: Evidence, rules: Calibration
) -> dict[str, float]:
    """Return the signs, by name, that the first of the ranked phrases is the answer, or is not."""
    first = ranked[0]
    score = apply_rule(rules.phrase, first.features)
    others = [other for other in ranked if not _share_words(first.text, other.text)]
    second = max((apply_rule(rules.phrase, other.features) for other in others), default=0.0)
    return {
        "score": score,
        "lead": score - second,
        "letters covered": evidence.signs["letters covered"],
        f"asks for {question.kind}": 1.0,
    }


def _share_words(one: str, other: str) -> bool:
    return one in other or other in one


def _has_spaces(text: str) -> bool:
    """Whether most of a text is in scripts with spaces between words."""
    pieces = split_characters(text)
    return 2 * sum(map(is_unspaced, pieces)) <= len(pieces)


def line_of(sentence: Sentence) -> str:
    """Return a sentence on one line, without links."""
    return " ".join(strip_links(sentence.text).split())


def rank_phrases(
    question: Question,
    lines: Sequence[str],
    spoken: Sequence[Language],
    rarity: Mapping[str, float],
    rule: Mapping[str, float],
    *,
    limit: int,
) -> list[Phrase]:
    """Return the likeliest phrases of sentences, which are ordered best first.

    `spoken` has the language of each sentence.

    `rarity` is that of the question's stems, `rule` the weight of each feature. Two phrases never
    have the same words.
    """
    phrases = [
        phrase
        for number, (line, language) in enumerate(zip(lines, spoken, strict=True))
        for phrase in phrases_of(line, number, question, language, rarity)
    ]
    best: dict[str, Phrase] = {}
    for phrase in sorted(phrases, key=lambda phrase: -apply_rule(rule, phrase.features)):
        best.setdefault(phrase.text.casefold(), phrase)
        if len(best) == limit:
            break
    return list(best.values())


def phrases_of(
    line: str, number: int, question: Question, language: Language, rarity: Mapping[str, float]
) -> Iterator[Phrase]:
    """Yield each phrase of sentence `number`."""
    runs = SentenceRuns(line, language, rarity)
    total = sum(rarity.values()) or 1.0
    covered = sum(weight for stem, weight in rarity.items() if stem in runs.stems) / total
    for first, last in runs.spans():
        if question.kind == "number" and runs.numbers_name(first):
            continue
        features = runs.describe(first, last)
        if features is None:
            continue
        features["covered"] = covered
        for name in _BY_KIND:
            features[f"{name}, {question.kind}"] = features[name]
        start, end = runs.starts[first], runs.ends[last]
        words = tuple(runs.words[first : last + 1])
        yield Phrase(line[start:end], words, number, (start, end), features)


def _complete(phrase: Phrase, line: str, question: Question, language: Language) -> str:
    """Return a phrase with what belongs to it in its sentence, as the kind of question asks."""
    match question.kind:
        case "number":
            return with_unit(phrase.span, line, question, language)
        case "when":
            return whole_date(phrase.span, line, question, language)
        case "who":
            return whole_name(phrase.span, line, question, language)
        case _:
            return phrase.text
