"""Follow-up → standalone question, by the model where its reply can be checked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quoth.answer.turns import Turn
from quoth.models import ChatRequest, ModelCalls
from quoth.prompts import select_prompt
from quoth.text import ConversationRules, count_terms

MAX_TOKENS = 80
MAX_GROWTH = 4
"""The most words of a condensed question, as a multiple of the follow-up's, plus ten."""
_MAX_REPETITIONS = 3
_QUESTION_END = r"\?|(?=\n)"
_MARKS = '"“”'


class Condenser:
    """Rewrites follow-ups as standalone questions.

    The model is called only when the question seems to refer to an earlier turn. Its reply is used
    when it keeps the words of the question and adds only words of the conversation; otherwise the
    subject of the last question is appended to the follow-up.
    """

    def __init__(self, calls: ModelCalls, rules: ConversationRules) -> None:
        self._calls = calls
        self._rules = rules

    def condense(self, question: str, turns: Sequence[Turn]) -> tuple[str, int]:
        """Return the standalone question, and the number of oldest turns that did not fit."""
        if not turns or not self._rules.references.search(question.strip()):
            return question, 0
        model = self._calls.model
        prompt = select_prompt("condense-question", model)
        for dropped in range(len(turns)):
            recent = turns[dropped:]
            messages = prompt.messages(history=_history(recent), question=question)
            if model.answer_budget(messages) >= MAX_TOKENS:
                break
        else:
            return with_subject(question, turns[-1], self._rules), len(turns)
        request = ChatRequest(
            tuple(messages), max_tokens=MAX_TOKENS, stop_after=_QUESTION_END, purpose="condense"
        )
        condensed = self._calls.call(request).text.strip().strip(_MARKS)
        if is_faithful(condensed, question, recent):
            return condensed, dropped
        return with_subject(question, turns[-1], self._rules), dropped


def is_faithful(condensed: str, question: str, turns: Sequence[Turn]) -> bool:
    """Return whether a condensed question asks the same, with words of the conversation.

    It keeps the terms of the question, adds only terms of the conversation and at least one of
    them, and is neither an answer nor much longer than a question.
    """
    terms, required = count_terms(condensed), count_terms(question)
    conversation = count_terms(" ".join(f"{t.question} {t.standalone} {t.answer}" for t in turns))
    return (
        condensed.endswith("?")
        and all(term in terms for term in required)
        and all(term in conversation or term in required for term in terms)
        and any(term not in required for term in terms)
        and len(condensed.split()) <= MAX_GROWTH * len(question.split()) + 10
        and max(terms.values(), default=0) <= _MAX_REPETITIONS
    )


def with_subject(question: str, turn: Turn, rules: ConversationRules) -> str:
    """Return a question with the subject of the previous turn appended in brackets.

    The subject is the names and numbers of that turn's question, else its terms.
    """
    terms = count_terms(question).keys()
    subjects = [
        name
        for name in rules.subjects.findall(turn.standalone)
        if not terms >= count_terms(name).keys()
    ]
    if not subjects:
        words = re.findall(r"[\w-]+", turn.standalone)
        subjects = [
            word for word in words if count_terms(word) and not terms >= count_terms(word).keys()
        ]
    if not subjects:
        return question
    mark = "?" if question.rstrip().endswith("?") else ""
    return f"{question.rstrip().rstrip('?')} ({', '.join(dict.fromkeys(subjects))}){mark}"


def _history(turns: Sequence[Turn]) -> str:
    return "\n".join(f"Question: {turn.standalone}\nAnswer: {turn.answer}" for turn in turns)
