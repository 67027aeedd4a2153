"""Sentences that say something only with the one before them, such as the votes of a decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from quoth.summarize.candidates import Candidate
from quoth.summarize.kinds import Kind
from quoth.summarize.tidy import close_sentence, join_sentences
from quoth.text import Language

_NEAR = 3
"""The most sentences that such a sentence stands after the one that it belongs to."""


def join_followers(
    sentences: Sequence[Candidate], kind: Kind, language: Language
) -> list[Candidate]:
    """Return the sentences with each follower joined to the sentence that it belongs to.

    That is the nearest one before which says what the kind needs first.
    """
    follows = kind.follows.get(language.code)
    wants = kind.wants(language)
    if not (follows and wants):
        return list(sentences)
    joined: list[Candidate] = []
    decision: int | None = None
    for sentence in sentences:
        if follows.search(sentence.text):
            if decision is not None and len(joined) - decision <= _NEAR:
                before = joined[decision]
                texts = [close_sentence(before.text, language), sentence.text]
                joined[decision] = replace(before, text=join_sentences(texts, language))
                decision = None
            continue
        if wants[0].search(sentence.text):
            decision = len(joined)
        joined.append(sentence)
    return joined
