"""A small server that speaks OpenAI's `/v1/embeddings`, and misbehaves when it is told to."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
from bag_embedder import BagEmbedder

MODEL = "multilingual-e5-small"


class EmbeddingServer:
    """`way` is how it answers; `sent` holds the bodies of all calls for vectors.

    `counted` is the number of tokens that it says it has read of each call; 0 says nothing.
    """

    def __init__(self) -> None:
        self.way = "plain"
        self.counted = 0
        self.sent: list[dict[str, Any]] = []
        self.models: list[dict[str, Any]] | None = [{"id": MODEL, "max_model_len": 300}]
        self._bag = BagEmbedder()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                if outer.models is None:
                    self.answer(404, {"error": {"message": "no such path"}})
                else:
                    self.answer(200, {"data": outer.models})

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.sent.append(body)
                self.answer(*outer.vectors(body))

            def answer(self, status: int, content: object) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(json.dumps(content).encode())

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def vectors(self, body: dict[str, Any]) -> tuple[int, object]:
        if self.way == "refusing":
            return 400, {"error": {"message": "input of 900 tokens is too large"}}
        if self.way == "no data":
            return 200, {"object": "list"}
        rows = [3 * self._bag.vector_of(text) for text in body["input"]]
        if self.way == "shorter" and len(self.sent) > 3:
            rows = [row[:-1] for row in rows]
        if self.way == "not a number":
            rows[0] = np.full_like(rows[0], np.nan)
        if self.way == "one is missing":
            rows.pop()
        entries: list[dict[str, Any]] = []
        for index, row in enumerate(rows):
            packed = base64.b64encode(row.astype("<f4").tobytes()).decode()
            shown: object = packed if self.way == "base64" else [float(n) for n in row]
            if self.way == "of tokens":
                shown = [[1.0, 2.0]]
            entries.append({"index": index, "embedding": shown})
        usage = {"usage": {"prompt_tokens": self.counted}} if self.counted else {}
        return 200, {"data": entries[::-1], **usage}


@contextmanager
def embedding_server() -> Iterator[EmbeddingServer]:
    server = EmbeddingServer()
    try:
        yield server
    finally:
        server.close()
