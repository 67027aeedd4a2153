"""From the sentence that answers best to the excerpt that is shown: with what belongs to it.

A colon or a heading brings what it introduces, an item its list, a row those beside it that answer
as well, a pronoun the sentence before it, and a sentence the next one where that answers nearly as
well. An excerpt is one piece of a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from quoth.answer.features import are_neighbours
from quoth.answer.rows import is_item, is_row
from quoth.answer.sentences import Sentence
from quoth.text import count_words, is_complete
from quoth.types import Chunk

MOST_WORDS = 80
MOST_SENTENCES = 3
_BEHIND = 4.0
"""The distance in score from the best sentence up to which the next one is shown with it."""
_ROWS_BEHIND = 1.0
"""The distance in score up to which a row is shown beside the best one."""
_HEADING_WORDS = 14
_COLONS = (":", "：")
_INTRODUCE = (*_COLONS, "?", "？", "؟")
"""The ends of a text that introduces what follows: also a question, which its answer follows."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Consecutive sentences of a chunk; `best` is the one that answers best."""

    best: Sentence
    start: int
    end: int

    @classmethod
    def of(cls, sentence: Sentence) -> Excerpt:
        """Return the excerpt that is one sentence."""
        return cls(sentence, sentence.start, sentence.end)

    def overlaps(self, other: Excerpt) -> bool:
        """Whether two excerpts share text of a page."""
        same_page = (self.chunk.source, self.chunk.page) == (other.chunk.source, other.chunk.page)
        return same_page and self.start < other.end and other.start < self.end

    @property
    def chunk(self) -> Chunk:
        """The chunk that the excerpt is from."""
        return self.best.chunk

    @property
    def text(self) -> str:
        """The excerpt as it stands on its page."""
        return self.chunk.text[self.start - self.chunk.start : self.end - self.chunk.start]


def widen(
    sentences: Sequence[Sentence], scores: Sequence[float], index: int, *, all_rows: bool = False
) -> Excerpt:
    """Return the excerpt around the sentence at an index.

    `sentences` are in the order of their chunks, each with its score (log-odds). A row brings those
    beside it that answer as well, or with `all_rows` as many as there is room for.
    """
    span = _Span(sentences, index, index)
    if is_row(sentences[index].text):
        span = _with_rows(span, [0.0] * len(scores) if all_rows else scores, index)
    elif introduces(sentences, index):
        span = _forward(span)
    elif _belongs(sentences, index):
        span = _whole_block(span)
    else:
        span = _with_neighbours(span, scores, index)
    return span.excerpt(index)


def widen_section(sentences: Sequence[Sentence], index: int) -> Excerpt:
    """Return the excerpt from the beginning of the section of a sentence, as far as it has room."""
    span = _Span(sentences, index, index)
    before = None
    while span != before:
        before = span
        span = span.grown(span.first - 1)
    while span != before or before is None:
        before = span
        span = span.grown(span.last + 1)
    return span.excerpt(index)


def surround(excerpt: Excerpt, sentences: Sequence[Sentence]) -> Excerpt:
    """Return an excerpt with what stands around it in its chunk, as far as there is room."""
    inside = [
        index
        for index, sentence in enumerate(sentences)
        if sentence.rank == excerpt.best.rank and excerpt.overlaps(Excerpt.of(sentence))
    ]
    span = _Span(sentences, inside[0], inside[-1])
    before = None
    while span != before:
        before = span
        span = span.grown(span.last + 1).grown(span.first - 1)
    return span.excerpt(sentences.index(excerpt.best))


def introduces(sentences: Sequence[Sentence], index: int) -> bool:
    """Whether what a sentence is about follows it: after a heading, a question or a colon.

    A heading is a short line without a full stop that whole sentences follow.
    """
    text = sentences[index].text
    if text.rstrip().endswith(_INTRODUCE):
        return True
    if is_item(text) or not _is_line(sentences, index) or count_words(text) > _HEADING_WORDS:
        return False
    follows = are_neighbours(sentences, index, index + 1)
    return follows and not is_row(text) and not _belongs(sentences, index + 1)


