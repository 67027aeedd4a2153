"""The forms of short answers: a number with its unit, a date, a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quoth.retrieve import Question
from quoth.text import Language, QuestionKind, is_stop_word, lexemes, stem

Span = tuple[int, int]
"""Where a run of words begins in its sentence, and where it ends."""
MAX_COUNTED_WORDS = 4
"""The number of words that may follow a number as its unit."""
_UNIT_WORDS = 2
_SHORT = 3
_LAST_WORD = re.compile(r"[^\W_](?:\S*[^\W_])?$")
_BEFORE_UNIT = " \u00a0-"
_IN_NUMBER = frozenset("-–—%$£€/")
_IN_DATE = frozenset(".,")
_NAME_BEFORE = re.compile(r"(?:^|[\s(])(?P<name>[^\W\d_a-zß-ÿ][\w'’-]*\.?)\s$")
_NAME_AFTER = re.compile(r"\s(?P<name>(?:al-|el-)?[^\W\d_a-zß-ÿ][\w'’-]*)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_COUNTED_WITHIN = 4
"""The words behind a number among which is what it counts."""
_ENDS_COUNT = frozenset(".;:()")
_REACH = 60
_NEXT = 14
"""The characters behind a number in which a percentage says so."""


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

    The latter are known of languages that write all nouns with a capital letter; in others they
    have up to three letters.
    """
    rules = language.questions
    opens = words[0][0].isupper() or words[0].lower() in rules.articles
    joined = all(
        word[0].isupper()
        or not word[0].isalnum()
        or (word.lower() in rules.name_links if rules.name_links else len(word) <= _SHORT)
        for word in words[1:]
    )
    named = all(word[0].isupper() and not rules.is_date(word) for word in content)
    return opens and joined and named


def whole_date(span: Span, sentence: str, question: Question, language: Language) -> str:
    """Return a date without the words before it, and with its day and month in the sentence.

    `1967` in "on 27. Januar 1967" is `27. Januar 1967`; where the question asks for the year, it is
    the year alone.
    """
    rules = language.questions
    asks_year = any(word[0].lower() in rules.years for word in lexemes(question.text))
    offset, end = span
    date = sentence[offset:end]
    if asks_year and (year := _YEAR.search(date)):
        return year.group()
    words = lexemes(sentence)
    inside = [number for number, word in enumerate(words) if offset <= word.start() < end]
    while inside and not _says_when(words[inside[0]][0], language):
        inside.pop(0)
    if not inside:
        return date
    first, last = inside[0], inside[-1]
    if not asks_year:
        earliest, latest = first, last
        while (before := _next_of_date(words, earliest, -1, language)) is not None:
            earliest = before
        while (after := _next_of_date(words, latest, 1, language)) is not None:
            latest = after
        whole = [words[number][0].lower() for number in range(earliest, latest + 1)]
        if any(word in rules.months or _names_time(word, language) for word in whole):
            first, last = earliest, latest
    return sentence[words[first].start() : words[last].end()]


def _names_time(word: str, language: Language) -> bool:
    """Whether a word names a stretch of time that a number tells apart: "decade", "siglo"."""
    rules = language.questions
    return rules.is_date(word) and word.isalpha() and not rules.is_number(word)


def _says_when(word: str, language: Language) -> bool:
    """Whether a word says when, or asks for it: a date, a number, "year", "summer"."""
    rules = language.questions
    if rules.is_date(word) or rules.is_number(word):
        return True
    return word.lower() in rules.date_parts and not is_stop_word(word, language)


def _joins_date(word: str, language: Language) -> bool:
    return word.lower() in language.questions.date_parts and is_stop_word(word, language)


def _next_of_date(
    words: Sequence[re.Match[str]], place: int, step: int, language: Language
) -> int | None:
    """Return the place of the next word of a date, else `None`.

    It is found over a full stop, a comma, or a small word: "27 de enero de 1967".
    """
    rules = language.questions
    following = place + step
    if 0 <= following < len(words) and (
        words[following][0] in _IN_DATE or _joins_date(words[following][0], language)
    ):
        following += step
    if not 0 <= following < len(words):
        return None
    word = words[following][0]
    is_day = word.isdecimal() and len(word) <= 2
    beside_month = words[place][0].lower() in rules.months
    return following if rules.is_date(word) or (is_day and beside_month) else None


def whole_name(span: Span, sentence: str, question: Question, language: Language) -> str:
    """Return a name with the names beside it in the sentence that the question does not have.

    `Simon` in "a William E. Simon" is `William E. Simon`. In languages that write every noun with a
    capital letter the name stays as it is.
    """
    start, end = span
    if language.questions.name_links:
        return sentence[start:end]

    def adds(word: str) -> bool:
        return not is_stop_word(word, language) and stem(word, language) not in question.stems

    while (before := _NAME_BEFORE.search(sentence[:start])) and adds(before["name"]):
        start = before.start("name")
    while (after := _NAME_AFTER.match(sentence, end)) and adds(after["name"]):
        end = after.end("name")
    return sentence[start:end]


def counts_what_is_asked(span: Span, sentence: str, question: Question, language: Language) -> bool:
    """Whether a number of a sentence counts what the question asks for, as far as words tell.

    It is a percentage if the question asks for one. Asked for a number of things, a number that
    counts other things is none; it counts the word behind it. Where the sentence counts the things
    with another number, only that is one.
    """
    rules = language.questions
    start, end = span
    number, behind = sentence[start:end], sentence[end : end + _REACH]
    if rules.percentages.search(question.text.lower()):
        next_to = re.split(r"[(,;]", behind[:_NEXT])[0]
        return bool(rules.percentages.search((number + next_to).lower()))
    things = _find_things(question, language)
    if not things:
        return True
    near = _until_number([word[0].lower() for word in lexemes(behind)], language)
    within = [word[0].lower() for word in lexemes(number)]
    said = [stem(word, language) for word in (*within, *near)]
    if not things.isdisjoint(said):
        return True
    elsewhere = [stem(word[0].lower(), language) for word in lexemes(sentence)]
    if not things.isdisjoint(elsewhere):
        return False
    is_unit = bool(near) and (near[0][0].isalpha() or near[0] == "%")
    return not is_unit or is_stop_word(near[0], language)


def _find_things(question: Question, language: Language) -> set[str]:
    """Return the stems of what the question asks the number of: "paintings"."""
    rules = language.questions
    counted = rules.counted_noun.search(question.text.lower())
    return {
        stem(word, language)
        for word in (counted.group(1).split() if counted else ())
        if not is_stop_word(word, language) and not rules.is_number(word)
    }


def _until_number(words: Sequence[str], language: Language) -> list[str]:
    """Return the words that a number may count: the next ones, up to another number."""
    near: list[str] = []
    for word in words[:_COUNTED_WITHIN]:
        if word[0].isdigit() or word in language.questions.numerals or word in _ENDS_COUNT:
            break
        near.append(word)
    return near


def with_unit(span: Span, sentence: str, question: Question, language: Language) -> str:
    """Return a number with the bound before it and the unit after it in the sentence.

    `20` in "for up to 20 working days" is `up to 20 working days`. A unit that the question names
    itself is not repeated.
    """
    rules = language.questions
    start, end = span
    last = _LAST_WORD.search(sentence[start:end])
    if bound := rules.bounds.search(sentence[:start]):
        start = bound.start()
    if last and rules.is_number(last.group()):
        behind = [word[0] for word in lexemes(sentence, end)[: _UNIT_WORDS + 1]]
        if not _find_things(question, language).isdisjoint(stem(w, language) for w in behind):
            return sentence[start:end]  # "three" of "three further species"
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
