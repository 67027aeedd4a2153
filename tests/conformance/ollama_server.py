"""A small server that speaks Ollama's API over a real llama.cpp server.

No Ollama is part of the test environment. What it answers is built with the official client's own
types, its embedder is the embedded one, and it treats a prompt that is too long as Ollama does: it
drops the start with status 200, unless `truncate` is false. Source: docs/api.md of Ollama.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
from ollama import (
    ChatResponse,
    EmbedResponse,
    GenerateResponse,
    ListResponse,
    Message,
    ProgressResponse,
)
from quoth.config.settings import Embedding
from quoth.embed.embedder import FolderEmbedder
from quoth.weights.gguf import read_gguf

NAME = "smollm2:135m"
EMBEDDER_WINDOW = 256
EMBEDDER = "all-minilm:22m"
CHATML = (
    "{{- range .Messages }}<|im_start|>{{ .Role }}\n{{ .Content }}<|im_end|>\n{{ end }}"
    "<|im_start|>assistant\n"
)


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # the usual 5 turns calls away when many come at once


class OllamaServer:
    """`counts_cached` and `forbids_cutting` are false in versions of old."""

    def __init__(self, llama: str, weights: Path, digests: dict[str, str]) -> None:
        self.counts_cached = True
        self.forbids_cutting = True
        self.real_window = 0
        self.embedder_window = EMBEDDER_WINDOW
        self.template = CHATML
        self.remote_host = ""
        self.bodies: list[dict[str, Any]] = []
        self.removed: list[str] = []
        self.digests = dict(digests)
        self._embedder = FolderEmbedder.open(Embedding(threads=1))
        self._embedding = threading.Lock()
        self._answering = threading.Lock()  # one call at a time, as where OLLAMA_NUM_PARALLEL is 1
        self._header = read_gguf(weights)
        self._llama = httpx2.Client(base_url=llama, timeout=120, trust_env=False)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                outer.serve(self, {})

            def do_POST(self) -> None:
                length = int(self.headers["content-length"] or 0)
                outer.serve(self, json.loads(self.rfile.read(length) or b"{}"))

            do_DELETE = do_POST  # noqa: N815

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._llama.close()

    def serve(self, handler: BaseHTTPRequestHandler, body: dict[str, Any]) -> None:
        routes: dict[str, Callable[[dict[str, Any]], Iterator[dict[str, Any]]]] = {
            "/api/chat": self._chat,
            "/api/generate": self._generate,
            "/api/embed": self._embed,
            "/api/show": self._show,
            "/api/tags": self._tags,
            "/api/ps": self._ps,
            "/api/pull": self._pull,
            "/api/delete": self._delete,
            "/api/version": lambda _: iter([{"version": "0.99.0"}]),
        }
        route = routes[handler.path]
        self.bodies.append({"path": handler.path, **body})
        with suppress(BrokenPipeError, ConnectionResetError):
            begun = False
            try:
                for line in route(body):
                    if not begun:
                        handler.send_response(200)
                        handler.send_header("content-type", "application/x-ndjson")
                        handler.end_headers()
                        begun = True
                    handler.wfile.write(json.dumps(line).encode() + b"\n")
                    handler.wfile.flush()
            except LookupError as error:
                status, message = error.args
                handler.send_response(status)
                handler.end_headers()
                handler.wfile.write(json.dumps({"error": message}).encode())

    def _known(self, body: dict[str, Any]) -> None:
        if body.get("model") not in self.digests:
            raise LookupError(404, f"model '{body.get('model')}' not found")

    def _chat(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self._known(body)
        messages = [{"role": m["role"], "content": m["content"]} for m in body["messages"]]
        prompt = "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)
        for text, end in self._completion(f"{prompt}<|im_start|>assistant\n", body):
            yield _line(ChatResponse, {"message": Message(role="assistant", content=text), **end})

    def _generate(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self._known(body)
        if not body.get("prompt"):
            reason = "unload" if body.get("keep_alive") == 0 else "load"
            yield _line(GenerateResponse, {"response": "", "done": True, "done_reason": reason})
            return
        assert body["raw"], "an unrendered prompt is for /api/chat"
        for text, end in self._completion(body["prompt"], body):
            yield _line(GenerateResponse, {"response": text, **end})

    def _completion(
        self, prompt: str, body: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        options = body.get("options") or {}
        window = self.real_window or options.get("num_ctx", 4096)
        answer = self._llama.post("/tokenize", json={"content": prompt, "parse_special": True})
        tokens = answer.json()["tokens"]
        if len(tokens) > window:
            if self.forbids_cutting and body.get("truncate") is False:
                raise LookupError(400, "the input length exceeds the context length")
            tokens = tokens[-window + options.get("num_predict", 0) :]
        ask = {
            "prompt": tokens,
            "n_predict": options.get("num_predict", -1),
            "temperature": options.get("temperature", 0.8),
            "top_k": options.get("top_k", 40),
            "seed": options.get("seed", 0),
            "stop": options.get("stop") or [],
            "stream": True,
        }
        if isinstance(body.get("format"), dict):
            ask["json_schema"] = body["format"]
        with self._answering, self._llama.stream("POST", "/completion", json=ask) as stream:
            for row in stream.iter_lines():
                if not row.startswith("data: "):
                    continue
                event = json.loads(row.removeprefix("data: "))
                if "error" in event:
                    raise LookupError(500, str(event["error"]))
                if not event.get("stop"):
                    yield event["content"], {"done": False}
                    continue
                said = event["timings"]
                cached = 0 if self.counts_cached else said["cache_n"]
                yield (
                    event["content"],
                    {
                        "done": True,
                        "done_reason": "length" if event["stop_type"] == "limit" else "stop",
                        "total_duration": 1,
                        "load_duration": 1_000_000,
                        "prompt_eval_count": len(tokens) - cached,
                        "prompt_eval_duration": int(said["prompt_ms"] * 1e6),
                        "eval_count": said["predicted_n"],
                        "eval_duration": int(said["predicted_ms"] * 1e6),
                    },
                )

    def _embed(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self._known(body)
        limit = min(self.embedder_window, body["options"].get("num_ctx", 2048)) - 2
        texts = []
        for text in body["input"]:
            starts = self._embedder.token_starts(text)
            if len(starts) > limit and self.forbids_cutting and body.get("truncate") is False:
                raise LookupError(400, "the input length exceeds the context length")
            texts.append(text[: starts[limit]] if len(starts) > limit else text)
        with self._embedding:
            rows = self._embedder.embed(texts)
        answer = EmbedResponse(model=body["model"], embeddings=rows.tolist())
        yield answer.model_dump(exclude_none=True)

    def _show(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self._known(body)
        if body["model"] == EMBEDDER:
            yield {
                "template": "{{ .Prompt }}",
                "details": {"family": "bert"},
                "model_info": {
                    "general.architecture": "bert",
                    "bert.context_length": self.embedder_window,
                    "bert.block_count": 6,
                },
                "capabilities": ["embedding"],
            }
            return
        yield {
            "template": self.template,
            "details": {"family": "llama", "quantization_level": self._header.quantization},
            "model_info": {
                "general.architecture": "llama",
                "general.parameter_count": self._header.parameters,
                "llama.context_length": self._header.context_length,
                "llama.block_count": self._header.layers,
            },
            "capabilities": ["completion"],
            **({"remote_host": self.remote_host} if self.remote_host else {}),
        }

    def _tags(self, _: dict[str, Any]) -> Iterator[dict[str, Any]]:
        entries = [
            ListResponse.Model.model_validate(
                {
                    "model": name,
                    "modified_at": datetime.now(UTC),
                    "digest": digest,
                    "size": self._header.bytes,
                    "details": {"quantization_level": self._header.quantization},
                }
            )
            for name, digest in self.digests.items()
        ]
        answer = json.loads(ListResponse(models=entries).model_dump_json(exclude_none=True))
        for entry in answer["models"]:
            entry["name"] = entry["model"]
        yield answer

    def _ps(self, _: dict[str, Any]) -> Iterator[dict[str, Any]]:
        size = self._header.bytes
        yield {"models": [{"name": NAME, "model": NAME, "size": size, "size_vram": 0}]}

    def _pull(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        steps = [("pulling manifest", 0, 0), ("pulling weights", 50, 100)]
        steps += [("pulling weights", 100, 100), ("success", 0, 0)]
        for status, completed, total in steps:
            step = ProgressResponse(status=status, completed=completed, total=total)
            yield step.model_dump(exclude_none=True)

    def _delete(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        self._known(body)
        self.removed.append(body["model"])
        yield {}


def _line(kind: type[ChatResponse] | type[GenerateResponse], fields: dict[str, Any]) -> Any:
    """Return a line of the answer, by way of the official client's type."""
    answer = kind(model=NAME, created_at=datetime.now(UTC).isoformat(), **fields)
    return json.loads(answer.model_dump_json(exclude_none=True))


@contextmanager
def ollama_over(llama: str, weights: Path, digests: dict[str, str]) -> Iterator[OllamaServer]:
    """Open a server over a llama.cpp server."""
    server = OllamaServer(llama, weights, digests)
    try:
        yield server
    finally:
        server.close()
