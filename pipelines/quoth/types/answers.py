"""Answers: what is said, what it rests on, and what was near."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from quoth.types.documents import Box, Chunk, Hit
from quoth.types.drawing import Drawn, format_count, glimpse, place_name
from quoth.types.timings import Timings

AnswerKind = Literal["answer", "excerpt", "nearest", "declined", "failed"]
"""The kinds of an `Answer`.

`answer` was written by the model, and at least one of its sentences is supported. `excerpt` is
text of the documents, judged to answer. `nearest` has no text that says it plainly, only places
near it. `declined` found nothing near, or a model that wrote what no page supports. `failed` is a
model that gave no answer: its reply was empty, cut, or all thinking.
"""

Match = Literal["exact", "tolerant", "nearest"]
"""The ways to find a quote on its page.

`exact` compares characters, `tolerant` ignores typesetting. `nearest` is no quote of the model: it
is the text of the page that fits best.
"""

Support = Literal["quoted", "supported", "unsupported"]
"""The ways in which the documents support a sentence of an answer.

A `quoted` sentence is on a cited page. The numbers, names and dates of a `supported` one are in a
cited passage, and nothing there contradicts it as far as words can tell. Neither holds for an
`unsupported` one.
"""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Citation:
    """A place in the documents: the text `quote` of a page, from `start` to `end`.

    `n` is its number as shown, from 1. `document` is the title, else the name of the file.
    `heading` has the headings above the place. `match` is the way in which the quote was found.
    `boxes` are the places of its lines on a page that was recognized (OCR). `also_at` are the other
    sources with the same content. `marks` are the spans of `quote`, from the first character to the
    one after the last, whose words answer the question. `collection` is that of the document, where
    several were asked.

    >>> (place,) = library.ask("How much is the deposit?").citations
    >>> place.page, place.heading, place.verified
    (1, 'Lease of Unit 6 › Money', True)
    """

    n: int = 1
    document: str = ""
    source: str
    page: int
    page_label: str | None = None
    heading: str = ""
    quote: str
    start: int
    end: int
    match: Match
    boxes: tuple[Box, ...] = ()
    also_at: tuple[str, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    collection: str = ""

    @property
    def verified(self) -> bool:
        """Whether the quote was looked up and found on its page."""
        return self.match in ("exact", "tolerant")

    def __repr__(self) -> str:
        where = place_name(self.source, self.page, self.page_label)
        return f"<Citation [{self.n}] {where}, {self.match}: {glimpse(self.quote)}>"


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence of a written answer, its support, and the numbers of its citations."""

    text: str
    support: Support
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRead:
    """What an answer could not take into account, such as 3 of `what` "excerpts", and why."""

    count: int
    what: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer(Drawn):
    """The answer to a question, and its evidence.

    `text` is the answer as shown. For an `excerpt` it is text of the documents, and `phrase` the
    words in it that answer, where that is nearly certain. `sentences` are those of a written
    answer. `nearest` has at most three places near the question, next to those that are cited.
    `not_read` counts what the answer does not take into account. `unsupported_numbers` are in the
    text, but in no cited passage.

    `language` is that of the question, `evidence_language` that of the passages (ISO 639-1); both
    are empty where they are not known. `confidence` is the probability, from 0 to 1, that an
    excerpt answers the question; of a written answer, it is the mean share of the words of its
    supported sentences that their passages have. It is `None` where nobody estimated it.
    `finish_reason` is the way in
    which the model's reply ended: `stop`, `length`, `loop`, or empty without a call. `reason` is a
    sentence that says why an answer `failed`. `from_journal` is true when the reply came from the
    journal; `timings` are then those of the recorded call.

    `thinking` is what a reasoning model wrote before it answered, `excerpts` are the chunks that
    the model read, and `hits` those that the search found.

    >>> answer = library.ask("How much is the deposit?")
    >>> answer.kind, answer.phrase
    ('excerpt', '4,500 crowns')
    >>> answer.citations[0].quote
    'The deposit is 4,500 crowns. The rent is 1,200 crowns a month.'
    """

    question: str
    kind: AnswerKind
    text: str
    phrase: str | None = None
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    unsupported_numbers: tuple[str, ...] = ()
    language: str = ""
    evidence_language: str = ""
    confidence: float | None = None
    finish_reason: str = ""
    reason: str = ""
    model: str
    timings: Timings = field(default_factory=lambda: Timings(calls=0))
    from_journal: bool = False
    thinking: str = ""
    excerpts: tuple[Chunk, ...] = ()
    hits: tuple[Hit, ...] = ()

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        count = len(self.citations)
        places = format_count(count, "citation")
        return f"<Answer {self.kind}, {places}: {glimpse(self.text)}>"
