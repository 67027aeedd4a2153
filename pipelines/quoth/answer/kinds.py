"""Finds the kind of answer that a question asks for in sentences and phrases."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quoth.retrieve import Question
from quoth.text import is_stop_word, lexemes, stem

MAX_COUNTED_WORDS = 4
"""The number of words that may follow a number as its unit."""
_UNIT_WORDS = 2
_LAST_WORD = re.compile(r"[^\W_](?:\S*[^\W_])?$")
_FOLLOWING = re.compile(r"[ \u00a0-]([^\W\d_]+)")


def holds_kind(sentence: str, question: Question) -> float:
    """Return 1 if a sentence holds the kind of answer that is expected, 0 if not, 0.5 if unknown.

    Words of the question itself do not count.
    """
    rules = question.language.questions
    words = [match.group() for match in lexemes(sentence)]
    new = [word for word in words if word.lower() not in question.lexemes]
    match question.kind:
        case "number":
            return float(any(map(rules.is_number, new)))
        case "when":
            return float(any(rules.is_date(word) or word[0].isdigit() for word in new))
        case "who":
            names = {word for word in words[1:] if word[0].isupper()}
            return float(
                any(word in names and not is_stop_word(word, question.language) for word in new)
            )
        case "where":
            return float(bool(rules.places.search(sentence)))
        case "why":
            return float(bool(rules.reasons.search(sentence)))
        case _:
            return 0.5


def is_of_kind(words: Sequence[str], question: Question) -> bool:
    """Return whether words are a number with its unit, a date, or a name, as the question asks."""
    rules = question.language.questions
    content = [
        word for word in words if word[0].isalnum() and not is_stop_word(word, question.language)
    ]
    if not content:
        return False
    match question.kind:
        case "number":
            first = content[0]
            counts = rules.is_number(first) and first.lower() not in rules.fractions
            return counts and len(content) <= MAX_COUNTED_WORDS + 1
        case "when":
            return any(map(rules.is_date, content)) and all(
                rules.is_date(word) or rules.is_number(word) or word.lower() in rules.date_parts
                for word in content
            )
        case "who":
            opens = words[0][0].isupper() or words[0].lower() in rules.articles
            return opens and all(word[0].isupper() and not rules.is_date(word) for word in content)
        case _:
            return False


def with_unit(number: str, sentence: str, question: Question) -> str:
    """Return a number with the bound before it and the unit after it in the sentence.

    `20` in "for up to 20 working days" is `up to 20 working days`. A unit that the question names
    itself is not repeated.
    """
    rules = question.language.questions
    offset = sentence.find(number)
    if offset < 0:
        return number
    bound = rules.bounds.search(sentence[:offset])
    start, end = bound.start() if bound else offset, offset + len(number)
    last = _LAST_WORD.search(number)
    if last and rules.is_number(last.group()):
        offset = end
        for _ in range(_UNIT_WORDS):
            following = _FOLLOWING.match(sentence, offset)
            word = following.group(1).lower() if following else ""
            if not following or is_stop_word(word, question.language):
                break
            offset = following.end()
            if stem(word, question.language) not in question.stems:
                end = offset
    return sentence[start:end]
