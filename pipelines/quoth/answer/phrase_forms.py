"""The forms of short answers: a number with its unit, a date, a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quoth.retrieve import Question
from quoth.text import Language, QuestionKind, is_stop_word, lexemes, stem

MAX_COUNTED_WORDS = 4
"""The number of words that may follow a number as its unit."""
_UNIT_WORDS = 2
_LAST_WORD = re.compile(r"[^\W_](?:\S*[^\W_])?$")
_BEFORE_UNIT = " \u00a0-"
_IN_NUMBER = frozenset("-–%$£€/")
_IN_DATE = frozenset(".,")


def is_of_kind(words: Sequence[str], kind: QuestionKind, language: Language) -> bool:
    """Return whether words are a number with its unit, a date, or a name, as the kind asks."""
    content = [word for word in words if word[0].isalnum() and not is_stop_word(word, language)]
    if not content:
        return False
    match kind:
        case "number":
            return len(content) <= MAX_COUNTED_WORDS + 1 and _is_quantity(words, language)
        case "when":
            return _is_date(content, language)
        case "who":
            return _is_name(words, content, language)
        case _:
            return False


def _is_quantity(words: Sequence[str], language: Language) -> bool:
    """Whether words are a number and what it counts, without a border between them.

    A small word ends what is counted, unless a number follows it: "one hundred and twenty".
    """
    rules = language.questions
    first = words[0]
    if not rules.is_number(first) or first.lower() in rules.fractions:
        return False
    if any(map(str.isdigit, first)) and not first[0].isdigit():
        return False  # a code
    for place, word in enumerate(words[1:], 1):
        if not word[0].isalnum():
            joins = word in _IN_NUMBER
        elif is_stop_word(word, language):
            joins = any(map(rules.is_number, words[place + 1 : place + 2]))
        else:
            joins = True
        if not joins:
            return False
    return True


def _is_date(content: Sequence[str], language: Language) -> bool:
    rules = language.questions
    return any(map(rules.is_date, content)) and all(
        rules.is_date(word) or rules.is_number(word) or word.lower() in rules.date_parts
        for word in content
    )


def _is_name(words: Sequence[str], content: Sequence[str], language: Language) -> bool:
    """Whether words are names, joined by nothing but small words that stand within names.

    The latter are known of languages that write all nouns with a capital letter.
    """
    rules = language.questions
    opens = words[0][0].isupper() or words[0].lower() in rules.articles
    joined = not rules.name_links or all(
        word[0].isupper() or not word[0].isalnum() or word.lower() in rules.name_links
        for word in words[1:]
    )
    named = all(word[0].isupper() and not rules.is_date(word) for word in content)
    return opens and joined and named


def whole_date(date: str, sentence: str, question: Question, language: Language) -> str:
    """Return a date without the words before it, and with its day and month in the sentence.

    `1967` in "on 27. Januar 1967" is `27. Januar 1967`, unless the question asks for the year.
    """
    rules = language.questions
    offset = sentence.find(date)
    if offset < 0:
        return date
    words = lexemes(sentence)
    inside = [
        number for number, word in enumerate(words) if offset <= word.start() < offset + len(date)
    ]
    while inside and not _says_when(words[inside[0]][0], language):
        inside.pop(0)
    if not inside:
        return date
    first, last = inside[0], inside[-1]
    if not any(_says_when(word[0], language) for word in lexemes(question.text)):
        begin, end = first, last
        while (before := _next_of_date(words, begin, -1, language)) is not None:
            begin = before
        while (after := _next_of_date(words, end, 1, language)) is not None:
            end = after
        if any(words[number][0].lower() in rules.months for number in range(begin, end + 1)):
            first, last = begin, end
    return sentence[words[first].start() : words[last].end()]


def _says_when(word: str, language: Language) -> bool:
    """Whether a word says when, or asks for it: a date, a number, "year", "summer"."""
    rules = language.questions
    if rules.is_date(word) or rules.is_number(word):
        return True
    return word.lower() in rules.date_parts and not is_stop_word(word, language)


def _next_of_date(
    words: Sequence[re.Match[str]], place: int, step: int, language: Language
) -> int | None:
    """Return the place of the next word of a date, over a full stop or a comma; else `None`."""
    rules = language.questions
    following = place + step
    if 0 <= following < len(words) and words[following][0] in _IN_DATE:
        following += step
    if not 0 <= following < len(words):
        return None
    word = words[following][0]
    is_day = word.isdecimal() and len(word) <= 2
    beside_month = words[place][0].lower() in rules.months
    return following if rules.is_date(word) or (is_day and beside_month) else None


def with_unit(number: str, sentence: str, question: Question, language: Language) -> str:
    """Return a number with the bound before it and the unit after it in the sentence.

    `20` in "for up to 20 working days" is `up to 20 working days`. A unit that the question names
    itself is not repeated.
    """
    rules = language.questions
    offset = sentence.find(number)
    if offset < 0:
        return number
    bound = rules.bounds.search(sentence[:offset])
    start, end = bound.start() if bound else offset, offset + len(number)
    last = _LAST_WORD.search(number)
    if last and rules.is_number(last.group()):
        offset = end
        for _ in range(_UNIT_WORDS):
            word = _word_after(sentence, offset)
            if not word or is_stop_word(word, language):
                break
            offset += 1 + len(word)
            if stem(word, language) not in question.stems:
                end = offset
    return sentence[start:end]


def _word_after(sentence: str, offset: int) -> str:
    """Return the word behind the space or the hyphen at an offset, or an empty text."""
    if sentence[offset : offset + 1] not in tuple(_BEFORE_UNIT):
        return ""
    for following in lexemes(sentence, offset + 1)[:1]:
        if following.start() == offset + 1 and following[0][0].isalpha():
            return following[0]
    return ""
