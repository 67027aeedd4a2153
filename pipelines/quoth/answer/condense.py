"""Follow-up → standalone question, by the model where its reply can be checked."""

from __future__ import annotations

from collections.abc import Sequence

from quoth.answer.languages import find_turn_language
from quoth.answer.turns import Turn
from quoth.models import ChatRequest, ModelCalls
from quoth.prompts import Prompt, select_prompt
from quoth.text import Language, count_terms, is_stop_word, is_unspaced, split_words

MAX_TOKENS = 80
MAX_GROWTH = 4
"""The most words of a condensed question, as a multiple of the follow-up's, plus ten."""
_MAX_REPETITIONS = 3
_QUESTION_MARKS = ("?", "？", "؟", ";", "\u037e", "՞")
"""The marks that end a question: Latin, full width, Arabic, Greek (in two forms), Armenian."""
_QUESTION_END = r"[?？؟]|(?=\n)"
_QUOTATION_MARKS = '"“”„«»「」'
_SIGNS = ".,:!…、，。" + _QUOTATION_MARKS + "".join(_QUESTION_MARKS) + "¿¡()'’"


class Condenser:
    """Rewrites follow-ups as standalone questions.

    The model is called only when the question seems to refer to an earlier turn. Its reply is used
    when it keeps the words of the question and adds only words of the conversation; otherwise the
    subject of the last question is appended to the follow-up.
    """

    def __init__(self, calls: ModelCalls) -> None:
        self._calls = calls

    def condense(self, question: str, turns: Sequence[Turn]) -> tuple[str, int]:
        """Return the standalone question, and the number of oldest turns that did not fit."""
        language = find_turn_language(question, turns)
        if not turns or not _refers_back(question, language):
            return question, 0
        model = self._calls.model
        prompt = select_prompt("condense-question", model, language=language.code)
        wording = select_prompt("conversation-turn", model, language=language.code)
        for dropped in range(len(turns)):
            recent = turns[dropped:]
            messages = prompt.messages(history=_history(recent, wording), question=question)
            if model.answer_budget(messages) >= MAX_TOKENS:
                break
        else:
            return _continue(question, turns[-1], language), len(turns)
        request = ChatRequest(
            tuple(messages), max_tokens=MAX_TOKENS, stop_after=_QUESTION_END, purpose="condense"
        )
        condensed = self._calls.call(request).text.strip().strip(_QUOTATION_MARKS)
        if is_faithful(condensed, question, recent, language):
            return condensed, dropped
        return _continue(question, turns[-1], language), dropped


def _refers_back(question: str, language: Language) -> bool:
    """Return whether a question continues the turn before it, or corrects it."""
    rules = language.conversations
    refers = rules.references.search(question.strip()) or rules.corrections.match(question)
    return bool(refers) or not _has_subject(question, language)


def _has_subject(question: str, language: Language) -> bool:
    """Whether a question has words beside question words, their bounds, and stop words."""
    rest = question.lower()
    for pattern in language.questions.kinds.values():
        if match := pattern.search(rest):
            before = language.questions.bounds.sub(" ", rest[: match.start()])
            rest = f"{before} {rest[match.end() :]}"
    return any(not is_stop_word(word, language) for word in split_words(rest, language))


def _continue(question: str, turn: Turn, language: Language) -> str:
    """Return a question with what it takes from the previous turn, without a model."""
    if language.conversations.corrections.match(question):
        return with_correction(turn.standalone, question, language)
    return with_subject(question, turn, language)


