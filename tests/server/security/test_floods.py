"""Requests that mean to stall the server: refused or done at once, while others are answered."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

import pytest
from bag_embedder import BagEmbedder
from quoth.collection import Scope
from quoth.server.failures import RefusedError
from quoth.server.receiving import read_body
from served import TOKEN, Served, serving
from starlette.requests import Request
from starlette.types import Message

INBOX = "/api/v1/collections/gate/inbox"


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that waits half a second for a body, and takes files of a megabyte."""
    home = tmp_path_factory.mktemp("flooded")
    with serving(home, embedder=BagEmbedder(), body_seconds=0.5, upload_bytes=1 << 20) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        yield server


def connect(server: Served) -> socket.socket:
    address = urlsplit(server.url)
    return socket.create_connection((str(address.hostname), address.port or 0), timeout=10)


def head(method: str, path: str, *headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {TOKEN}"]
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1")


def status_of(line: socket.socket) -> int:
    """Return the status of the answer; 0 where the server closed the line without one."""
    try:
        start = line.recv(65536).decode("latin-1")
    except ConnectionResetError:
        return 0
    return int(start.split()[1]) if start else 0


def assert_healthy(server: Served) -> None:
    assert server.client.get("/health", timeout=20).status_code == 200


@contextmanager
def working_at_most(seconds: float) -> Iterator[None]:
    """Bound the processor time of this process, server included, whatever else the machine does."""
    begin = time.process_time()
    yield
    assert time.process_time() - begin < seconds


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_body_of_a_gigabyte_is_refused_before_it_is_sent(hasty: Served) -> None:
    for path in ("/v1/chat/completions", "/mcp"):
        with closing(connect(hasty)) as line:
            json = "Content-Type: application/json"
            line.sendall(head("POST", path, json, "Content-Length: 1000000000"))
            assert status_of(line) == 413
    with closing(connect(hasty)) as line:
        line.sendall(head("PUT", f"{INBOX}/a.txt", "Content-Length: 1000000000"))
        assert status_of(line) == 413
    assert_healthy(hasty)


def test_a_body_without_an_end_is_refused_at_its_limit(hasty: Served) -> None:
    """CVE-2024-47874 (Starlette), CVE-2024-8966, CVE-2024-12534: no limit to what was taken."""
    piece = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with closing(connect(hasty)) as line:
        line.sendall(head("PUT", f"{INBOX}/endless.txt", "Transfer-Encoding: chunked"))
        with suppress(OSError):  # it has answered, and reads no further
            line.sendall(piece * 100)
        assert status_of(line) == 413
    assert_healthy(hasty)
    assert not list((hasty.services.home / "server" / "files").glob("incoming-*"))


def test_a_client_that_sends_a_byte_a_moment_is_left(hasty: Served) -> None:
    json = "Content-Type: application/json"
    with closing(connect(hasty)) as line:
        line.sendall(head("POST", "/api/v1/jobs", json, "Content-Length: 1000"))
        line.settimeout(0.1)
        answer = None
        for _ in range(900):  # of the thousand that it announced
            line.sendall(b" ")
            with suppress(TimeoutError):
                answer = line.recv(65536)
                break
        assert answer is not None, "it waited for all of it"
        assert b" 408 " in answer.splitlines()[0]
    assert_healthy(hasty)


async def test_a_body_is_left_in_the_moment_in_which_a_byte_comes() -> None:
    sent = 0

    async def receive() -> Message:
        nonlocal sent
        sent += 1
        await asyncio.sleep(0)
        time.sleep(0.03)
        return {"type": "http.request", "body": b" ", "more_body": sent < 100}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    with pytest.raises(RefusedError, match="did not arrive in time"):
        await read_body(request, limit=1000, seconds=0.02)
    assert sent < 10


def test_an_upload_that_stops_leaves_nothing(hasty: Served) -> None:
    for vanish in (True, False):
        with closing(connect(hasty)) as line:
            line.sendall(head("PUT", f"{INBOX}/half.txt", "Content-Length: 1000") + b"half")
            if not vanish:
                assert status_of(line) == 408
    files = hasty.services.home / "server" / "files"
    wait_until(lambda: not list(files.glob("incoming-*")))
    assert hasty.get("/v1/files").json()["data"] == []


def test_a_client_that_reads_nothing_holds_up_nobody(hasty: Served) -> None:
    lines = [connect(hasty) for _ in range(50)]
    for line in lines:
        line.sendall(head("GET", "/api/v1/openapi.json"))
    assert_healthy(hasty)
    for line in lines:
        line.close()


def form(boundary: str, *parts: str) -> bytes:
    opened = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f"{opened}--{boundary}--\r\n".encode("latin-1")


FIELD = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}'
FILE = 'Content-Disposition: form-data; name="file"; filename="{}"\r\n\r\n{}'


