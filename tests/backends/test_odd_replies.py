"""Servers that answer anything: each reply is used or ends in one of our errors."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
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
    """Answers every call with the same bytes; `endless` repeats them until the client leaves.

    `pause` is the seconds before each repetition. `known` has the replies of the paths that are
    answered as they should be.
    """

    daemon_threads = True
    body: bytes = b""
    status: int = 200
    endless = False
    pause: float = 0
    known: Mapping[str, object] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: OddServer

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        if (known := self.server.known.get(self.path)) is not None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(known).encode())
            return
        self.send_response(self.server.status)
        self.send_header("content-type", "text/event-stream")
        self.send_header("location", "http://192.0.2.1/")
        self.end_headers()
        try:
            self.wfile.write(self.server.body)
            while self.server.endless:
                time.sleep(self.server.pause)
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


MODEL = {"id": "m", "max_model_len": 4096}
SHOWN = {
    "details": {"family": "llama", "format": "gguf"},
    "model_info": {"general.architecture": "llama", "llama.context_length": 4096},
    "template": "{{ .Prompt }}",
    "capabilities": ["completion"],
}
KNOWN: Mapping[str, object] = {
    "/v1/models": {"data": [MODEL]},
    "/api/tags": {"models": [{"name": "m:latest", "model": "m:latest", "digest": "0" * 64}]},
    "/api/show": SHOWN,
    "/api/ps": {"models": []},
    "/props": {"model_path": "m.gguf", "default_generation_settings": {"n_ctx": 4096}},
    "/tokenize": {"tokens": [1]},
}


def ask(server: OddServer, backend: str, *, timeout: float = 5) -> str:
    chosen = ModelSettings(model=f"{backend}:m", url=server.url, timeout=timeout)
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
                [
                    *("choices", "delta", "content", "usage", "error", "message", "data", "id"),
                    *("meta", "models", "name", "model_info", "details", "capabilities", "done"),
                    *("template", "response", "prompt_eval_count", "general.architecture"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


BACKENDS = ("openai-compatible", "ollama", "llama-server")


def check(server: OddServer, value: object, status: int) -> None:
    """Let each backend meet a value: as the reply to every call, and as the reply to the last."""
    written = json.dumps(value).encode()
    server.status = status
    for backend in BACKENDS:
        for known in ({}, KNOWN):
            server.known = known
            for body in (written, b"data: " + written + b"\n\n", written[: len(written) // 2]):
                server.body = body
                with suppress(QuothError):
                    ask(server, backend)


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
    monkeypatch.setattr(http, "LONGEST_REPLY", 2**20)
    server.body, server.endless = body, True
    with pytest.raises(QuothError, match="without an end"):
        ask(server, "openai-compatible")


def test_a_server_that_only_says_that_it_lives_is_left(server: OddServer) -> None:
    server.known, server.endless, server.pause = KNOWN, True, 0.05
    for body in (b": at work\n\n", b"\n", b'data: {"choices": [{"delta": {}}]}\n\n', b"x"):
        server.body = body
        begin = time.monotonic()
        with pytest.raises(QuothError, match="in time"):
            ask(server, "openai-compatible", timeout=0.4)
        assert time.monotonic() - begin < 30  # far below the time of the test, which has no end


def test_an_ollama_server_that_only_says_that_it_lives_is_left(server: OddServer) -> None:
    server.known, server.endless, server.pause = KNOWN, True, 0.05
    for body in (b'{"message": {"role": "assistant", "content": ""}, "done": false}\n', b" "):
        server.body = body
        with pytest.raises(QuothError, match="in time"):
            ask(server, "ollama", timeout=0.4)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_server_that_sends_elsewhere_is_not_followed(server: OddServer, backend: str) -> None:
    for known in ({}, KNOWN):
        server.known, server.status = known, 307
        with pytest.raises(QuothError) as refused:
            ask(server, backend)
        assert "192.0.2.1" not in str(refused.value), "nothing was sent there"


@pytest.mark.slow
def test_max_tokens_hold_for_a_server_that_ignores_them(server: OddServer) -> None:
    server.known, server.endless = {"/v1/models": {"data": [MODEL]}}, True
    server.body = b'data: {"choices": [{"delta": {"content": "word "}}]}\n\n'
    chosen = ModelSettings(model="openai-compatible:m", url=server.url, timeout=5)
    model = open_model(chosen)
    assert len(str(model.invoke("Say a lot.", max_tokens=30).text).split()) <= 32
    model.close()
