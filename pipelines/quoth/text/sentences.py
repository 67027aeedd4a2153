"""The spans of sentences, in any script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from quoth.text.language import ENGLISH, Language
from quoth.text.spans import strip_span

_MARK = ".!?…‽"
"""Marks that end a sentence when white space and the start of another one follow."""
_FULL_MARK = "。！？｡؟۔।॥։።፧။។"
"""Marks that always end a sentence."""
_CLOSING = "\"'”’»)\\]」』）】》"
_OPENING = "\"'“‘„«(\\[「『（【《¿¡"

_BORDER = re.compile(
    rf"[{_FULL_MARK}]+[{_CLOSING}]*\s*|(?<=[{_MARK}])[{_CLOSING}]*\s+(?=[{_OPENING}]*([^\W_]))"
)
_PARAGRAPH = re.compile(r"\n\s*\n")
_COMPLETE = re.compile(rf"[{_MARK}{_FULL_MARK}][{_CLOSING}]*\s*$")
_STOP = re.compile(rf"(?<=[.!?])\s+|(?<=[{_FULL_MARK}])(?![{_FULL_MARK}])\s*|\n+")
_LAST_WORD = re.compile(r"[\w.]*\w$")
_LONGEST_WORD = 30
_ROMAN = frozenset("IVX")


def find_sentences(text: str, language: Language = ENGLISH) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence in order, without surrounding white space.

    An empty line ends a sentence too.
    """
    ends = [*find_sentence_starts(text, language=language), len(text)]
    ends += [match.end() for match in _PARAGRAPH.finditer(text)]
    begin = 0
    for end in sorted(ends):
        start, stop = strip_span(text, begin, end)
        if start < stop:
            yield start, stop
        begin = end


def find_sentence_starts(
    text: str, start: int = 0, end: int | None = None, *, language: Language = ENGLISH
) -> Iterator[int]:
    """Yield the offset of each sentence in `text[start:end]`, except the first one."""
    for border in _BORDER.finditer(text, start, len(text) if end is None else end):
        first = border.group(1)
        if first is None or (
            not first.islower() and not _is_inside(text, border.start(), language)
        ):
            yield border.end()


def is_complete(text: str) -> bool:
    """Whether a text ends with a mark that ends a sentence."""
    return bool(_COMPLETE.search(text))


def find_stops(text: str, start: int = 0) -> Iterator[tuple[int, int]]:
    """Yield (end of a sentence or line, start of the next) in a text that is being written.

    Unlike `find_sentences`, this needs no text after the white space that follows a mark.
    """
    for match in _STOP.finditer(text, start):
        yield match.span()


def _is_inside(text: str, end: int, language: Language) -> bool:
    """Whether the mark before `end` is the full stop of an abbreviation or an initial."""
    word = _LAST_WORD.search(text, max(0, end - _LONGEST_WORD), end - 1)
    if text[end - 1] != "." or word is None:
        return False
    if word.group() in language.sentences.abbreviations:
        return True
    letter = word.group()
    if len(letter) > 1 or not letter.isupper() or letter in _ROMAN:
        return False
    before = text[max(0, word.start() - _LONGEST_WORD) : word.start()].split()[-1:]
    # "John F. Kennedy" and "He left. J. Smith stayed", but not "plan B. Then".
    return not before or before[0][0].isupper() or before[0][-1] in _MARK
