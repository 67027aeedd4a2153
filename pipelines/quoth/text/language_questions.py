"""The section `questions` of a language: how they are asked, and what answers them looks like."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT


@dataclass(frozen=True, slots=True, config=STRICT)
class QuestionRules:
    """Questions: how they are asked, and what answers them looks like."""

    # A field: `months: WordSet` here, `months: january february …` in every languages/*.yaml.
    # Its type is str, int, float, WordSet, Phrases, Pattern, or a Mapping of them.
