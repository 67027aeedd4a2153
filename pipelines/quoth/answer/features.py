"""The features by which sentences are ranked: numbers that need no language model.

A feature compares the sentences of one question with one another, so that one rule serves all
languages and embedders. Words and groups of letters say how much of the question a sentence covers.
The similarity counts as far as it agrees with them: an embedder that does not know the language
orders sentences at random.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quoth.answer.rows import is_row
from quoth.answer.sentences import Sentence, languages_of
from quoth.retrieve import Question
from quoth.text import (
    NEVER,
    Language,
    analyse,
    group_letters,
    is_complete,
    is_stop_word,
    lexemes,
    weigh_rarity,
)
from quoth.types import Hit, Vectors

Floats = NDArray[np.float64]

_LEADERS = re.compile(r"(?:\. ){3}|\.{4}")
_NUMBERED = re.compile(
    r"\b(?P<noun>[^\W\d_]{3,})[ \u00a0](?P<sign>[A-Z]|\d{1,3}[A-Za-z]?)(?![\w.,:%])"
)
"""A noun with the letter or the number that tells it from others: `boiler A`, `unit 6`."""
_QUESTIONS = ("?", "？", "؟")
_FEWEST_NEW = 2
"""The fewest words beside those of the question that a sentence needs to say something."""
_FEWEST_TO_AGREE = 3
"""The fewest sentences over which similarity and letters can agree."""


@dataclass(frozen=True, slots=True)
class Description:
    """The features of the sentences of a question, each by its name, an item for a sentence.

    `similarities` are the cosines of each sentence, read with the one before it. `agreement` (0 to
    1) is the correlation of the similarities with the letters that are covered.
    """

    features: Mapping[str, Floats]
    similarities: Floats
    agreement: float

    @classmethod
    def empty(cls) -> Description:
        """Return the description of no sentences."""
        return cls({}, np.zeros(0), 0.0)

    def of(self, index: int) -> dict[str, float]:
        """Return the features of one sentence."""
        return {name: float(values[index]) for name, values in self.features.items()}


def describe_sentences(
    question: Question,
    sentences: Sequence[Sentence],
    rarity: Mapping[str, float],
    hits: Sequence[Hit],
) -> Description:
    """Return the features of sentences, which are in the order of their chunks.

    `hits` are those of the chunks, by the `rank` of a sentence.
    """
    letters = _cover_letters(question, sentences)
    similarities = _find_similarities(question, sentences)
    agreement = _find_agreement(similarities, letters.alone)
    scores = _standardize(np.array([hit.score for hit in hits], float))
    features = {
        "covered with headings": np.array(
            [cover(rarity, sentence.terms | sentence.about) for sentence in sentences]
        ),
        "letters covered": letters.alone,
        "letters covered with neighbours": letters.with_neighbours,
        "similarity as far as it agrees": agreement * _standardize(similarities),
        "score of the passage": np.array([scores[sentence.rank] for sentence in sentences]),
        "holds what is asked for": np.array(
            [holds_kind(sentence.text, question, sentence.language) for sentence in sentences]
        ),
        "gives a reason": np.array(
            [
                float(
                    question.kind == "why"
                    and bool(sentence.language.questions.reasons.search(sentence.text))
                )
                for sentence in sentences
            ]
        ),
        "is a question": np.array(
            [float(sentence.text.rstrip().endswith(_QUESTIONS)) for sentence in sentences]
        ),
        "says nothing new": np.array(
            [
                float(len(sentence.terms.keys() - rarity.keys()) < _FEWEST_NEW)
                for sentence in sentences
            ]
        ),
        "is about another one": _find_others(question, sentences),
        "no end": np.array([float(not _is_whole(sentence.text)) for sentence in sentences]),
        "table of contents": np.array(
            [float(bool(_LEADERS.search(sentence.text))) for sentence in sentences]
        ),
    }
    return Description(features, similarities, agreement)


def cover(rarity: Mapping[str, float], terms: Container[str]) -> float:
    """Return the share of the question's rarity that terms cover."""
    total = sum(rarity.values()) or 1.0
    return sum(weight for term, weight in rarity.items() if term in terms) / total


def are_neighbours(sentences: Sequence[Sentence], one: int, other: int) -> bool:
    """Whether both indices are those of sentences of the same chunk, under the same headings."""
    if not (0 <= one < len(sentences) and 0 <= other < len(sentences)):
        return False
    left, right = sentences[one], sentences[other]
    return (left.rank, left.section) == (right.rank, right.section)


