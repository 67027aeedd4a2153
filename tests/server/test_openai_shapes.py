"""What is answered has the shape that OpenAI publishes: the types of its official client, strictly.

The client itself builds its values without a check; here every field must be of its type. Beside
the published fields only `quoth` and `event` may stand, `hint` in an error, and `store` in a
response, which the types lack though requests have it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from openai.types import (
    CreateEmbeddingResponse,
    FileDeleted,
    FileObject,
    Model,
    VectorStore,
    VectorStoreDeleted,
    VectorStoreSearchResponse,
)
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from openai.types.shared import ErrorObject
from openai.types.vector_stores import VectorStoreFile, VectorStoreFileBatch
from pydantic import BaseModel, TypeAdapter
from served import Served, events_of

QUESTION = "When does the heron gate open?"
COLLECTION, BARE = "quoth/gate", "scripted:test"
OURS = {"quoth", "event", "hint", "store"}


def check(kind: Any, value: Any) -> Any:
    """Validate a value strictly; return it as the type of the client."""
    found = TypeAdapter(kind).validate_json(json.dumps(value), strict=True)
    assert set(_beyond(found)) <= OURS, sorted(set(_beyond(found)) - OURS)
    return found


def _beyond(value: Any) -> Iterator[str]:
    """Yield the fields that the client's types do not have."""
    if isinstance(value, BaseModel):
        yield from value.model_extra or {}
        for name in type(value).model_fields:
            yield from _beyond(getattr(value, name))
    elif isinstance(value, list):
        for each in value:
            yield from _beyond(each)


@pytest.mark.parametrize("model", [COLLECTION, BARE])
def test_chat_completions(gate: Served, model: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": QUESTION}]}
    whole = check(ChatCompletion, gate.post("/v1/chat/completions", body).json())
    assert whole.choices[0].message.content
    streamed = {**body, "stream": True, "stream_options": {"include_usage": True}}
    text = gate.post("/v1/chat/completions", streamed).text
    assert text.endswith("data: [DONE]\n\n")
    chunks = [
        check(ChatCompletionChunk, _without_annotations(data))
        for _, _, data in events_of(text.replace("data: [DONE]\n\n", ""))
    ]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[-1].usage is not None


def _without_annotations(chunk: dict[str, Any]) -> dict[str, Any]:
    """Leave out the annotations of a delta, which are checked in the whole completion."""
    for choice in chunk["choices"]:
        choice["delta"].pop("annotations", None)
    return chunk


@pytest.mark.parametrize("model", [COLLECTION, BARE])
def test_responses_and_their_events(gate: Served, model: str) -> None:
    body = {"model": model, "input": QUESTION}
    whole = check(Response, gate.post("/v1/responses", body).json())
    assert whole.output_text
    check(Response, gate.get(f"/v1/responses/{whole.id}").json())
    text = gate.post("/v1/responses", {**body, "stream": True}).text
    events = [check(ResponseStreamEvent, data) for _, _, data in events_of(text)]
    assert events[-1].type == "response.completed"
    numbers = [event.sequence_number for event in events]
    assert numbers == sorted(set(numbers))


def test_a_response_with_a_file_search(gate: Served) -> None:
    body = {
        "model": BARE,
        "input": QUESTION,
        "tools": [{"type": "file_search", "vector_store_ids": ["gate"]}],
        "include": ["file_search_call.results"],
    }
    whole = check(Response, gate.post("/v1/responses", body).json())
    assert [item.type for item in whole.output] == ["file_search_call", "message"]
    text = gate.post("/v1/responses", {**body, "stream": True}).text
    for _, _, data in events_of(text):
        check(ResponseStreamEvent, data)


def test_a_response_in_the_background(gate: Served) -> None:
    body = {"model": COLLECTION, "input": QUESTION, "background": True}
    begun = check(Response, gate.post("/v1/responses", body).json())
    assert begun.status in ("queued", "in_progress", "completed")
    check(Response, gate.post(f"/v1/responses/{begun.id}/cancel").json())


def test_models_and_vectors(gate: Served) -> None:
    for model in gate.get("/v1/models").json()["data"]:
        check(Model, model)
    for format in ("float", "base64"):
        body = {"model": "embedded", "input": ["a heron"], "encoding_format": format}
        answer = gate.post("/v1/embeddings", body).json()
        if format == "base64":  # the published type has the vector as numbers, always
            assert isinstance(answer["data"][0]["embedding"], str)
        else:
            check(CreateEmbeddingResponse, answer)


def test_files_and_vector_stores(gate: Served) -> None:
    name = ("key.txt", b"The winter key hangs behind the blue door.\n")
    sent = gate.client.post("/v1/files", files={"file": name}, data={"purpose": "assistants"})
    file = check(FileObject, sent.json())
    check(FileObject, gate.get(f"/v1/files/{file.id}").json())
    store = check(VectorStore, gate.post("/v1/vector_stores", {"name": "winter"}).json())
    path = f"/v1/vector_stores/{store.id}"
    check(VectorStoreFile, gate.post(f"{path}/files", {"file_id": file.id}).json())
    batch = gate.post(f"{path}/file_batches", {"file_ids": [file.id]}).json()
    check(VectorStoreFileBatch, batch)
    for each in gate.get(f"{path}/files").json()["data"]:
        check(VectorStoreFile, each)
    found = gate.post(f"/v1/vector_stores/{'gate'}/search", {"query": QUESTION}).json()
    assert found["data"]
    for hit in found["data"]:
        check(VectorStoreSearchResponse, hit)
    check(VectorStore, gate.get(path).json())
    check(VectorStoreDeleted, gate.client.delete(path).json())
    check(FileDeleted, gate.client.delete(f"/v1/files/{file.id}").json())


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/chat/completions", {"model": "gpt-4", "messages": []}, 404),
        ("POST", "/v1/chat/completions", {"model": COLLECTION, "messages": []}, 400),
        ("POST", "/v1/responses", {"model": COLLECTION, "input": []}, 400),
        ("GET", "/v1/responses/resp_" + "0" * 24, None, 404),
        ("GET", "/v1/files/file-" + "0" * 24, None, 404),
        ("PATCH", "/v1/models", None, 405),
        ("GET", "/v1/nowhere", None, 404),
    ],
)
def test_errors(gate: Served, method: str, path: str, body: Any, status: int) -> None:
    answer = gate.client.request(method, path, json=body)
    assert answer.status_code == status
    assert set(answer.json()) == {"error"}
    check(ErrorObject, answer.json()["error"])
