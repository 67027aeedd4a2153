"""Answers and jobs belong to the server: they survive a closed tab, and the server's own death."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from bag_embedder import BagEmbedder
from quoth.errors import GenerationError
from quoth.models import Piece, Request
from scripted_model import Scripted
from served import TOKEN, Served, events_of, serving
from server.test_program import program

TEXT = b"The heron gate opens at seven in the morning, and its keeper is Ida Brandt.\n"
QUESTION = "When does the heron gate open?"


def story(prompt: str) -> str:
    return " ".join(f"The heron gate number {n} opens at seven." for n in range(40))


class Slow(Scripted):
    """Writes longer than any test of this file lasts, a sentence at a time."""

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        for number in range(400):
            time.sleep(0.2)
            yield Piece(text=f"The heron gate number {number} opens at seven. ")


def fill(server: Served, collection: str = "gate") -> None:
    server.post("/api/v1/collections", {"name": collection})
    upload = server.client.put(f"/api/v1/collections/{collection}/inbox/gate.txt", content=TEXT)
    assert server.wait_for(upload.json()["job"])["state"] == "done"


def test_an_answer_goes_on_when_its_client_leaves(tmp_path: Path) -> None:
    model = Scripted(seconds=0.5)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        fill(server)
        address = urlsplit(server.url)
        body = b'{"question": "When does the heron gate open?"}'
        with socket.create_connection((str(address.hostname), address.port or 0)) as line:
            line.sendall(
                b"POST /api/v1/collections/gate/answers HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                b"Content-Type: application/json\r\nAccept: text/event-stream\r\n"
                + f"Authorization: Bearer {TOKEN}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
                + body
            )
            head = line.recv(4096).decode()
        location = next(
            row.split(": ")[1] for row in head.split("\r\n") if row.startswith("location")
        )
        finished = server.wait_for(location.rsplit("/", 1)[1])
    assert finished["state"] == "done"


def test_an_answer_is_cancelled_from_anywhere(tmp_path: Path) -> None:
    model = Slow(obeys=False)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        fill(server)
        asked = server.post(
            "/api/v1/collections/gate/answers", {"question": QUESTION}, prefer="respond-async"
        ).json()
        server.post(f"/api/v1/answers/{asked['id']}/cancel")
        finished = server.wait_for(asked["id"])
        events = events_of(server.get(f"/api/v1/answers/{asked['id']}/events").text)
    assert finished["state"] == "cancelled"
    assert finished["error"]["code"] == "cancelled"
    assert [name for _, name, _ in events][-2:] == ["error", "end"]


def test_a_full_queue_says_when_to_come_again(tmp_path: Path) -> None:
    model = Slow(obeys=False)
    with serving(tmp_path, model=model, embedder=BagEmbedder(), queue_length=2) as server:
        fill(server)
        asked = [
            server.post(
                "/api/v1/collections/gate/answers",
                {"question": f"{QUESTION} {number}"},
                prefer="respond-async",
            )
            for number in range(8)
        ]
        refused = [answer for answer in asked if answer.status_code == 429]
        places = [answer.json()["place"] for answer in asked if answer.status_code == 202]
        assert refused
        assert int(refused[0].headers["retry-after"]) > 0
        assert refused[0].json()["error"]["code"] == "queue_full"
        assert max(places) >= 1
        for answer in asked:
            if answer.status_code == 202:
                server.post(f"/api/v1/answers/{answer.json()['id']}/cancel")


def test_a_collection_deleted_during_an_answer_ends_the_answer_with_the_reason(
    tmp_path: Path,
) -> None:
    model = Slow(obeys=False)
    with serving(tmp_path, model=model, embedder=BagEmbedder()) as server:
        fill(server)
        asked = server.post(
            "/api/v1/collections/gate/answers", {"question": QUESTION}, prefer="respond-async"
        ).json()
        assert server.client.delete("/api/v1/collections/gate").status_code == 204
        finished = server.wait_for(asked["id"])
        assert server.get("/api/v1/collections/gate").status_code == 404
    assert finished["state"] in ("cancelled", "failed")
    assert "gate" in finished["error"]["message"]


class Dying(Scripted):
    """Fails in the middle of its answer."""

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        for number, piece in enumerate(super().generate_pieces(request)):
            if number == 2:
                raise GenerationError("The model died.", hint="Start it again.")
            yield piece


def test_a_model_that_dies_in_mid_stream_is_an_error_event_and_no_text(tmp_path: Path) -> None:
    with serving(tmp_path, model=Dying(answer=story), embedder=BagEmbedder()) as server:
        body = {
            "model": "scripted:test",
            "messages": [{"role": "user", "content": "Tell a story."}],
            "stream": True,
        }
        text = server.post("/v1/chat/completions", body).text
        whole = server.post("/v1/chat/completions", {**body, "stream": False})
    events = [data for _, _, data in events_of(text.replace("data: [DONE]", ""))]
    assert events[-1]["error"]["code"] == "generation_failed"
    assert "[DONE]" not in text
    told = "".join(each["choices"][0]["delta"].get("content", "") for each in events[:-1])
    assert "died" not in told
    assert whole.status_code == 502


def test_work_goes_on_by_itself_after_a_killed_server(tmp_path: Path) -> None:
    """SIGKILL while jobs and an answer wait: the next server does them, and tells so."""
    home = tmp_path / "home"
    with program(home) as (url, process):
        token = (home / "server" / "token").read_text().strip()
        with httpx2.Client(base_url=url, headers={"authorization": f"Bearer {token}"}) as client:
            client.post("/api/v1/collections", json={"name": "gate"})
            path = "/api/v1/collections/gate/inbox"
            ids = [
                client.put(f"{path}/gate{number}.txt", content=TEXT + b"%d" % number).json()["job"]
                for number in range(3)
            ]
            asked = client.post(
                "/api/v1/collections/gate/answers",
                json={"question": QUESTION},
                headers={"prefer": "respond-async"},
            ).json()
        process.send_signal(signal.SIGKILL)
        process.wait()
    with serving_program(home) as client:
        jobs = [wait_for(client, f"/api/v1/jobs/{id}") for id in ids]
        answer = wait_for(client, f"/api/v1/answers/{asked['id']}")
        documents = client.get("/api/v1/collections/gate/documents").json()["documents"]
        events = events_of(client.get(f"/api/v1/jobs/{ids[0]}/events").text)
    assert {job["state"] for job in jobs} == {"done"}
    assert answer["state"] == "done"
    assert len(documents) == 3
    assert [number for number, _, _ in events] == list(range(1, len(events) + 1))
    if int(str(jobs[0]["attempt"])) > 1:
        (told,) = [data for _, name, data in events if name == "interrupted"]
        assert told["repeated"]


def serving_program(home: Path) -> httpx2.Client:
    """A client of a second server, which ends with the client's block."""
    return _Program(home)


class _Program(httpx2.Client):
    def __init__(self, home: Path) -> None:
        self._program = program(home)
        url, _ = self._program.__enter__()
        token = (home / "server" / "token").read_text().strip()
        super().__init__(base_url=url, headers={"authorization": f"Bearer {token}"}, timeout=60)

    def __exit__(self, *error: object) -> None:
        super().__exit__(None, None, None)
        self._program.__exit__(None, None, None)


def wait_for(client: httpx2.Client, path: str) -> dict[str, object]:
    for _ in range(600):
        found: dict[str, object] = client.get(path).json()
        if found["ended"]:
            return found
        time.sleep(0.1)
    raise AssertionError(found)