@dataclass(frozen=True, slots=True)
class _Span:
    """The sentences from the index `first` to `last`, both included."""

    sentences: Sequence[Sentence]
    first: int
    last: int

    @property
    def words(self) -> int:
        return count_words(self.text)

    @property
    def text(self) -> str:
        first, last = self.sentences[self.first], self.sentences[self.last]
        chunk = first.chunk
        return chunk.text[first.start - chunk.start : last.end - chunk.start]

    def grown(self, to: int) -> _Span:
        """Return the span grown to an index; the same one where that is too long, or elsewhere."""
        if not are_neighbours(self.sentences, self.first, to):
            return self
        grown = _Span(self.sentences, min(self.first, to), max(self.last, to))
        return grown if grown.words <= MOST_WORDS else self

    def excerpt(self, best: int) -> Excerpt:
        """Return the span as an excerpt; `best` is the index of the sentence that answers best."""
        first, last = self.sentences[self.first], self.sentences[self.last]
        return Excerpt(self.sentences[best], first.start, last.end)


def _forward(span: _Span) -> _Span:
    """Return the span of a heading or a colon with what follows: its list, or a few sentences."""
    sentences = span.sentences
    for following in _following(span):
        in_list = is_item(sentences[following].text) or _is_line(sentences, following)
        if not in_list and following - span.first >= MOST_SENTENCES:
            break
        if span.grown(following) == span:
            break
        span = span.grown(following)
    return span


def _whole_block(span: _Span) -> _Span:
    """Return the span of an item or a row with its list or table, or as much of it as fits."""
    sentences = span.sentences
    top = span.first
    while are_neighbours(sentences, top, top - 1) and _belongs(sentences, top - 1):
        top -= 1
    if are_neighbours(sentences, top, top - 1) and introduces(sentences, top - 1):
        top -= 1
    span = span.grown(top)
    for following in _following(span):
        if not _belongs(sentences, following) or span.grown(following) == span:
            break
        span = span.grown(following)
    return span


def _with_rows(span: _Span, scores: Sequence[float], index: int) -> _Span:
    """Return the span of a row with the rows beside it that answer as well.

    The names of the columns are no part of it: a place shows them above its rows.
    """
    sentences = span.sentences
    for step in (1, -1):
        other = index + step
        while (
            are_neighbours(sentences, index, other)
            and is_row(sentences[other].text)
            and scores[other] > scores[index] - _ROWS_BEHIND
        ):
            span = span.grown(other)
            other += step
    return span


def _with_neighbours(span: _Span, scores: Sequence[float], index: int) -> _Span:
    """Return the span with what it refers to, and the next sentence if that is nearly as good."""
    if _refers_back(span.sentences[index]):
        span = span.grown(index - 1) if are_neighbours(span.sentences, index, index - 1) else span
    following = index + 1
    if are_neighbours(span.sentences, index, following):
        nearly_as_good = scores[following] > scores[index] - _BEHIND
        span = span.grown(following) if nearly_as_good else span
    return span


def _refers_back(sentence: Sentence) -> bool:
    """Whether a sentence begins with a word for something in the sentence before it."""
    first = sentence.text.split(maxsplit=1)[:1]
    return bool(first and sentence.language.conversations.references.match(first[0]))


def _following(span: _Span) -> Iterator[int]:
    """Yield the indices of the sentences behind a span in its chunk."""
    index = span.last + 1
    while are_neighbours(span.sentences, span.last, index):
        yield index
        index += 1


def _belongs(sentences: Sequence[Sentence], index: int) -> bool:
    """Whether a sentence is an item of a list, or a line that stands for itself."""
    return is_item(sentences[index].text) or _is_line(sentences, index)


def _is_line(sentences: Sequence[Sentence], index: int) -> bool:
    """Whether a sentence is a row, or a line without a full stop beside another one."""
    text = sentences[index].text
    if is_row(text):
        return True
    return not is_complete(text) and not text.rstrip().endswith(_COLONS)
