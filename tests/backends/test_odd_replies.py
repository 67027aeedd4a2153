"""Servers that answer anything: each reply is used or ends in one of our errors."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import HumanMessage
from quoth.backends import http
from quoth.config import ModelSettings
from quoth.errors import QuothError
from quoth.models import open_model


class OddServer(ThreadingHTTPServer):
    """Answers every call with the same bytes; `endless` repeats them until the client leaves."""

    daemon_threads = True
    body: bytes = b""
    status: int = 200
    endless = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: OddServer

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(self.server.status)
        self.send_header("content-type", "text/event-stream")
        self.send_header("location", "http://192.0.2.1/")
        self.end_headers()
        try:
            self.wfile.write(self.server.body)
            while self.server.endless:
                self.wfile.write(self.server.body)
        except OSError:  # the client has left
            pass

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[OddServer]:
    server = OddServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.endless = False
    server.shutdown()
    server.server_close()


def ask(server: OddServer, backend: str) -> str:
    chosen = ModelSettings(model=f"{backend}:m", url=server.url, timeout=5)
    model = open_model(chosen)
    try:
        return str(model.invoke([HumanMessage("Hello")]).text)
    finally:
        model.close()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "delta", "content", "usage", "error", "message", "data", "id", "meta"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def check(server: OddServer, value: object, status: int) -> None:
    written = json.dumps(value).encode()
    server.status = status
    for body in (written, b"data: " + written + b"\n\n", written[: len(written) // 2]):
        server.body = body
        with suppress(QuothError):
            ask(server, "openai-compatible")


_SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(value=_JSON, status=st.sampled_from([200, 200, 302, 400, 404]))
@settings(_SETTINGS, max_examples=4)
def test_any_reply_is_used_or_one_of_our_errors(
    server: OddServer, value: object, status: int
) -> None:
    check(server, value, status)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@given(value=_JSON, status=st.sampled_from([200, 200, 302, 400, 404]))
@settings(_SETTINGS, max_examples=100)
def test_a_hundred_replies_are_used_or_are_our_errors(
    server: OddServer, value: object, status: int
) -> None:
    check(server, value, status)


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'{"data": ' + b"9" * 5000 + b"}", b"\xff\xfe", b""]
)
def test_json_that_breaks_its_parser(server: OddServer, body: bytes) -> None:
    server.body = body
    with pytest.raises(QuothError):
        ask(server, "openai-compatible")


@pytest.mark.parametrize("body", [b"a" * 65_536, b'{"data": [' + b"1," * 30_000])
def test_a_reply_without_an_end_is_left(
    server: OddServer, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "_LONGEST_REPLY", 2**20)
    server.body, server.endless = body, True
    with pytest.raises(QuothError, match="without an end"):
        ask(server, "openai-compatible")
