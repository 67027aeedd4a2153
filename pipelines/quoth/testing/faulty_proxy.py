"""A proxy in front of a real model server, that fails on request."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

GENERATION = ("/completion", "/v1/chat/completions", "/api/chat", "/api/generate")


class FaultyProxy:
    """Passes on every call, except for the next `times` generations, which fail.

    `fault` is `hang`, `503`, `half` (the stream breaks off after some bytes), `garbage`, or `die`
    (the connection is closed without an answer).
    """

    def __init__(self, upstream: str) -> None:
        self.fault, self.times, self.generations = "", 0, 0
        self.bodies: list[bytes] = []
        self._upstream = urlsplit(upstream)
        self._released = threading.Event()
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, format: str, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                proxy.serve(self, b"")

            def do_POST(self) -> None:
                proxy.serve(self, self.rfile.read(int(self.headers["content-length"] or 0)))

            do_DELETE = do_POST  # noqa: N815

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def fail_with(self, fault: str, times: int = 1000) -> None:
        """Fail the next generations in one way."""
        self.fault, self.times, self.generations = fault, times, 0

    def close(self) -> None:
        """Close the proxy; calls that hang are released."""
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    def serve(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        """Answer one call."""
        fault = ""
        if handler.command == "POST" and handler.path in GENERATION:
            self.generations += 1
            self.bodies.append(body)
            if self.times > 0:
                self.times -= 1
                fault = self.fault
        with suppress(BrokenPipeError, ConnectionResetError):
            if fault == "hang":
                self._released.wait(120)
            elif fault == "die":
                handler.connection.shutdown(socket.SHUT_RDWR)
            elif fault == "503":
                self._answer(handler, 503, b'{"error": {"message": "Loading model"}}')
            elif fault == "garbage":
                self._answer(handler, 200, b"data: <html>It works!</html>\n\n")
            else:
                self._pass_on(handler, body, limit=900 if fault == "half" else None)

    def _answer(self, handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
        handler.send_response(status)
        handler.send_header("content-type", "application/json")
        handler.end_headers()
        handler.wfile.write(body)

    def _pass_on(self, handler: BaseHTTPRequestHandler, body: bytes, limit: int | None) -> None:
        assert self._upstream.hostname
        connection = http.client.HTTPConnection(self._upstream.hostname, self._upstream.port)
        headers = {
            name: value
            for name, value in handler.headers.items()
            if name.lower() in {"content-type", "authorization", "accept"}
        }
        try:
            connection.request(handler.command, handler.path, body, headers)
            response = connection.getresponse()
            handler.send_response(response.status)
            handler.send_header("content-type", response.headers.get("content-type", ""))
            handler.end_headers()
            while data := response.read1(4096):
                if limit is not None:
                    data = data[:limit]
                    limit -= len(data)
                handler.wfile.write(data)
                handler.wfile.flush()
                if limit == 0:
                    time.sleep(0.05)
                    return
        finally:
            connection.close()


@contextmanager
def open_faulty_proxy(upstream: str) -> Iterator[FaultyProxy]:
    """Open a proxy in front of a server, and close it afterwards."""
    proxy = FaultyProxy(upstream)
    try:
        yield proxy
    finally:
        proxy.close()
