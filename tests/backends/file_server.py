"""A small server of files that redirects, names hashes, knows ranges, and misbehaves when told."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FileServer:
    """Serves `content` under every path but `/gone`; `/hub/…` redirects to `/store/…`.

    `cuts` are the bytes after which the next answers break off, `status` an answer in place of the
    file, `named_hash` the hash that the hub names, `location` where the hub redirects to. `asked`
    holds the path and the range of each request.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.cuts: list[int] = []
        self.status = 200
        self.named_hash = hashlib.sha256(content).hexdigest()
        self.knows_ranges = True
        self.names_length = True
        self.tag = ""
        self.location = ""
        self.asked: list[tuple[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                outer.asked.append((self.path, self.headers.get("Range", "")))
                if outer.status != 200 or self.path == "/gone":
                    self.send_error(404 if self.path == "/gone" else outer.status)
                elif self.path.startswith("/hub/"):
                    self.redirect()
                else:
                    self.serve()

            def redirect(self) -> None:
                self.send_response(302)
                self.send_header("Location", outer.location or self.path.replace("hub", "store", 1))
                if outer.named_hash:
                    self.send_header("X-Linked-ETag", f'"{outer.named_hash}"')
                    self.send_header("X-Linked-Size", str(len(outer.content)))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def serve(self) -> None:
                asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
                start = int(asked.group(1)) if asked and outer.knows_ranges else 0
                size = len(outer.content)
                if start >= size:
                    self.send_error(416)
                    return
                self.send_response(206 if start else 200)
                if start:
                    self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
                if outer.names_length:
                    self.send_header("Content-Length", str(size - start))
                if outer.tag:
                    self.send_header("ETag", outer.tag)
                self.end_headers()
                end = min(size, start + outer.cuts.pop(0)) if outer.cuts else size
                self.wfile.write(outer.content[start:end])

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def ranges(self) -> list[str]:
        """The ranges that were asked for at the place of the file."""
        return [asked for path, asked in self.asked if not path.startswith("/hub/")]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def file_server(content: bytes) -> Iterator[FileServer]:
    server = FileServer(content)
    try:
        yield server
    finally:
        server.close()
