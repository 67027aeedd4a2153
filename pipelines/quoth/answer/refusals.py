"""Sentences by which a model declines, in any of their shapes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from quoth.text import ENGLISH, Language, detect_language, split_words
from quoth.text import language as language_of_code

_SIGNS = " \t*_\"'.。!！“”„«»「」"
_FEWEST_WORDS = 3
_COMMA = re.compile(r"[,，、]\s*")


class Refusals:
    """The refusals of a prompt, and those of the languages that a model may answer in."""

    def __init__(self, requested: Sequence[str], language: Language) -> None:
        self._requested = tuple(refusal.strip(_SIGNS).casefold() for refusal in requested)
        self._language = language

    def match(self, sentence: str) -> bool:
        """Return whether a sentence says that the documents do not hold the answer."""
        bare = sentence.strip(_SIGNS)
        if self._requested and bare.casefold().startswith(self._requested):
            return True
        return any(
            rules.replies.refusals.match(bare) or rules.replies.denials.search(bare)
            for rules in self._languages(bare)
        )

    def find_statement(self, sentence: str) -> str:
        """Return what a sentence states beside what it finds missing; empty without either.

        "The lease names the rent, but not the deposit" states what it names.
        """
        for rules in self._languages(sentence):
            for contrast in rules.replies.contrasts.finditer(sentence):
                parts = [sentence[: contrast.start()], sentence[contrast.end() :]]
                if not parts[0].strip():  # "While the lease says nothing of …, it says …"
                    parts = _COMMA.split(parts[1], maxsplit=1)
                for part, other in (parts, parts[::-1]) if len(parts) == 2 else ():
                    is_missing = self.match(other) or (
                        rules.claims.negations.search(other) and rules.replies.evidence.search(part)
                    )
                    if is_missing and self._states(part):
                        return part.strip()
        return ""

    def _states(self, part: str) -> bool:
        return len(split_words(part)) >= _FEWEST_WORDS and not self.match(part)

    def _languages(self, sentence: str) -> list[Language]:
        spoken = detect_language(sentence, likely=(self._language.code,))
        return list(dict.fromkeys((self._language, ENGLISH, language_of_code(spoken))))