def is_faithful(condensed: str, question: str, turns: Sequence[Turn], language: Language) -> bool:
    """Return whether a condensed question asks the same, with words of the conversation.

    It keeps the terms of the question, adds only terms of the conversation and at least one of
    them, and is neither an answer nor much longer than a question. Words that refer to an earlier
    turn need not be kept. In a script without spaces, terms are pairs of characters, and those that
    arise where two words meet are known when both characters are.
    """
    terms = count_terms(condensed, language)
    rules = language.conversations
    new = rules.references.sub(" ", rules.corrections.sub(" ", question))
    required = count_terms(new, language)
    said = " ".join(f"{t.question} {t.standalone} {t.answer}" for t in turns)
    known = count_terms(said, language).keys() | count_terms(question, language).keys()
    characters = set(said) | set(question)
    return (
        condensed.endswith(_QUESTION_MARKS)
        and all(term in terms for term in required)
        and all(
            term in known or (is_unspaced(term) and characters.issuperset(term)) for term in terms
        )
        and any(term not in required for term in terms)
        and len(split_words(condensed)) <= MAX_GROWTH * len(split_words(question)) + 10
        and max(terms.values(), default=0) <= _MAX_REPETITIONS
    )


def with_correction(standalone: str, correction: str, language: Language) -> str:
    """Return the question of the previous turn with what corrects it in brackets.

    The correction is without the words that only say that it is one: "No, I meant boiler B".
    """
    bare = correction.strip().rstrip(".。!！" + "".join(_QUESTION_MARKS) + " ")
    said = language.conversations.corrections.sub("", bare).strip(" ,:;、，")
    question = standalone.strip().rstrip("".join(_QUESTION_MARKS) + " ")
    mark = standalone.strip()[len(question) :].strip()
    return f"{question} ({said or bare}){mark}"


def with_subject(question: str, turn: Turn, language: Language) -> str:
    """Return a question with the subject of the previous turn appended in brackets.

    The subject is the names and numbers of that turn's question, else its terms. A question that
    names another one only takes what is asked about it: "And boiler B?".
    """
    if _names_another(question, turn, language):
        return _ask_the_same(question, turn, language)
    terms = count_terms(question, language).keys()

    def is_new(words: str) -> bool:
        wanted = count_terms(words, language).keys()
        return bool(wanted) and not terms >= wanted

    found = language.conversations.subjects.finditer(turn.standalone)
    subjects = [name for match in found if is_new(name := match.group(match.lastindex or 0))]
    subjects = subjects or [word for word in _content(turn.standalone, language) if is_new(word)]
    return _append(question, subjects)


def _names_another(question: str, turn: Turn, language: Language) -> bool:
    """Whether a question names a subject that the previous turn does not, and refers to none."""
    rules = language.conversations
    opening = rules.references.match(question.strip())
    rest = question.strip()[opening.end() :] if opening else question
    known = count_terms(turn.standalone, language).keys()
    named = [count_terms(found[0], language).keys() for found in rules.subjects.finditer(question)]
    return not rules.references.search(rest) and any(terms - known for terms in named)


def _ask_the_same(question: str, turn: Turn, language: Language) -> str:
    """Return a question with what the previous turn asks, if it has only a name of its own."""
    names = language.conversations.subjects
    if len(_content(names.sub(" ", question), language)) > 1:
        return question
    named = f"{question} {' '.join(found[0] for found in names.finditer(turn.standalone))}"
    known = count_terms(named, language).keys()
    asked = _content(turn.standalone, language)
    return _append(question, [w for w in asked if count_terms(w, language).keys() - known])


def _append(question: str, words: Sequence[str]) -> str:
    """Return a question with words in brackets before its mark."""
    if not words:
        return question
    bare = question.strip().rstrip("".join(_QUESTION_MARKS) + " ")
    mark = question.strip()[len(bare) :].strip()
    return f"{bare} ({', '.join(dict.fromkeys(words))}){mark}"


def _content(question: str, language: Language) -> list[str]:
    """Return the words of a question without its question words, references and stop words."""
    for pattern in (*language.questions.kinds.values(), language.conversations.references):
        question = pattern.sub(" ", question)
    words = (word.strip(_SIGNS) for word in question.split())
    return [word for word in words if word and not is_stop_word(word, language)]


def _history(turns: Sequence[Turn], wording: Prompt) -> str:
    return "\n".join(
        wording.texts(question=turn.standalone, answer=turn.answer)[1] for turn in turns
    )
