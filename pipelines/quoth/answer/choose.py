"""The way of a small model: it chooses its answer among words of the best sentences."""

from __future__ import annotations

from collections.abc import Sequence

from quoth.answer.draft import Draft
from quoth.answer.evidence import find_evidence
from quoth.answer.phrases import find_choices, line_of
from quoth.answer.rules import Calibration
from quoth.config import Answering
from quoth.models import LocalModel
from quoth.prompts import select_prompt
from quoth.retrieve import Question
from quoth.types import Chunk, Hit


class Choosing:
    """Lets a model choose among phrases, to which the backend is held if it can be."""

    def __init__(self, model: LocalModel, settings: Answering, rules: Calibration) -> None:
        self._model = model
        self._least_likelihood = rules.likelihood_in(settings)
        self._rules = rules

    def prepare(
        self, question: Question, hits: Sequence[Hit], shown: Sequence[Chunk]
    ) -> Draft | None:
        """Return the draft; `None` when the sentences of the hits are unlikely to answer."""
        evidence = find_evidence(question, hits, self._rules)
        if evidence.likelihood < self._least_likelihood:
            return None
        choices = find_choices(question, evidence, self._rules)
        if not choices:
            return None
        prompt = select_prompt("answer-small", self._model, language=question.language.code)
        lines = dict.fromkeys(line_of(choice.sentence) for choice in choices)
        return Draft(
            question=question,
            prompt=prompt,
            messages=tuple(prompt.messages(context=" ".join(lines), question=question.text)),
            excerpts=tuple(dict.fromkeys(choice.sentence.chunk for choice in choices)),
            choices=choices,
        )
