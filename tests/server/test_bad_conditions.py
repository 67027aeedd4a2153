"""What goes wrong around the server: a full disk, another writer, a clock that is set back."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import httpx2
import pytest
from bag_embedder import BagEmbedder
from quoth.server.uploads import IncomingFile
from quoth.system import WriteLock
from scripted_model import Scripted
from served import Served, serving

INBOX = "/api/v1/collections/gate/inbox"
TEXT = b"The heron gate opens at seven in the morning, and its keeper is Ida Brandt.\n"
QUESTION = {"question": "When does the heron gate open?"}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("faults")
    with serving(home, model=Scripted(), embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "gate"})
        upload = server.client.put(f"{INBOX}/gate.txt", content=TEXT)
        assert server.wait_for(upload.json()["job"])["state"] == "done"
        yield server


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as on a disk that is full then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_during_an_upload_loses_nothing(gate: Served) -> None:
    body = b"x" * (4 << 20)
    with files_of_at_most(2 << 20):
        refused = gate.client.put(f"{INBOX}/large.txt?ingest=false", content=body)
        form = gate.client.post("/v1/files", files={"file": ("large.txt", body)})
    for answer in (refused, form):
        assert answer.status_code == 507
        assert answer.json()["error"]["code"] == "disk_full"
    assert not list((gate.services.home / "server" / "files").glob("incoming-*"))
    assert gate.post("/api/v1/collections/gate/search", QUESTION).json()["hits"]
    kept = gate.client.put(f"{INBOX}/large.txt?ingest=false", content=body)
    assert kept.status_code == 201
    gate.client.delete(f"/v1/files/{kept.json()['id']}")


@pytest.mark.parametrize("step", ["write", "finish"])
@pytest.mark.parametrize("as_form", [False, True], ids=["body", "form"])
def test_a_slow_disk_holds_up_no_other_request(
    gate: Served, monkeypatch: pytest.MonkeyPatch, step: str, as_form: bool
) -> None:
    stuck, freed = Event(), Event()
    at_once = getattr(IncomingFile, step)

    def wait_first(file: IncomingFile, *sent: bytes) -> object:
        stuck.set()
        freed.wait(30)
        return at_once(file, *sent)

    def send() -> httpx2.Response:
        if as_form:
            return gate.client.post("/v1/files", files={"file": ("slow.txt", TEXT)})
        return gate.client.put(f"{INBOX}/slow.txt?ingest=false", content=TEXT)

    monkeypatch.setattr(IncomingFile, step, wait_first)
    with ThreadPoolExecutor() as pool:
        sent = pool.submit(send)
        try:
            assert stuck.wait(30)
            assert httpx2.get(f"{gate.url}/health", timeout=20).status_code == 200
            assert not sent.done()
        finally:
            freed.set()
        assert sent.result().is_success


def test_another_writer_is_told_or_waited_for(gate: Served) -> None:
    documents = gate.get("/api/v1/collections/gate/documents").json()["documents"]
    path = f"/api/v1/collections/gate/documents/{documents[0]['id']}"
    other = WriteLock(gate.services.home / "collections" / "gate" / "write.lock", subject="gate")
    with other.hold():
        refused = gate.client.delete(path)
        assert refused.status_code == 409
        assert refused.json()["error"]["code"] == "collection_busy"
        assert int(refused.headers["retry-after"]) > 0
        job = gate.post("/api/v1/jobs", {"kind": "verify", "collection": "gate"}).json()
        assert gate.post("/api/v1/collections/gate/search", QUESTION).json()["hits"]
        time.sleep(0.3)
        assert gate.get(f"/api/v1/jobs/{job['id']}").json()["state"] == "running"
    assert gate.wait_for(job["id"])["state"] == "done"


def test_a_clock_that_is_set_back_changes_no_order(
    gate: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = gate.services.credentials
    assert credentials is not None
    code = credentials.make_code()
    made = []
    for hour in range(3):
        past = time.time() - 3600 * hour
        monkeypatch.setattr("quoth.server.state.time.time", lambda past=past: past)
        asked = gate.post("/api/v1/jobs", {"kind": "verify", "collection": "gate"}).json()
        made.append(asked["id"])
        assert gate.wait_for(asked["id"])["state"] == "done"
    listed = [each["id"] for each in gate.get("/api/v1/jobs").json()["operations"]]
    assert listed[:3] == made[::-1]
    assert gate.client.post("/api/v1/session", json={"code": code}).status_code == 204
    gate.client.cookies.clear()


def test_a_question_beyond_the_window_names_both_counts(gate: Served) -> None:
    body = {"messages": [{"role": "user", "content": "many words " * 5000}]}
    for path, sent in (
        ("/v1/chat/completions", body),
        ("/v1/chat/completions", {**body, "stream": True}),
        ("/v1/responses", {"input": "many words " * 5000}),
    ):
        answer = gate.post(path, {"model": "scripted:test", **sent})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, "context_length_exceeded")
        assert "4,096" in error["message"].replace("4096", "4,096")
        assert any(mark.isdigit() for mark in error["message"].replace("4096", ""))


def test_a_client_that_still_sends_sees_why_it_is_refused(gate: Served) -> None:
    body = b"x" * (8 << 20)
    for path, headers, status in (
        (INBOX, {"authorization": "Bearer wrong"}, 401),
        (INBOX, {"host": "evil.example"}, 421),
        ("/v1/chat/completions", {"content-type": "application/json"}, 413),
        ("/api/v1/collections/nowhere/inbox/a.txt", {}, 404),
    ):
        answer = gate.client.put(path, content=body, headers=headers)
        if path.startswith("/v1"):
            answer = gate.client.post(path, content=body, headers=headers)
        assert answer.status_code == status
        assert answer.json()["error"]["hint"] or status == 404
