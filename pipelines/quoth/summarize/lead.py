"""The lead of a document: the first section with whole sentences, which often sums it up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from quoth.summarize.candidates import Candidate
from quoth.text import count_words
from quoth.types import Document, Page

_FEWEST = 3
"""The fewest sentences of a lead; a cover page has fewer."""
_LONGEST = 600
"""The most words of a lead; a longer section is a chapter."""
_MOST = 0.5
"""The largest share of all sentences that a lead has."""
_HEADING = re.compile(
    r"(?:^|\n)[ \t]*\n((?:#{1,6} [^\n]+|[^\W\d_a-z][^\n.!?:;。！？：；]{2,60}))\n[ \t]*\n(?=\S)"
)
"""A line with the mark of a heading, or a short one without an end, between empty lines."""


def count_lead(document: Document, sentences: Sequence[Candidate]) -> int:
    """Return how many of a document's sentences, from its first one, its lead takes up.

    The sentences before it belong to it. It is 0 for a document without sections, and when the
    first section is no lead.
    """
    index = {id(page): number for number, page in enumerate(document.pages)}
    places = [(index[id(sentence.page)], sentence.start) for sentence in sentences]
    starts = [
        (number, start)
        for number, page in enumerate(document.pages)
        for start in _find_headings(page)
    ]
    for begin, end in pairwise([(0, 0), *starts]):
        inside = [n for n, place in enumerate(places) if begin <= place < end]
        if len(inside) < _FEWEST:
            continue
        words = sum(count_words(sentences[n].text) for n in inside)
        is_lead = words <= _LONGEST and inside[-1] + 1 <= _MOST * len(sentences)
        return inside[-1] + 1 if is_lead else 0
    return 0


def _find_headings(page: Page) -> Iterator[int]:
    """Yield where the headings of a page begin, in order."""
    shown = (match.start(1) for match in _HEADING.finditer(page.text))
    yield from sorted({*(heading.start for heading in page.headings), *shown})
