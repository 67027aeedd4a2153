"""Headings of PDF pages: from the bookmarks, else from font sizes and weights."""

from __future__ import annotations

import re
from collections import Counter

from quoth.load.pdf_page import Line, PageText
from quoth.types import Heading

_LARGER = 1.12
_FULL_PAGE = 15
_MAX_LINES = 3  # more lines in a row are a paragraph in large type
_MOST_WORDS = 30  # of a bookmark, by which it is looked for
_NUMBERED = re.compile(r"\d+(\.\d+)+\.?\s+[^\W\d_]")
_NAMED = re.compile(r"(\w+)\s+[\dIVXLCA-H]+\b", re.I)


def usual_size(pages: list[PageText]) -> float:
    """Return the font size in which most of the text is set, 0.0 if unknown."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page.lines:
            sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def page_headings(
    page: PageText, bookmarks: list[tuple[int, str]], usual: float, has_outline: bool
) -> tuple[Heading, ...]:
    """Return the headings of a page, in order.

    A bookmark is a heading where the page contains its title. In a document without bookmarks, a
    heading is a line in a font larger than `usual`, or a bold line that begins with a number.
    """
    if not has_outline:
        if len(page.lines) >= _FULL_PAGE:  # an exhibit in larger type is not all headings
            usual = max(usual, usual_size([page]))
        return tuple(_by_font(page.lines, usual))
    headings = []
    text = page.text.lower() if bookmarks else ""
    if len(text) != len(page.text):
        text = page.text  # a letter without a small one of its own
    for level, title in bookmarks:
        start = _find(title.lower().split()[:_MOST_WORDS], text)
        if start >= 0:
            headings.append(Heading(start, level, title))
    return tuple(sorted(headings, key=lambda heading: (heading.start, heading.level)))


def _find(words: list[str], text: str) -> int:
    """Return where the words stand in a row, with or without white space between; -1 if nowhere."""
    start = text.find(words[0])
    while start >= 0:
        end = start + len(words[0])
        for word in words[1:]:
            while text[end : end + 1].isspace():
                end += 1
            if not text.startswith(word, end):
                break
            end += len(word)
        else:
            return start
        start = text.find(words[0], start + 1)
    return -1


def _by_font(lines: list[Line], usual: float) -> list[Heading]:
    """Return headings by font. Adjacent lines in one font are one heading, or a paragraph."""
    groups: list[tuple[int, list[Line]]] = []
    for line in lines:
        level = _level(line, usual)
        if not level:
            continue
        if groups and level < 4:
            last_level, group = groups[-1]
            last = group[-1]
            if last_level == level and line.start == last.start + len(last.text) + 1:
                group.append(line)
                continue
        groups.append((level, [line]))
    return [
        Heading(group[0].start, level, " ".join(line.text.strip() for line in group))
        for level, group in groups
        if len(group) <= _MAX_LINES
    ]


def _level(line: Line, usual: float) -> int:
    """Return the heading level of a line, 0 if it is none."""
    if not usual or not line.size or not (line.bold or line.size >= _LARGER * usual):
        return 0
    text = line.text.strip()
    letters = sum(character.isalpha() for character in text[:121])
    if letters < 3 or letters < len(text) // 2 or len(text) > 120 or text.endswith((",", ";")):
        return 0
    if next(filter(str.isalpha, text)).islower():
        return 0
    ratio = line.size / usual
    if ratio >= _LARGER:
        return 1 if ratio >= 1.7 else 2 if ratio >= 1.35 else 3
    return 4 if _is_numbered(text) else 0


def _is_numbered(text: str) -> bool:
    """Return whether a line begins like a heading with a number: `4.2 Pumps`, `Chapter IV`."""
    if _NUMBERED.match(text):
        return True
    named = _NAMED.match(text)
    if named is None:
        return False
    from quoth.text import heading_words

    return named[1].casefold() in heading_words()
