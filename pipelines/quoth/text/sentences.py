"""The spans of sentences, in any script.

Marks end a sentence by the rules of all scripts; a language says which full stops do not
(abbreviations, ordinal numbers). Thai and Lao have no marks: there a space ends a sentence that is
long enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from quoth.text.full_stops import WINDOW, is_inside
from quoth.text.language import ENGLISH, Language
from quoth.text.scripts import GREEK, IDEOGRAPHS, THAI_AND_LAO, UNSPACED
from quoth.text.spans import strip_span

_MARK = ".!?…‽"
"""Marks that end a sentence when white space and the start of another one follow."""
_FULL_MARK = "。！？｡．؟۔।॥։።፧჻။។៕།༎᠃᠉"
"""Marks that always end a sentence."""
_CLOSING = "\"'”’»)\\]」』）】》›”*_"
_OPENING = "\"'“‘„«»›(\\[「『（【《‹¿¡*_"
"""Signs around a sentence; `*` and `_` emphasize it in Markdown."""
_CLOSED = rf"(?:[{_CLOSING}“‘«‹]|[ \u00a0\u202f][»›])*"
"""Signs between a mark and white space, where those that open a quote in some languages close it
in others; French has a space before them."""
_NOTE = r"(?:\[[^\[\]\n]{1,20}\]|[¹²³⁰⁴-⁹†‡]{1,3})*+"
"""References to notes between a mark and the next sentence: `[12]`, `[i]`, `¹`."""
_NEXT = rf"\s+(?=(?:[{_OPENING}]|(?<=[«‹])[ \u00a0\u202f])*(?P<first>[^\W_]))"

_ITEM = r"(?<=\n)(?=[ \t]*(?:[-*•‣◦▪]|\d{1,3}\))[ \t])|(?<=[:;])\s*\n(?=[ \t]*\d{1,3}\. )"
"""The border before an item of a list."""
# Each pattern begins with a set of characters, which the engine of `re` looks for very fast.
_ASCII_BORDER = re.compile(rf"[.!?:;\n](?:(?<=[.!?])[\"')\]*_]*{_NOTE}{_NEXT}|{_ITEM})")
_BORDER = re.compile(
    rf"[{_MARK}{_FULL_MARK}:;\u037e\n ](?:"
    rf"(?<=[{_FULL_MARK}])[{_FULL_MARK}]*+[{_CLOSING}]*+{_NOTE}(?!と)\s*"  # と: "…", said someone
    rf"|(?<=[{IDEOGRAPHS}][.!?])(?=[{_OPENING}]*[{IDEOGRAPHS}])"
    rf"|(?<=[{GREEK}][;\u037e])\s+"
    rf"|(?<=[{THAI_AND_LAO}ๆฯ] )(?P<space> *)(?=[{THAI_AND_LAO}])"
    rf"|(?<=[{_MARK}]){_CLOSED}{_NOTE}{_NEXT}|{_ITEM})"
)
_PARAGRAPH = re.compile(r"\n\s*\n")
_HEADING = re.compile(r"^#{1,6} [^\n]*\n", re.MULTILINE)
_COMPLETE = re.compile(rf"(?:[{_MARK}{_FULL_MARK}]|(?<=[{GREEK}])[;\u037e]){_CLOSED}\s*$")
_STOP = re.compile(rf"(?<=[{_MARK}]){_CLOSED}\s+|(?<=[{_FULL_MARK}])(?![{_FULL_MARK}])\s*|\n+")
_PAUSE = re.compile(r"[；;，,、：:]\s*|\n\s*|(?<=[\u0e00-\u0eff]) +")
_LONG_WITHOUT_SPACES = 160
"""The characters from which a sentence of a script without spaces is cut at its pauses."""
_SHORTEST_WITHOUT_MARKS = 40
"""The characters from which a space ends a sentence in Thai and Lao."""


def find_sentences(text: str, language: Language = ENGLISH) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence in order, without surrounding white space.

    An empty line ends a sentence too, and a heading of Markdown is a sentence of its own. A very
    long one in a script without spaces, such as a paragraph without full stops, ends at a comma or
    at the end of a line.
    """
    ends = {0, *find_sentence_starts(text, language=language), len(text)}
    ends |= {match.end() for match in _PARAGRAPH.finditer(text)}
    ends |= {border for match in _HEADING.finditer(text) for border in match.span()}
    for begin, end in pairwise(sorted(ends)):
        for piece in _cut_at_pauses(text, begin, end):
            start, stop = strip_span(text, *piece)
            if start < stop:
                yield start, stop


def find_sentence_starts(
    text: str, start: int = 0, end: int | None = None, *, language: Language = ENGLISH
) -> Iterator[int]:
    """Yield the offset of each sentence in `text[start:end]`, except the first one."""
    last = start
    pattern = _ASCII_BORDER if text.isascii() else _BORDER
    for border in pattern.finditer(text, start, len(text) if end is None else end):
        if _is_border(text, last, border, language):
            last = border.end()
            yield last


def is_complete(text: str) -> bool:
    """Whether a text ends with a mark that ends a sentence."""
    return bool(_COMPLETE.search(text))


def find_stops(
    text: str, start: int = 0, *, language: Language = ENGLISH
) -> Iterator[tuple[int, int]]:
    """Yield (end of a sentence or line, start of the next) in a text that is being written.

    Unlike `find_sentences`, this needs no text after the white space that follows a mark.
    """
    last = max(0, start - WINDOW)
    for match in _STOP.finditer(text, start):
        if not is_inside(text, last, match.start(), match.end(), language):
            last = match.end()
            yield match.span()


def _is_border(text: str, begin: int, border: re.Match[str], language: Language) -> bool:
    if border.lastgroup == "first":
        return not border["first"].islower() and not is_inside(
            text, begin, border.start() + 1, border.end(), language
        )
    return border.lastgroup is None or border.end() - begin >= _SHORTEST_WITHOUT_MARKS


def _cut_at_pauses(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the pieces of a sentence: one, unless it is long and has no spaces between words."""
    if end - begin > _LONG_WITHOUT_SPACES and not text.isascii() and _is_unspaced(text[begin:end]):
        cut = begin
        for pause in _PAUSE.finditer(text, begin, end):
            if pause.end() - cut >= _LONG_WITHOUT_SPACES // 2:
                yield cut, pause.end()
                cut = pause.end()
        begin = cut
    yield begin, end


def _is_unspaced(text: str) -> bool:
    return 2 * len(_UNSPACED.findall(text)) > len(text)


_UNSPACED = re.compile(f"[{UNSPACED}]")
