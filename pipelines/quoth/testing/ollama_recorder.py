"""Records what an Ollama server answers on the routes that Quoth calls, its errors too.

A recording goes with the report of a fault, and shows the difference between two versions:

    python -m quoth.testing.ollama_recorder answers.json --model NAME --embedder NAME

The server reads only the sentences of this file. Two models that do not exist are asked for, none
is deleted. Long lists are cut to their first items, with their length beside them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer

from quoth.system import write_whole

_SHOWN = 12
_USUAL = "http://127.0.0.1:11434"
_MISSING = "none-of-this-name:1b"
_QUESTION = "Name two months of winter."
_LONG = "The ferry leaves the harbour at noon and returns before dark. " * 260
_CHOICES = ["January", "February"]

Body = dict[str, Any] | str | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request to a server. A `body` that is a text is sent as it is."""

    name: str
    method: str
    path: str
    body: Body = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exchange, and the answer: its values of JSON, or its lines where they are no JSON."""

    name: str
    method: str
    path: str
    sent: Body
    status: int
    content_type: str | None
    answer: list[Any]


def record(url: str, exchanges: Sequence[Exchange], *, timeout: float = 300) -> Iterator[Recorded]:
    """Yield the answer of the server at `url` to each request, in order."""
    with httpx2.Client(base_url=url, timeout=timeout, trust_env=False) as client:
        for one in exchanges:
            text = one.body if isinstance(one.body, str) else json.dumps(one.body)
            response = client.request(
                one.method,
                one.path,
                content=None if one.body is None else text,
                headers={"content-type": "application/json"},
            )
            yield Recorded(
                one.name,
                one.method,
                one.path,
                shorten(one.body),
                response.status_code,
                response.headers.get("content-type"),
                _read(response.text),
            )


def shorten(value: Any) -> Any:
    """Return a value with its long lists and texts cut, and their length beside them."""
    if isinstance(value, dict):
        return {key: shorten(item) for key, item in value.items()}
    if isinstance(value, list) and len(value) > _SHOWN:
        return {"first": [shorten(item) for item in value[:_SHOWN]], "length": len(value)}
    if isinstance(value, list):
        return [shorten(item) for item in value]
    if isinstance(value, str) and len(value) > len(_LONG) // 2:
        return {"first": value[:80], "length": len(value)}
    return value


def list_exchanges(model: str, embedder: str) -> list[Exchange]:
    """Return the requests for a language model and an embedder of the server."""
    return [
        *_about_models(model, embedder),
        *_chats(model, embedder),
        *_embeddings(model, embedder),
    ]


def _about_models(model: str, embedder: str) -> Iterator[Exchange]:
    yield Exchange("version", "GET", "/api/version")
    yield Exchange("tags", "GET", "/api/tags")
    yield Exchange("show", "POST", "/api/show", {"model": model})
    for name in (model, embedder):
        yield Exchange(f"show {name}", "POST", "/api/show", {"model": name, "verbose": True})
    yield Exchange("show in capitals", "POST", "/api/show", {"model": model.upper()})
    yield Exchange("show unknown", "POST", "/api/show", {"model": _MISSING})
    yield Exchange("delete unknown", "DELETE", "/api/delete", {"model": _MISSING})
    yield Exchange("pull unknown", "POST", "/api/pull", {"model": _MISSING})
    yield Exchange("no JSON", "POST", "/api/chat", "{")
    yield Exchange("no such route", "GET", "/api/none")
    yield Exchange("wrong method", "GET", "/api/chat")


def _chats(model: str, embedder: str) -> Iterator[Exchange]:
    options = {"num_predict": 8, "temperature": 0, "seed": 0, "num_ctx": 1024}
    messages = [{"role": "user", "content": _QUESTION}]
    chat = {"model": model, "messages": messages, "stream": False, "options": options}
    long = {**chat, "messages": [{"role": "user", "content": _LONG}]}
    kinds: dict[str, dict[str, Any]] = {
        "chat": chat,
        "chat streamed": {**chat, "stream": True},
        "chat too long": long,
        "chat too long, truncate false": {**long, "truncate": False},
        "chat too long, shift false": {**long, "shift": False},
        "chat too long, both false": {**long, "truncate": False, "shift": False, "stream": True},
        "chat by enum": {**chat, "format": {"type": "string", "enum": _CHOICES}},
        "chat by pattern": {**chat, "format": {"type": "string", "pattern": "^(a|b)$"}},
        "chat by a bad schema": {**chat, "format": {"type": "nonsense"}},
        "chat with log-probabilities": {**chat, "logprobs": True, "top_logprobs": 3},
        "chat with stop": {**chat, "options": {**options, "stop": ["\n"]}},
        "chat with thinking": {**chat, "think": True},
        "chat with an unknown model": {**chat, "model": _MISSING},
        "chat with the embedder": {**chat, "model": embedder},
        "load": {"model": model, "stream": False},
    }
    for name, body in kinds.items():
        yield Exchange(name, "POST", "/api/chat", body)
    yield Exchange("ps", "GET", "/api/ps")
    raw = {"model": model, "prompt": _QUESTION, "raw": True, "stream": False, "options": options}
    yield Exchange("generate", "POST", "/api/generate", raw)
    yield Exchange("v1 models", "GET", "/v1/models")
    for name, messages_of in (("v1 chat", chat), ("v1 chat too long", long)):
        body = {"model": model, "messages": messages_of["messages"], "max_tokens": 3}
        yield Exchange(name, "POST", "/v1/chat/completions", body)


def _embeddings(model: str, embedder: str) -> Iterator[Exchange]:
    kinds: dict[str, dict[str, Any]] = {
        "embed": {"model": embedder, "input": ["one", "two"]},
        "embed nothing": {"model": embedder, "input": []},
        "embed an empty text": {"model": embedder, "input": [""]},
        "embed too long": {"model": embedder, "input": [_LONG]},
        "embed too long, truncate false": {"model": embedder, "input": [_LONG], "truncate": False},
        "embed with the language model": {"model": model, "input": ["one"]},
    }
    for name, body in kinds.items():
        yield Exchange(name, "POST", "/api/embed", body)


def _read(text: str) -> list[Any]:
    """Return the values of an answer: one of JSON, one for each line of JSON, or the lines."""
    lines = [line for line in text.splitlines() if line.strip()]
    for parts in ([text] if lines else [], lines):
        try:
            values = [shorten(json.loads(part)) for part in parts]
        except json.JSONDecodeError:
            continue
        if len(values) > 2 * _SHOWN:
            left_out = {"left_out": len(values) - _SHOWN - 3}
            return [*values[:_SHOWN], left_out, *values[-3:]]
        return values
    return lines


def main(
    out: Annotated[Path, typer.Argument(help="The file to write.")],
    model: Annotated[str, typer.Option(help="A small language model that the server has.")],
    embedder: Annotated[str, typer.Option(help="An embedding model that the server has.")],
    url: Annotated[str, typer.Option(help="The address of the server.")] = "",
) -> None:
    """Record the answers of an Ollama server."""
    host = url or os.environ.get("OLLAMA_HOST") or _USUAL
    rows = []
    for row in record(host if "://" in host else f"http://{host}", list_exchanges(model, embedder)):
        typer.echo(f"{row.status} {row.name}", err=True)
        rows.append(asdict(row))
    write_whole(out, json.dumps(rows, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)
