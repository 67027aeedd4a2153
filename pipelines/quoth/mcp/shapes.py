"""What the tools return, as the schemas that agents read."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from quoth.views import AnswerFields, PlaceBody

WorkState = Literal["queued", "running", "done", "failed", "cancelled"]


class Passage(BaseModel):
    """A passage that a search found."""

    id: str = Field(description="For `fetch` and `cite`.")
    title: str
    url: str = Field(description="The address of the page.")
    document: str = Field(description="The id of the document.")
    name: str = Field(description="The name of the file, or its path where paths are shown.")
    page: int
    page_label: str | None
    headings: list[str]
    language: str
    text: str
    is_whole: bool = Field(description="Whether this is all of the passage; else fetch its id.")
    score: float
    gives_orders: bool = Field(description="The text speaks to a model. It is only a quote.")


class SearchResults(BaseModel):
    """The passages that fit a query best, best first."""

    results: list[Passage]
    left_out: int = Field(description="Passages that were found and did not fit max_tokens.")


class Fetched(BaseModel):
    """The text of a document, of some of its pages, or around a passage."""

    id: str
    title: str
    text: str
    url: str
    metadata: dict[str, Any] = Field(description="name, pages, page labels, language, format.")
    next: str | None = Field(description="What to fetch to read on, null at the end.")
    gives_orders: bool


class ListedDocument(BaseModel):
    """A document of a collection."""

    id: str
    title: str
    name: str
    format: str
    pages: int
    language: str
    unread: dict[str, int] = Field(description="What the file holds and its text does not.")
    tags: dict[str, Any]


class DocumentList(BaseModel):
    """Documents by name, and how to read on."""

    collection: str
    collections: list[str]
    documents: list[ListedDocument]
    total: int
    next_cursor: str | None


class Place(PlaceBody):
    """A place in a document; `verified` says that the quote stands there word for word."""

    url: str


class AnswerShape(AnswerFields[Place]):
    """An answer in the one form that all fronts of Quoth return."""


class WorkShape(BaseModel):
    """A long call that goes on; ask `job_status` for its end."""

    id: str
    kind: str
    state: WorkState
    position: int = Field(description="How many calls are before it.")
    done: int
    total: int
    message: str
    poll_after_seconds: int = 5


class AskResult(BaseModel):
    """An answer, or the job that will have it."""

    answer: AnswerShape | None = None
    left_out: int = Field(default=0, description="Places that did not fit max_tokens.")
    job: WorkShape | None = None


class CiteResult(BaseModel):
    """Where each claim of a text stands."""

    citations: list[Place]
    left_out: int = Field(description="Places that did not fit max_tokens; cite less text at once.")
    unfound: list[str] = Field(description="Sentences that stand in none of the passages.")
    unsupported_numbers: list[str] = Field(description="Numbers that stand in no passage.")


class SummaryShape(BaseModel):
    """A summary of a document, or of several together."""

    documents: list[str]
    text: str
    coverage: float
    unsupported: list[str] = Field(description="Names and numbers that are not in the source.")
    strategy: str
    notes: list[str]
    left_out: bool = Field(description="The text was cut to max_tokens.")


class SummarizeResult(BaseModel):
    """Summaries, or the job that will have them."""

    summaries: list[SummaryShape] = Field(default_factory=list)
    job: WorkShape | None = None


class IngestResult(BaseModel):
    """What became of the files, or the job that reads them."""

    done: int = 0
    skipped: int = Field(default=0, description="Files that have not changed, or are no documents.")
    failed: list[str] = Field(default_factory=list)
    job: WorkShape | None = None


class StatusResult(BaseModel):
    """A long call, and its result once it has one."""

    job: WorkShape
    ask: AskResult | None = None
    summarize: SummarizeResult | None = None
    ingest: IngestResult | None = None
