"""An answer and its places as models that validate and describe themselves, for servers.

They have the fields of `answer_json` and `citation_json`; a server adds its own ids and addresses.
"""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from quoth.types import AnswerKind, Match, Support


class Body(BaseModel):
    """A value that a server tells; it cannot change, and has no field beyond its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BoxBody(Body):
    """A place on a page; edges are shares of its width and height, from the upper left corner."""

    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


class PlaceBody(Body):
    """A place in the documents; `verified` says that the quote stands there word for word."""

    n: int
    document: str
    source: str
    page: int
    page_label: str | None
    heading: str
    quote: str
    start: int
    end: int
    match: Match
    verified: bool
    boxes: list[BoxBody]
    marks: list[list[int]]


class SentenceBody(Body):
    """A sentence of a written answer."""

    text: str
    support: Support
    citations: list[int]


class NotReadBody(Body):
    """What an answer does not take into account."""

    count: int
    what: str
    reason: str


Place = TypeVar("Place", bound=PlaceBody)


class AnswerFields(Body, Generic[Place]):
    """An answer with its places: the one shape that every front shows."""

    question: str
    kind: AnswerKind
    text: str
    phrase: str | None
    sentences: list[SentenceBody]
    citations: list[Place]
    nearest: list[Place]
    not_read: list[NotReadBody]
    unsupported_numbers: list[str]
    language: str
    evidence_language: str
    confidence: float | None
    finish_reason: str
    reason: str
    model: str
    timings: dict[str, Any]
    from_journal: bool
