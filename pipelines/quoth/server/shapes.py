"""The bodies of native requests and answers, as models that validate and describe themselves."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from quoth.server.names import CollectionName, ConversationId, FileId
from quoth.views import AnswerFields, Body, PlaceBody


def _read_whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


_WHOLE = BeforeValidator(_read_whole)
"""Takes an integer as JSON Schema has it: `50.0` is one."""


class Asked(BaseModel):
    """The body of a request; an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Query(BaseModel):
    """The query of an address; an unknown name is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ErrorDetail(Body):
    """An error: OpenAI's four keys, and our hint, which `message` has at its end."""

    message: str
    type: str
    param: str | None
    code: str
    hint: str


class ErrorBody(Body):
    """The body of every error."""

    error: ErrorDetail


class CitationBody(PlaceBody):
    """A place in the documents; `url` is its permanent address on this server."""

    file_id: str
    url: str


class AnswerBody(AnswerFields[CitationBody]):
    """An answer with its places: the one shape that every front shows."""

    id: str
    collection: str
    conversation: str


class HitBody(Body):
    """A passage that a search found."""

    file_id: str
    url: str
    source: str
    title: str
    page: int
    page_label: str | None
    start: int
    end: int
    headings: list[str]
    language: str
    also_at: list[str]
    score: float
    dense_score: float | None
    keyword_score: float | None
    text: str


class ScopeAsked(Asked):
    """The part of a collection that is searched; a field without a value restricts nothing.

    `documents` are patterns of paths, `tags` pairs of a key and a value.
    """

    documents: tuple[str, ...] = Field((), max_length=32)
    formats: tuple[str, ...] = Field((), max_length=32)
    pages: tuple[Annotated[int, _WHOLE], Annotated[int, _WHOLE]] | None = None
    since: date | None = None
    until: date | None = None
    languages: tuple[str, ...] = Field((), max_length=32)
    tags: tuple[tuple[str, str], ...] = Field((), max_length=32)


class SearchAsked(Asked):
    """A search: a question or words, and the number of passages wanted."""

    question: str = Field(min_length=1, max_length=20_000)
    k: Annotated[int, Field(ge=1, le=200), _WHOLE] | None = None
    scope: ScopeAsked | None = None


class SearchTold(Body):
    """The passages that fit best, best first."""

    hits: list[HitBody]


class AnswerAsked(Asked):
    """A question; with a `conversation` it may refer to what was said before."""

    question: str = Field(min_length=1)
    conversation: ConversationId | None = None


class CollectionAsked(Asked):
    """A new collection."""

    name: CollectionName


class CollectionBody(Body):
    """A collection; `embedder` is empty before the first document.

    `problem` says why a collection cannot be opened; then nothing else is known of it.
    """

    name: str
    documents: int = 0
    pages: int = 0
    chunks: int = 0
    embedder: str = ""
    languages: dict[str, int] = Field(default_factory=dict)
    problem: str = ""


class CollectionList(Body):
    """The collections that are served."""

    collections: list[CollectionBody]


class DocumentBody(Body):
    """A document; `unreadable` are its pages without text, `unchanged` is told of its file."""

    id: str
    name: str
    source: str
    title: str
    format: str
    bytes: int
    pages: int
    chunks: int
    unreadable: list[int]
    unread: dict[str, int]
    language: str
    unchanged: bool


class DocumentList(Body):
    """Some documents by name, of `total`; `next` is the cursor of the following ones, or `null`."""

    documents: list[DocumentBody]
    total: int
    next: str | None


class HeadingBody(Body):
    """A heading on a page."""

    start: int
    level: int
    title: str


class PageBody(Body):
    """The text of a page; `drawn` says whether there is a picture of it."""

    id: str
    number: int
    label: str | None
    pages: int
    text: str
    headings: list[HeadingBody]
    drawn: bool
    url: str


class BoxList(Body):
    """The places of a span of text on the picture of its page."""

    boxes: list[list[float]]
    found: bool
    unchanged: bool


class WordBody(Body):
    """A printed word, and its place on the page."""

    text: str
    box: list[float]


class WordList(Body):
    """The text layer of a page."""

    words: list[WordBody]


class UploadBody(Body):
    """A file that was uploaded, and the job that ingests it, if it does."""

    id: str
    name: str
    bytes: int
    sha256: str
    job: str | None


class CiteAsked(Asked):
    """A text that somebody else wrote, to be checked against a collection."""

    collection: CollectionName
    question: str = Field("", max_length=20_000)
    text: str = Field(min_length=1, max_length=200_000)
    documents: tuple[FileId, ...] = Field((), max_length=64)


class CiteTold(Body):
    """What was found of a text, and the numbers of it that no cited passage has."""

    citations: list[CitationBody]
    unsupported_numbers: list[str]


class JobAsked(Asked):
    """A job. `documents` are those to summarize, all when empty; `roots` are folders by name.

    With a `json_schema`, an object of it is filled from each summary.
    """

    kind: Literal["ingest", "summarize", "verify", "reembed", "rebuild"]
    collection: CollectionName
    roots: tuple[str, ...] = Field((), max_length=32)
    retry: bool = False
    documents: tuple[FileId, ...] = Field((), max_length=10_000)
    query: str = Field("", max_length=2000)
    length: str = Field("", max_length=20)
    json_schema: dict[str, Any] | None = None


class OperationBody(Body):
    """An answer or a job, what was asked, and how far it is. Times are in seconds since 1970."""

    id: str
    kind: str
    asked: str
    collection: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    place: int
    created: float
    started: float | None
    ended: float | None
    attempt: int
    result: Any
    error: ErrorDetail | None


class OperationList(Body):
    """Operations, newest first."""

    operations: list[OperationBody]


class ConversationAsked(Asked):
    """A new conversation about a collection."""

    collection: CollectionName


class TurnBody(Body):
    """A question of a conversation, and the operation that answers it."""

    id: str
    question: str
    state: str


class ConversationNamed(Asked):
    """The name of a conversation."""

    name: str = Field(max_length=200)


class ConversationBody(Body):
    """A conversation; its answers have their citations.

    `name` is its first question until it has another one. `turns` are its questions in order, with
    the answers and those that are not finished or failed.
    """

    id: str
    collection: str
    created: float
    name: str
    turns: list[TurnBody]
    answers: list[AnswerBody]


class ConversationList(Body):
    """Conversations, newest first, without their answers."""

    conversations: list[ConversationBody]


class PromptBody(Body):
    """A prompt as a model saw it."""

    name: str
    text: str


class StatusBody(Body):
    """How the server is doing: the queue, what is at work, and what was kept from the network."""

    version: str
    collections: list[str]
    waiting: int
    working: int
    jobs: int
    loopback_only: bool
    refused: list[str]


class HealthBody(Body):
    """That the server is there."""

    status: Literal["ok"]


class SessionAsked(Asked):
    """The code of the address that `quoth serve` printed; it works once."""

    code: str = Field(max_length=200)
