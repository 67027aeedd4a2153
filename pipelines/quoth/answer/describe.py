"""What a document is about, by its own words: its name, its headings, and how it begins."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import dropwhile, islice, pairwise

from quoth.answer.places import cite_span
from quoth.answer.sentences import Sentence, sentences_of
from quoth.text import ENGLISH, CollectionRules, language, split_words
from quoth.types import Chunk, Citation, Document, Page

_MOST_HEADINGS = 12
_MOST_PLACES = 2
"""The sections whose first sentences are shown: what stands first, and the section after it."""
_MOST_WORDS = 40
"""The words of the first sentences of a section."""
_LEAST_WORDS = 8
_FULL_STOP = re.compile(r"[.!?。！？؟।][\"”’»」』)]*$")
_NO_PROSE = re.compile(r"(?:\. ?){4}| \| |\n\W{0,2}\d\.$")
"""Dots that lead to a page, cells of a table, the number of the next line."""


def describe(document: Document, name: str, rules: CollectionRules) -> tuple[str, list[Citation]]:
    """Return the name of a document, its headings and its first sentences, with their places."""
    titles = dict.fromkeys(
        " ".join(heading.title.split())
        for page in document.pages
        for heading in page.headings
        if heading.title != document.title
    )
    places = [*islice(_openings(document), _MOST_PLACES)]
    parts = [f"{name}."]
    if titles:
        parts.append(rules.sections.format(headings=", ".join([*titles][:_MOST_HEADINGS])))
    parts += [" ".join(place.quote.split()) for place in places]
    return " ".join(parts), places


def chunk_of(document: Document, page: Page, start: int = 0, end: int | None = None) -> Chunk:
    """Return the characters `start` to `end` of a page as a chunk, with the headings in them."""
    end = len(page.text) if end is None else end
    return Chunk(
        source=document.source,
        title=document.title,
        page=page.number,
        page_label=page.label,
        start=start,
        end=end,
        text=page.text[start:end],
        headings=tuple(each.title for each in page.headings if start <= each.start < end),
        language=document.language,
    )


def _openings(document: Document) -> Iterator[Citation]:
    """Yield the first sentences of each section that has any."""
    spoken = language(document.language or ENGLISH.code)
    for chunk in _sections(document):
        sentences = [*dropwhile(_is_label, sentences_of([chunk], spoken))]
        if sentences:
            end = _end_of_opening(chunk, sentences)
            yield cite_span(chunk, sentences[0].start, end, match="exact")


def _sections(document: Document) -> Iterator[Chunk]:
    """Yield the text between two headings of a page, with the heading before it."""
    for page in document.pages:
        bounds = sorted({0, *(heading.start for heading in page.headings), len(page.text)})
        for start, end in pairwise(bounds):
            yield chunk_of(document, page, start, end)


def _end_of_opening(chunk: Chunk, sentences: Sequence[Sentence]) -> int:
    end, words = sentences[0].end, len(split_words(sentences[0].text))
    for sentence in sentences[1:]:
        words += len(split_words(sentence.text))
        between = chunk.text[end - chunk.start : sentence.start - chunk.start]
        if words > _MOST_WORDS or between.strip() or _is_label(sentence):
            break
        end = sentence.end
    return end


def _is_label(sentence: Sentence) -> bool:
    """Whether a sentence is no prose: a line of a cover, of a list of contents, of a table."""
    text = sentence.text
    short = len(split_words(text)) < _LEAST_WORDS
    return short or not _FULL_STOP.search(text) or bool(_NO_PROSE.search(text))
