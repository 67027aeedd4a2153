"""The section `conversations` of a language: what refers back to what was said."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT


@dataclass(frozen=True, slots=True, config=STRICT)
class ConversationRules:
    """Conversations: what refers back to what was said."""

    # A field: `months: WordSet` here, `months: january february …` in every languages/*.yaml.
    # Its type is str, int, float, WordSet, Phrases, Pattern, or a Mapping of them.
