"""What a model wrote → sentences: without headings, preambles, repetitions and torn endings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from quoth.text import count_words, is_complete, words_of
from quoth.text import sentences as sentence_spans

_HEADING = re.compile(r"^\s*#{1,6}\s.*$|^\s*\**[^.!?\n]{1,60}:\**\s*$", re.MULTILINE)
_MARKER = re.compile(r"^\s*(?:[-*•]+|\d{1,2}[.)]|\(\d{1,2}\))\s+", re.MULTILINE)
_MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.!?])[*_](?!\w)|`+")
_PREAMBLE = re.compile(
    r"^\W*(?:here (?:is|are)|sure|certainly|below is|the following is)\b[^.!?\n]{0,120}:\s*"
    r"|^\W*(?:concise |short |brief )?summary(?: of the (?:following )?text)?\s*:\s*",
    re.IGNORECASE,
)
_SECTION = re.compile(r"^\d+(?:\.\d+)+\.?\s+(?=[A-ZÀ-Þ])")
_NUMBERING = re.compile(r"^\d+(?:\.\d+)*\.?$")
_ABOUT = re.compile(
    r"^(?:the|this) (?:text|passage|document|summary|article|excerpt|section|main idea)\b",
    re.IGNORECASE,
)
_ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class TidyAnswer:
    """The sentences of an answer that stay, in order, and those that were left out."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the sentences that stay as one text."""
        return " ".join(self.kept)


def tidy(answer: str, *, doubtful: Callable[[str], bool], torn: bool) -> TidyAnswer:
    """Return an answer as sentences.

    As long as others stay, these are left out: fragments, sentences that speak of "the text", and
    `doubtful` ones. `torn` tells that the answer was ended by its limit: its last sentence then
    goes as well, if it is not whole and not the only one. Every sentence ends with a mark. An
    answer without any sentence, such as numbering alone, is left out as a whole.
    """
    pieces = _sentences(answer)
    if not pieces and answer.strip():
        return TidyAnswer((), (answer.strip(),))
    dropped: list[str] = []
    if torn and len(pieces) > 1 and not is_complete(pieces[-1]):
        dropped.append(pieces.pop())
    kept = drop_repetitions(pieces, dropped.append)
    tests: tuple[Callable[[str], bool], ...] = (
        _whole,
        lambda piece: not _ABOUT.match(piece),
        lambda piece: not doubtful(piece),
    )
    for sound in tests:
        better = [piece for piece in kept if sound(piece)]
        if better:
            dropped += [piece for piece in kept if piece not in better]
            kept = better
    mark = " …" if torn else "."
    ended = (piece if is_complete(piece) else piece.rstrip(" ,;:") + mark for piece in kept)
    return TidyAnswer(tuple(ended), tuple(dropped))


def drop_repetitions(
    pieces: Iterable[str], drop: Callable[[str], object] = lambda _: None
) -> list[str]:
    """Return the sentences without those that say again what an earlier one said."""
    kept: list[str] = []
    seen: list[set[str]] = []
    for piece in pieces:
        words = set(words_of(piece))
        if words and any(_alike(words, other) for other in seen):
            drop(piece)
            continue
        kept.append(piece)
        seen.append(words)
    return kept


def take_words(pieces: Sequence[str], words: int) -> list[str]:
    """Return the first sentences that hold about so many words together; at least one."""
    kept: list[str] = []
    held = 0
    for piece in pieces:
        size = count_words(piece)
        if kept and held + size > words * 1.15:
            break
        kept.append(piece)
        held += size
    return kept


def _whole(piece: str) -> bool:
    return is_complete(piece) and len(words_of(piece)) > 3


def _alike(words: set[str], other: set[str]) -> bool:
    shared = len(words & other)
    return shared >= _ALIKE * len(words | other)


def _sentences(answer: str) -> list[str]:
    text = _PREAMBLE.sub("", answer.strip())
    without = _HEADING.sub("", text)
    text = without if without.strip() else text.replace("#", "")
    text = _MARKUP.sub("", _MARKER.sub("", text))
    pieces: list[str] = []
    for line in re.split(r"\n+", text):
        line = _SECTION.sub("", line.strip())
        pieces += [" ".join(line[start:end].split()) for start, end in sentence_spans(line)]
    return [piece for piece in pieces if words_of(piece) and not _NUMBERING.match(piece)]
