"""The values of a summary: its text, its evidence, the tree of partial summaries, the plan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from quoth.summarize.options import Strategy, SummaryOptions
from quoth.types import Chunk, Drawn, Timings, format_count, glimpse

NodeKind = Literal[
    "map", "collapse", "reduce", "select", "join", "refine", "stuff", "extract", "corpus"
]


@dataclass(frozen=True, slots=True)
class Link:
    """A span that supports a sentence of a summary: characters `start` to `end` of a page.

    `overlap` is the share of the sentence's words, weighted by rarity, that the span holds.
    """

    source: str
    page: int
    page_label: str | None
    start: int
    end: int
    overlap: float


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence of a summary. Without links, no span of the sources resembles it.

    `unsupported` are the names and numbers in it that no source holds.
    """

    text: str
    links: tuple[Link, ...] = ()
    unsupported: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SummaryNode:
    """A node in the tree of partial summaries.

    A `map`, `refine` or `stuff` node has read `chunks`; other nodes combine their `children`.
    `dropped` are the sentences of the model that were left out: repetitions, and sentences with
    numbers or names that the text does not hold; `doubted` counts those that the text does not
    carry. `extracted` is whether none was left, so that sentences of the text take their place.
    `unread` counts the characters of the chunks, except white space, that the model was not shown
    (fillers of a conversation).
    """

    kind: NodeKind
    text: str
    chunks: tuple[Chunk, ...] = ()
    children: tuple[SummaryNode, ...] = ()
    key: str = ""
    cached: bool = False
    timings: Timings = field(default_factory=lambda: Timings(calls=0))
    dropped: tuple[str, ...] = ()
    doubted: int = 0
    extracted: bool = False
    unread: int = 0

    @property
    def silent(self) -> bool:
        """Whether the model wrote nothing, so that sentences of the text take its place."""
        return self.extracted and not self.dropped

    def walk(self) -> Iterator[SummaryNode]:
        """Yield this node and its descendants, each before its children."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)

    def with_children(self, *children: SummaryNode) -> SummaryNode:
        """Return this node with other children."""
        return replace(self, children=children)


@dataclass(frozen=True, slots=True, repr=False)
class Summary(Drawn):
    """A summary, its evidence, and its cost.

    `coverage` is the share of the sources' characters, except white space, that the model has read;
    `unread` has the reasons when it is below 1.0. `timings` covers the calls that were made;
    `cached_calls` counts those that the journal answered. `data` is the object that the model
    filled, if a schema was given. `kinds` are the kinds that the documents of an extract were read
    as.

    >>> (summary,) = library.summarize("contracts/lease.md", length=40)
    >>> summary.strategy, summary.coverage
    ('extract', 1.0)
    >>> summary.sentences[0].links[0].page
    1
    """

    text: str
    sentences: tuple[SummarySentence, ...]
    titles: Mapping[str, str]
    coverage: float
    unread: tuple[str, ...]
    notes: tuple[str, ...]
    strategy: Strategy
    options: SummaryOptions
    model: str
    fingerprint: str
    prompts: tuple[str, ...]
    calls: int
    cached_calls: int
    timings: Timings
    seconds: float
    tree: SummaryNode
    data: Any = None
    kinds: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        read = f"{self.coverage:.0%} of {format_count(len(self.titles), 'document')}"
        return f"<Summary, {read} read: {glimpse(self.text)}>"

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that were summarized, in order."""
        return tuple(self.titles)

    @property
    def is_extract(self) -> bool:
        """Whether every sentence is one of the sources, word for word."""
        return self.strategy == "extract"

    @property
    def unsupported(self) -> tuple[str, ...]:
        """The names and numbers of the summary that no source holds."""
        return tuple(
            dict.fromkeys(item for sentence in self.sentences for item in sentence.unsupported)
        )

    @property
    def tokens_per_second(self) -> float:
        """The tokens read and written per second of wall time; 0.0 without a call."""
        tokens = self.timings.prompt_tokens + self.timings.generated_tokens
        return tokens / self.seconds if self.calls and self.seconds else 0.0


@dataclass(frozen=True, slots=True)
class SummaryPlan:
    """The expected cost of a summary: parts, calls, tokens and seconds.

    `known_calls` of the `calls` are in the journal. `seconds` is estimated from earlier calls of
    this model on this machine, and `None` before the first one.
    """

    documents: int
    parts: int
    calls: int
    known_calls: int
    prompt_tokens: int
    answer_tokens: int
    seconds: float | None = None

    def __add__(self, other: SummaryPlan) -> SummaryPlan:
        seconds = (
            None if self.seconds is None or other.seconds is None else self.seconds + other.seconds
        )
        return SummaryPlan(
            self.documents + other.documents,
            self.parts + other.parts,
            self.calls + other.calls,
            self.known_calls + other.known_calls,
            self.prompt_tokens + other.prompt_tokens,
            self.answer_tokens + other.answer_tokens,
            seconds,
        )