@pytest.mark.parametrize(
    ("boundary", "parts"),
    [
        ("b" * 1_000_000, [FILE.format("a.txt", "x")]),
        ("b" * 71, [FILE.format("a.txt", "x")]),
        ("b", [FIELD.format(f"f{n}", "x") for n in range(10_000)]),
        ("b", [FIELD.format("purpose", "x" * 100_000)]),
        ("b", [f"X-{'y' * 100_000}: z\r\n\r\nx"]),
        ("b", [FILE.format("a.txt", "x"), FILE.format("b.txt", "y")]),
        ("b", [FIELD.format("purpose", "assistants")]),
        ("b", [FILE.format("a.txt", "x" * (1 << 21))]),
    ],
    ids=["boundary", "boundary of 71", "fields", "long field", "header", "files", "none", "large"],
)
def test_a_form_that_asks_too_much_is_refused_at_once(
    hasty: Served, boundary: str, parts: list[str]
) -> None:
    """CVE-2024-53981 (python-multipart), CVE-2024-7999, CVE-2024-9840 (Open WebUI),
    CVE-2024-47874 (Starlette), CVE-2026-28356: a boundary, or very many fields."""
    kind = f"multipart/form-data; boundary={boundary}"
    with working_at_most(5), closing(connect(hasty)) as line:
        body = form(boundary[:100], *parts)
        length = f"Content-Length: {len(body)}"
        with suppress(OSError):  # it has answered, and reads no further
            line.sendall(head("POST", "/v1/files", f"Content-Type: {kind}", length) + body)
        assert_healthy(hasty)
        assert status_of(line) in (0, 400, 413, 431)
    assert hasty.get("/v1/files").json()["data"] == []


@pytest.mark.parametrize(
    "headers",
    [
        [f"X-{n}: y" for n in range(200)],
        [f"X-Long: {'y' * 70_000}"],
        [f"Cookie: {'=' * 60_000}"],
        [f"Host: {'a' * 10_000}"],
    ],
    ids=["many", "long", "cookie", "host"],
)
def test_headers_without_measure_are_refused(hasty: Served, headers: list[str]) -> None:
    with working_at_most(1), closing(connect(hasty)) as line:
        line.sendall(head("GET", "/api/v1/status", *headers))
        assert status_of(line) in (0, 200 if "Cookie" in headers[0] else 400, 400, 431)
    assert_healthy(hasty)


def test_ranges_are_not_read_at_all(hasty: Served) -> None:
    """CVE-2025-62727 (Starlette): the ranges of one header were compared each with each."""
    file = hasty.client.post("/v1/files", files={"file": ("a.txt", b"x" * 1000)}).json()
    ranges = "bytes=" + ",".join(f"{n}-{n}" for n in range(5000))
    with working_at_most(1):
        answer = hasty.get(f"/v1/files/{file['id']}/content", range=ranges)
    assert (answer.status_code, len(answer.content)) == (200, 1000)
    hasty.client.delete(f"/v1/files/{file['id']}")


def test_a_pattern_of_many_stars_pins_no_core() -> None:
    """CVE-2026-70493 (Open WebUI): an expression of the caller ran over all documents."""
    scope = Scope(documents=("*a" * 200 + "b",))
    with working_at_most(1):
        assert not any(scope.holds(f"/home/me/{'a' * 150}{n}.txt") for n in range(1000))


def test_a_body_that_nests_without_end_is_refused(hasty: Served) -> None:
    deep = "[" * 100_000
    nested = '{"model": "quoth/gate", "messages": [], "metadata": '
    nested += '{"a":' * 5000 + "1" + "}" * 5001
    paths = ("/v1/chat/completions", "/v1/responses", "/api/v1/cite")
    with working_at_most(2):
        for path, body in [*((path, deep) for path in paths), (paths[0], nested)]:
            kind = {"content-type": "application/json"}
            answer = hasty.client.post(path, content=body, headers=kind)
            assert answer.status_code == 400
            assert answer.json()["error"]["message"]
    assert_healthy(hasty)


def test_the_versions_with_known_holes_are_not_installed() -> None:
    """CVE-2026-48710, CVE-2025-62727, CVE-2025-54121 (Starlette), CVE-2026-24486 (multipart)."""
    from importlib.metadata import version

    from packaging.version import Version

    assert Version(version("starlette")) >= Version("1.0.1")
    assert Version(version("python-multipart")) >= Version("0.0.22")
