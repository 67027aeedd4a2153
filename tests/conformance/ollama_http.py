"""The HTTP side of the imitation of Ollama: content types, streams, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from typing import Any

from conformance.refusals import RefusalError

JSON, LINES, EVENTS = "application/json; charset=utf-8", "application/x-ndjson", "text/event-stream"

Body = dict[str, Any]
Answer = Iterator[dict[str, Any]]
Routes = dict[tuple[str, str], Callable[[Body], Answer]]


def handler_of(routes: Routes, bodies: list[Body]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

        def do_GET(self) -> None:
            length = int(self.headers["content-length"] or 0)
            text = self.rfile.read(length)
            with suppress(BrokenPipeError, ConnectionResetError):
                self._answer(text)

        do_POST = do_DELETE = do_GET  # noqa: N815

        def _answer(self, text: bytes) -> None:
            route = routes.get((self.command, self.path))
            if route is None:
                known = any(path == self.path for _, path in routes)
                self._plain(*((405, "method not allowed") if known else (404, "page not found")))
                return
            try:
                body = json.loads(text or b"{}")
            except json.JSONDecodeError:
                self._refuse(RefusalError(400, "unexpected EOF"))
                return
            bodies.append({"path": self.path, **body})
            self._write(route(body), self._kind(body))

        def _kind(self, body: Body) -> str:
            if self.path.startswith("/v1/"):
                return EVENTS if body.get("stream") else "application/json"
            streams = self.path in {"/api/chat", "/api/generate", "/api/pull"}
            holds = self.path != "/api/chat" or body.get("messages")
            return LINES if streams and holds and body.get("stream", True) else JSON

        def _write(self, lines: Answer, kind: str) -> None:
            begun = False
            try:
                for line in lines:
                    if not begun:
                        self._begin(200, kind)
                        begun = True
                    row = json.dumps(line)
                    self.wfile.write(
                        f"data: {row}\n\n".encode() if kind == EVENTS else f"{row}\n".encode()
                    )
                    self.wfile.flush()
                if kind == EVENTS:
                    self.wfile.write(b"data: [DONE]\n\n")
            except RefusalError as refused:
                refused.streamed = kind == LINES
                self._refuse(refused)
                return
            if not begun:
                self._begin(200, "")

        def _refuse(self, refused: RefusalError) -> None:
            message: Any = refused.message
            open_ai = self.path.startswith("/v1/")
            self._begin(refused.status, "application/json" if open_ai or refused.streamed else JSON)
            if open_ai:
                kind = "not_found_error" if refused.status == 404 else "invalid_request_error"
                message = {"message": message, "type": kind, "param": None, "code": None}
            self.wfile.write(json.dumps({"error": message}).encode())

        def _plain(self, status: int, text: str) -> None:
            self._begin(status, "text/plain")
            self.wfile.write(f"{status} {text}".encode())

        def _begin(self, status: int, kind: str) -> None:
            self.send_response(status)
            if kind:
                self.send_header("content-type", kind)
            self.end_headers()

    return Handler
