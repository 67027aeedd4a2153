"""The section `conversations` of a language: what refers back to what was said."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, Pattern


@dataclass(frozen=True, slots=True, config=STRICT)
class ConversationRules:
    """Conversations: what refers back to what was said.

    `references` match words of a question that refer to something said before, and questions too
    short to be understood alone. `subjects` are the names and numbers of a question, with the small
    words inside them.
    """

    references: Pattern
    subjects: Pattern
