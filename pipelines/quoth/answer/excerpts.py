"""Excerpts: chunks as a model reads them, in an order that reuses its prompt cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from quoth.retrieve import Question
from quoth.types import Chunk

BEST = 3
"""The number of best hits that decide whether a follow-up keeps the excerpts shown before."""


def fence_excerpt(number: int, chunk: Chunk) -> str:
    """Return a chunk between two fences that its own text cannot close."""
    page = f"{chunk.document_title}, page {chunk.page_label or chunk.page}"
    heading = ", ".join((page, *chunk.headings))
    text = chunk.text.replace("</excerpt", "< /excerpt").replace("<excerpt", "< excerpt")
    return f"<excerpt {number}: {' '.join(heading.split())}>\n{text}\n</excerpt {number}>"


def order_excerpts(chunks: Sequence[Chunk], shown: Sequence[Chunk]) -> list[Chunk]:
    """Return the excerpts for a follow-up, from its `chunks`, best first, and those `shown` before.

    When the best chunks were all shown, the excerpts stay the same. Otherwise the first excerpts
    shown stay in front as long as they are among the chunks, and the other chunks follow.
    """
    if shown and all(chunk in shown for chunk in chunks[:BEST]):
        return list(shown)
    first = list(takewhile(lambda chunk: chunk in chunks, shown))
    return first + [chunk for chunk in chunks if chunk not in first]


def order_by_document(question: Question, chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return chunks in the order in which they are read, best first.

    For a question that asks for several things, such as a comparison, the best chunk of each
    document comes before the second one of any.
    """
    if not question.language.questions.several.search(question.text.lower()):
        return list(chunks)
    before: Counter[str] = Counter()
    turns = []
    for chunk in chunks:
        turns.append(before[chunk.source])
        before[chunk.source] += 1
    ranks = range(len(chunks))
    return [chunks[rank] for rank in sorted(ranks, key=lambda rank: (turns[rank], rank))]