def holds_kind(sentence: str, question: Question, language: Language) -> float:
    """Return 1 if a sentence holds the kind of answer that is expected, 0 if not, 0.5 if unknown.

    `language` is that of the sentence. Words of the question itself do not count.
    """
    rules = language.questions
    words = [match.group() for match in lexemes(sentence)]
    new = [word for word in words if word.lower() not in question.lexemes]
    match question.kind:
        case "number":
            return float(any(map(rules.is_number, new)))
        case "when":
            return float(any(rules.is_date(word) or word[0].isdigit() for word in new))
        case "who" if language.words.capital_names:
            names = {word for word in words[1:] if word[0].isupper()}
            return float(any(word in names and not is_stop_word(word, language) for word in new))
        case "where":
            return _matches(rules.places, sentence)
        case "why":
            return _matches(rules.reasons, sentence)
        case _:
            return 0.5


@dataclass(frozen=True, slots=True)
class _Letters:
    alone: Floats
    with_neighbours: Floats


def _cover_letters(question: Question, sentences: Sequence[Sentence]) -> _Letters:
    """Return the share of the question's groups of letters, by their rarity, in each sentence."""
    if not sentences:
        return _Letters(np.zeros(0), np.zeros(0))
    groups = [_group(sentence.text, sentence.language) for sentence in sentences]
    languages = languages_of(question.language, sentences) | {question.language}
    wanted = np.unique(np.concatenate([_group(question.text, one) for one in languages]))
    held = np.array([np.isin(wanted, group) for group in groups]).reshape(len(groups), -1)
    rarity = np.array([weigh_rarity(int(count), len(groups)) for count in held.sum(axis=0)])
    total = rarity.sum() or 1.0
    around = held.copy()
    for index in range(len(sentences)):
        for other in (index - 1, index + 1):
            if are_neighbours(sentences, index, other):
                around[index] |= held[other]
    return _Letters(held @ rarity / total, around @ rarity / total)


def _find_others(question: Question, sentences: Sequence[Sentence]) -> Floats:
    """Return 1 for each sentence about another one than the question names: "boiler C", not "A".

    A sentence that names none is about the one that was named last before it in its section, or in
    its headings.
    """
    asked = _name_numbered(question.text)
    others = np.zeros(len(sentences))
    named: dict[str, set[str]] = {}
    for index, sentence in enumerate(sentences):
        if not are_neighbours(sentences, index, index - 1):
            named = _name_numbered(" ".join(sentence.headings))
        named |= _name_numbered(sentence.text)
        others[index] = any(
            noun in named and not (named[noun] & signs) for noun, signs in asked.items()
        )
    return others


def _name_numbered(text: str) -> dict[str, set[str]]:
    """Return the letters and numbers that follow each noun, such as `boiler`: {`A`}."""
    named: dict[str, set[str]] = {}
    for match in _NUMBERED.finditer(text):
        named.setdefault(match["noun"].casefold(), set()).add(match["sign"])
    return named


def _group(text: str, language: Language) -> NDArray[np.uint32]:
    return np.unique(group_letters([" ".join(analyse(text, language))])[0])


def _find_similarities(question: Question, sentences: Sequence[Sentence]) -> Floats:
    """Return the cosine of each sentence, read with the one before it in its chunk."""
    if not sentences:
        return np.zeros(0)
    embedder = question.embedder
    vectors = embedder.embed([embedder.clip(sentence.text) for sentence in sentences])
    read = [_with_before(sentences, vectors, index) for index in range(len(sentences))]
    return np.asarray(np.array(read) @ question.vector, float)


def _with_before(sentences: Sequence[Sentence], vectors: Vectors, index: int) -> Vectors:
    """Return the mean direction of a sentence and the one before it in its chunk."""
    if not are_neighbours(sentences, index, index - 1):
        return np.asarray(vectors[index])
    both = vectors[index] + vectors[index - 1]
    return np.asarray(both / (np.linalg.norm(both) + 1e-9))


def _find_agreement(similarities: Floats, letters: Floats) -> float:
    """Return the correlation of two features, 0 where there is none."""
    if len(letters) < _FEWEST_TO_AGREE or not (similarities.std() and letters.std()):
        return 0.0
    return max(0.0, float(np.corrcoef(similarities, letters)[0, 1]))


def _standardize(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / (values.std() or 1.0)) if len(values) else values


def _is_whole(text: str) -> bool:
    """Whether a text is a sentence, introduces what follows, or is a row of a table."""
    return is_complete(text) or text.rstrip().endswith((":", ";", "：", "；")) or is_row(text)


def _matches(pattern: re.Pattern[str], sentence: str) -> float:
    return 0.5 if pattern == NEVER else float(bool(pattern.search(sentence)))
