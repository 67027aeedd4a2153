"""A model's answer → sentences, without headings, preambles, repetitions and cut endings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from quoth.text import ENGLISH, Language, count_words, fold_words, is_complete
from quoth.text import find_sentences as sentence_spans

_HEADING = re.compile(r"^\s*#{1,6}\s.*$|^\s*\**[^.!?\n]{1,60}:\**\s*$", re.MULTILINE)
_MARKER = re.compile(r"^\s*(?:[-*•]+|\d{1,2}[.)]|\(\d{1,2}\))\s+", re.MULTILINE)
_MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.!?])[*_](?!\w)|`+")
_SECTION = re.compile(r"^\d+(?:\.\d+)+\.?\s+(?=[A-ZÀ-Þ])")
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*\.?$")
_LOOSE = " ,;:，；：、،"
"""Marks that no sentence ends with."""
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class TidyAnswer:
    """The sentences of an answer that are kept, in order, and those that are dropped.

    `doubted` of those that are dropped may be invented.
    """

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    doubted: int = 0


def tidy(
    answer: str,
    *,
    is_doubtful: Callable[[str], bool],
    cut_off: bool,
    language: Language = ENGLISH,
) -> TidyAnswer:
    """Split an answer into clean sentences.

    Offers of help, apologies and doubtful sentences are dropped in any case, so that an answer may
    have no sentence. Fragments and sentences about "the text" are dropped while others remain.
    `cut_off` is whether the token limit ended the answer: an incomplete last sentence is then
    dropped too, unless it is the only one. Every kept sentence ends with a mark. An answer without
    any sentence, such as numbering alone, is dropped as a whole. `language` is that of the answer.
    """
    rules = language.summaries
    pieces = _split_sentences(answer, language)
    if not pieces and answer.strip():
        return TidyAnswer((), (answer.strip(),))
    dropped: list[str] = []
    if cut_off and len(pieces) > 1 and not is_complete(pieces[-1]):
        dropped.append(pieces.pop())
    said = [piece for piece in pieces if not _is_aside(piece, language)]
    dropped += [piece for piece in pieces if piece not in said]
    kept = drop_repetitions(said, dropped.append)
    tests: tuple[Callable[[str], bool], ...] = (
        _is_whole,
        lambda piece: not rules.about_text.match(piece),
    )
    for passes in tests:
        better = [piece for piece in kept if passes(piece)]
        if better:
            dropped += [piece for piece in kept if piece not in better]
            kept = better
    doubted = [piece for piece in kept if is_doubtful(piece)]
    mark = f"{rules.separator}…" if cut_off else rules.full_stop
    closed = (close_sentence(piece, language, mark=mark) for piece in kept if piece not in doubted)
    return TidyAnswer(tuple(closed), (*dropped, *doubted), len(doubted))


def drop_repetitions(
    pieces: Iterable[str], drop: Callable[[str], object] = lambda _: None
) -> list[str]:
    """Return the sentences that repeat no earlier one; `drop` is called with each of the others."""
    kept: list[str] = []
    words_of_kept: list[set[str]] = []
    for piece in pieces:
        words = set(fold_words(piece))
        if words and any(_are_alike(words, other) for other in words_of_kept):
            drop(piece)
            continue
        kept.append(piece)
        words_of_kept.append(words)
    return kept


def close_sentence(sentence: str, language: Language, *, mark: str = "") -> str:
    """Return a sentence with a mark at its end: `mark`, or the full stop of the language."""
    if is_complete(sentence):
        return sentence
    return sentence.rstrip(_LOOSE) + (mark or language.summaries.full_stop)


def take_words(pieces: Sequence[str], words: int) -> list[str]:
    """Return the first sentences, about `words` words in all, and at least one."""
    kept: list[str] = []
    total = 0
    for piece in pieces:
        size = count_words(piece)
        if kept and total + size > words * 1.15:
            break
        kept.append(piece)
        total += size
    return kept


def join_sentences(sentences: Iterable[str], language: Language) -> str:
    """Return sentences as a text, with the space between them that the language has."""
    return language.summaries.separator.join(sentences)


def _is_aside(piece: str, language: Language) -> bool:
    """Whether a model speaks of itself: it declines, or offers more."""
    return any(
        rules.replies.apologies.match(piece) or rules.replies.offers.match(piece)
        for rules in dict.fromkeys((language, ENGLISH))
    )


def _is_whole(piece: str) -> bool:
    return is_complete(piece) and max(len(fold_words(piece)), count_words(piece)) > 3


def _are_alike(words: set[str], other: set[str]) -> bool:
    shared = len(words & other)
    return shared >= _ALIKE * len(words | other)


def _split_sentences(answer: str, language: Language) -> list[str]:
    text = language.summaries.preamble.sub("", answer.strip())
    without = _HEADING.sub("", text)
    text = without if without.strip() else text.replace("#", "")
    text = _MARKUP.sub("", _MARKER.sub("", text))
    pieces: list[str] = []
    for line in re.split(r"\n+", text):
        line = _SECTION.sub("", line.strip())
        pieces += [
            " ".join(line[start:end].split()) for start, end in sentence_spans(line, language)
        ]
    return [piece for piece in pieces if fold_words(piece) and not _NUMBERING.match(piece)]
