"""A small `/v1` server, whose tokens are words, and which cuts prompts as it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

MODEL = "words-7b"
TEMPLATE_TOKENS = 5

Cut = Literal["never", "start", "middle", "end", "half", "refuse"]


@dataclass
class ChatServer:
    """What the server does with a prompt longer than its `window`, and what it tells.

    `routes` are answers to further paths, a value or an error status for each. `prompts` are the
    texts that the model has read, and `bodies` what was sent. It `refuses` calls with these fields.
    """

    window: int = 1000
    cut: Cut = "refuse"
    reports: bool = True
    reply: str = "It is so."
    events: list[str] | None = None
    overflow: dict[str, Any] | None = None
    refuses: tuple[str, ...] = ()
    logprobs: list[dict[str, Any]] | None = None
    routes: dict[str, Any] = field(default_factory=dict)
    entry: dict[str, Any] = field(default_factory=dict)
    prompts: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def read(self, messages: list[dict[str, str]]) -> list[str] | None:
        """Return the words that the model reads; `None` for a prompt that is refused."""
        words = [word for message in messages for word in message["content"].split()]
        room = self.window - TEMPLATE_TOKENS
        if len(words) <= room:
            return words
        match self.cut:
            case "never" | "refuse":
                return None if self.cut == "refuse" else words
            case "start":
                return words[len(words) - room :]
            case "end":
                return words[:room]
            case "half":
                return words[len(words) - room // 2 :]
            case "middle":
                return words[: room // 2] + words[len(words) - room // 2 :]

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, list[str] | Any]:
        """Return the (status, answer) of a call: events of a stream, or a value."""
        if path == "/v1/models" and path not in self.routes:
            return 200, {"data": [{"id": MODEL, **self.entry}]}
        if path == "/v1/chat/completions":
            return self._chat(body)
        answer = self.routes.get(path, 404)
        answer = answer(body) if callable(answer) else answer
        return (answer, {"error": "none"}) if isinstance(answer, int) else (200, answer)

    def _chat(self, body: dict[str, Any]) -> tuple[int, Any]:
        self.bodies.append(body)
        if refused := [field for field in self.refuses if field in body]:
            return 400, {"error": {"message": f"{refused[0]} is not supported"}}
        words = self.read(body["messages"])
        if words is None:
            sent = sum(len(m["content"].split()) for m in body["messages"]) + TEMPLATE_TOKENS
            message = (
                f"This model's maximum context length is {self.window} tokens. However, your "
                f"messages resulted in {sent} tokens."
            )
            return 400, {"error": self.overflow or {"message": message}}
        self.prompts.append(" ".join(words))
        usage = {"prompt_tokens": len(words) + TEMPLATE_TOKENS, "completion_tokens": 3}
        said = {"role": "assistant", "content": self.reply}
        reported = {"usage": usage} if self.reports else {}
        if not body.get("stream"):
            return 200, {"choices": [{"message": said, "finish_reason": "stop"}], **reported}
        if self.events is not None:
            return 200, self.events
        parts: list[dict[str, Any]] = [
            {"choices": [{"delta": said, **self._likelihoods(body)}]},
            {"choices": [{"delta": {}, "finish_reason": "stop"}]},
        ]
        if self.reports:
            parts.append({"choices": [], "usage": usage})
        return 200, [f"data: {json.dumps(part)}\n\n" for part in parts] + ["data: [DONE]\n\n"]

    def _likelihoods(self, body: dict[str, Any]) -> dict[str, Any]:
        told = self.logprobs is not None and body.get("logprobs")
        return {"logprobs": {"content": self.logprobs}} if told else {}


@contextmanager
def serving(server: ChatServer) -> Iterator[ChatServer]:
    """Run a server on a free port of loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            self._answer(json.loads(self.rfile.read(size) or b"{}"))

        def _answer(self, body: dict[str, Any]) -> None:
            status, answer = server.answer(self.path, body)
            streams = isinstance(answer, list)
            text = "".join(answer) if streams else json.dumps(answer)
            text = answer if isinstance(answer, str) else text
            self.send_response(status)
            kind = "text/event-stream" if streams else "application/json"
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        server.url = f"http://127.0.0.1:{http.server_address[1]}"
        try:
            yield server
        finally:
            http.shutdown()
            thread.join()
