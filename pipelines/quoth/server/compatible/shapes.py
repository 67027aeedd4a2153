"""The bodies of OpenAI's requests: what is known is checked, what is not is told as ignored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Asked(BaseModel):
    """The body of a request; an unknown field is no error."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def ignored(self, *known: str) -> list[str]:
        """Return the fields of the request beside the known ones, sorted."""
        return sorted(
            name
            for name in self.model_fields_set - {"model", *known}
            if getattr(self, name) not in (None, [], {}, "")
        )


class StreamOptions(BaseModel):
    """Whether the usage is told at the end of a stream."""

    include_usage: bool = False


class Message(BaseModel):
    """A message of a conversation; its content is text, or parts of which each is text."""

    model_config = ConfigDict(frozen=True, extra="allow")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[dict[str, Any]] | None = None


class ChatAsked(Asked):
    """The body of a chat completion."""

    model: str = Field(max_length=300)
    messages: list[Message]
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    seed: int | None = None
    stop: str | list[str] | None = None
    n: int | None = None
    logprobs: bool | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None
    modalities: list[str] | None = None
    response_format: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    quoth: dict[str, Any] | None = None

    @property
    def stops(self) -> tuple[str, ...]:
        """The texts at which the answer ends."""
        return (self.stop,) if isinstance(self.stop, str) else tuple(self.stop or ())


class EmbeddingsAsked(Asked):
    """The body of a request for vectors."""

    model: str = Field(max_length=300)
    input: str | list[str] | list[int] | list[list[int]]
    encoding_format: Literal["float", "base64"] | None = "float"
    dimensions: int | None = None


class ResponseAsked(Asked):
    """The body of a response."""

    model: str = Field("", max_length=300)
    input: str | list[dict[str, Any]]
    instructions: str | None = None
    stream: bool | None = False
    background: bool | None = False
    store: bool | None = True
    previous_response_id: str | None = None
    max_output_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    tools: list[dict[str, Any]] | None = None
    include: list[str] | None = None
    metadata: dict[str, str] | None = None
    text: dict[str, Any] | None = None


class StoreAsked(Asked):
    """A new vector store, which is a collection."""

    name: str | None = Field(None, max_length=200)
    file_ids: list[str] | None = None


class StoreFileAsked(Asked):
    """A file for a vector store."""

    file_id: str


class StoreBatchAsked(Asked):
    """Several files for a vector store."""

    file_ids: list[str] = Field(min_length=1, max_length=500)


class StoreSearchAsked(Asked):
    """A search in a vector store."""

    query: str | list[str]
    max_num_results: int | None = Field(10, ge=1, le=50)
    filters: dict[str, Any] | None = None
    ranking_options: dict[str, Any] | None = None


def page_of(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return items as OpenAI lists them."""
    data = list(items)
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": False,
    }
