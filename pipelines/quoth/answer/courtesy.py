"""What is said in a conversation without asking anything: thanks, greetings, agreement."""

from __future__ import annotations

from quoth.text import ENGLISH, language, languages

_LONGEST = 60  # characters


def find_courtesy(said: str) -> str:
    """Return the reply to a turn that asks nothing, in its language; empty for any other turn."""
    said = said.strip()
    if not said or len(said) > _LONGEST:
        return ""
    for code in dict.fromkeys((ENGLISH.code, *languages())):
        rules = language(code).conversations
        if rules.courtesy and rules.courtesies.fullmatch(said):
            return rules.courtesy
    return ""
