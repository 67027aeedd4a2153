"""The section `conversations` of a language: references to earlier turns."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import NEVER, STRICT, SUBJECTS, Pattern


@dataclass(frozen=True, slots=True, config=STRICT)
class ConversationRules:
    """References to earlier turns of a conversation, and what is said without asking.

    `references` matches words that refer to an earlier turn, and questions too short to be asked
    alone. `corrections` matches the start of a turn that corrects the question before it ("No, I
    meant"). `subjects` matches the subject of a question: its names and numbers, with the small
    words in them, or in a script without capital letters the noun that it is about. `courtesies`
    matches a turn that asks nothing, such as thanks, whole; `courtesy` is what is said to it.
    """

    references: Pattern = NEVER
    corrections: Pattern = NEVER
    subjects: Pattern = SUBJECTS
    courtesies: Pattern = NEVER
    courtesy: str = ""
