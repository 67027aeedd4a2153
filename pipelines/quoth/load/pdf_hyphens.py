"""Words cut at the end of a page, joined again: each page has whole words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from quoth.load.pdf_edit import Edit, edit_page
from quoth.load.pdf_page import PageText

_CUT = re.compile(r"([^\W\d_]{2,})-$")
_END = re.compile(r"([^\W\d_]+)(\S*)[ \t]*")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_EDGE = 4  # lines from the edge of a page to its running text


def join_pages(pages: Sequence[PageText]) -> list[PageText]:
    """Return the pages; the end of a word that the next page begins with is where the word is."""
    joined = list(pages)
    for index in range(len(joined) - 1):
        joined[index], joined[index + 1] = _join(joined[index], joined[index + 1])
    return joined


def _join(page: PageText, following: PageText) -> tuple[PageText, PageText]:
    common = {line.text for line in page.lines} & {line.text for line in following.lines}
    last = next((line for line in page.lines[: -_EDGE - 1 : -1] if _CUT.search(line.text)), None)
    first = next((line for line in following.lines[:_EDGE] if line.text not in common), None)
    if last is None or first is None:
        return page, following
    cut, end = _CUT.search(last.text), _END.match(first.text)
    if cut is None or end is None or not end[0][0].islower() or end.end() == len(first.text):
        return page, following
    words = Counter(
        word.casefold() for each in (page, following) for word in _WORD.findall(each.text)
    )
    word = _whole(cut[1], end[1], words) + end[2]
    begins = Edit(last.start + cut.start(), last.start + len(last.text), word)
    ends = Edit(first.start, first.start + end.end())
    return edit_page(page, [begins]), edit_page(following, [ends])


def _whole(first: str, second: str, words: Counter[str]) -> str:
    """Return a word with or without its hyphen, by the other words around."""
    joined, hyphened = f"{first}{second}".casefold(), f"{first}-{second}".casefold()
    known = words[first.casefold()] > 1 and words[second.casefold()] > 1
    is_compound = hyphened in words or (known and joined not in words)
    return f"{first}-{second}" if is_compound else f"{first}{second}"
