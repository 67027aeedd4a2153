"""The `/v1` routes of the imitation of Ollama. They cut a prompt at half of the usual window."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from conformance.ollama_http import Answer, Body, Routes

if TYPE_CHECKING:
    from conformance.ollama_server import OllamaServer


class V1:
    """What Ollama's own `/v1` answers."""

    def __init__(self, server: OllamaServer) -> None:
        self._server = server
        self.routes: Routes = {
            ("GET", "/v1/models"): self._models,
            ("POST", "/v1/chat/completions"): self._chat,
            ("POST", "/v1/embeddings"): self._embeddings,
        }

    def _models(self, _: Body) -> Answer:
        data = [
            {"id": name, "object": "model", "created": int(time.time()), "owned_by": "library"}
            for name in self._server.digests
        ]
        yield {"object": "list", "data": data}

    def _chat(self, body: Body) -> Answer:
        name = self._server.name_of(body)
        options = {
            "num_predict": body.get("max_tokens", -1),
            "temperature": body.get("temperature", 1.0),
            "seed": body.get("seed", 0),
            "stop": body.get("stop") or [],
        }
        schema = ((body.get("response_format") or {}).get("json_schema") or {}).get("schema")
        native = {"messages": body["messages"], "options": options, "format": schema}
        streams = bool(body.get("stream"))
        lines = self._server.answers(name, {**native, "stream": streams}, _part)
        usage: dict[str, int] = {}
        for number, line in enumerate(lines):
            if line["done"]:
                usage = _usage(line["prompt_eval_count"], line["eval_count"])
            if not streams:
                message = {"role": "assistant", "content": line["text"]}
                choice = {"index": 0, "message": message, "finish_reason": line["done_reason"]}
                yield {**_head(name, "chat.completion"), "choices": [choice], "usage": usage}
                return
            delta = {} if line["done"] else {"content": line["text"]}
            if number == 0:
                delta = {"role": "assistant", **delta}
            choice = {"index": 0, "delta": delta, "finish_reason": line.get("done_reason")}
            yield {**_head(name, "chat.completion.chunk"), "choices": [choice]}
        if (body.get("stream_options") or {}).get("include_usage"):
            yield {**_head(name, "chat.completion.chunk"), "choices": [], "usage": usage}

    def _embeddings(self, body: Body) -> Answer:
        name = self._server.name_of(body)
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        rows, read = self._server.vectors(texts, {})
        data = [{"object": "embedding", "embedding": row, "index": n} for n, row in enumerate(rows)]
        usage = {"prompt_tokens": read, "total_tokens": read}
        yield {"object": "list", "data": data, "model": name, "usage": usage}


def _part(text: str, _: str) -> dict[str, Any]:
    return {"text": text}


def _head(name: str, kind: str) -> dict[str, Any]:
    return {
        "id": "chatcmpl-491",
        "object": kind,
        "created": int(time.time()),
        "model": name,
        "system_fingerprint": "fp_ollama",
    }


def _usage(read: int, written: int) -> dict[str, int]:
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
    }
