"""The server under load, each line beside the same call without it, in one run.

    python -m bench.load                 # all lines; users ask for a minute
    python -m bench.load --seconds 10    # the same, shorter

Serves the sample library by `quoth serve` in a process of its own, and opens the same home as a
`Library` in this one; calls alternate, so what else goes on in the machine meets both alike. The
bare model stands beside llama.cpp's own server with the same weights.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import httpx2
import psutil
from quoth import Library
from quoth.weights import find_embedded_weights

from bench.measure import ROOT
from bench.side_llamacpp import serve as serve_llamacpp

QUESTION = "How long can the emergency generator run on a full tank?"
COLLECTION = "quoth/default"
SEARCH = "/api/v1/collections/default/search"
STREAMS = 1000
UPLOAD = 200 << 20
_LINE = "| {:<58} | {:>14} | {:>14} | {:<22} | {:<5} |"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table; `holds` is empty where there is no bar."""

    what: str
    without: str
    served: str
    bar: str = ""
    holds: bool | None = None

    def __str__(self) -> str:
        held = "" if self.holds is None else ("yes" if self.holds else "NO")
        return _LINE.format(self.what, self.without, self.served, self.bar, held)


@dataclass(frozen=True)
class Bench:
    """A server and a library over one home."""

    url: str
    token: str
    process: psutil.Process
    library: Library
    seconds: float

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}

    def client(self) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, headers=self.headers, timeout=120)

    @property
    def memory(self) -> float:
        """The memory of the server in MB."""
        return float(self.process.memory_info().rss) / (1 << 20)


@contextmanager
def prepare(scratch: Path, seconds: float) -> Iterator[Bench]:
    """Serve the sample library, and open it here."""
    home = scratch / "home"
    with closing(Library(home=home)) as library:
        library.ingest(ROOT / "data" / "library")
        list(library.stream(QUESTION))
        with subprocess.Popen(
            [sys.executable, "-m", "quoth.cli", "serve", "--port", "0"],
            env={**os.environ, "QUOTH_HOME": str(home)},
            stderr=subprocess.PIPE,
            text=True,
        ) as program:
            assert program.stderr is not None
            url = program.stderr.readline().split()[3].partition("/#")[0]
            Thread(target=program.stderr.read, daemon=True).start()
            token = (home / "server" / "token").read_text().strip()
            bench = Bench(url, token, psutil.Process(program.pid), library, seconds)
            with bench.client() as client:
                client.post(SEARCH, json={"question": QUESTION}).raise_for_status()
                first_token(client, COLLECTION, QUESTION)
                yield bench
            program.terminate()


def milliseconds(call: Callable[[], object]) -> float:
    begin = time.perf_counter()
    call()
    return (time.perf_counter() - begin) * 1000


def first_part(library: Library, question: str) -> None:
    """Return once the first part of an answer has come."""
    next(iter(library.stream(question)))


def first_token(client: httpx2.Client, model: str, question: str) -> None:
    """Return once the first token of an answer has come."""
    body = {
        "model": model,
        "messages": [{"role": "user", "content": question}],
        "stream": True,
        "max_tokens": 16,
    }
    with client.stream("POST", "/v1/chat/completions", json=body) as response:
        response.raise_for_status()
        for line in response.iter_lines():
            if line.startswith("data: {"):
                choices = json.loads(line[6:])["choices"]
                if choices and choices[0]["delta"].get("content"):
                    return


def first_tokens(bench: Bench) -> Line:
    """The first token of an answer from the collection."""
    here, served = [], []
    with bench.client() as client:
        for number in range(20):
            question = f"{QUESTION} ({number})"
            here.append(milliseconds(partial(first_part, bench.library, question)))
            served.append(milliseconds(partial(first_token, client, COLLECTION, question)))
    mine, theirs = statistics.median(here), statistics.median(served)
    holds = theirs - mine <= 60
    return Line("first token, p50", f"{mine:.0f} ms", f"{theirs:.0f} ms", "≤ 60 ms later", holds)


def searches(bench: Bench) -> Line:
    """A search by one client."""
    here, served = [], []
    with bench.client() as client:
        for number in range(200):
            question = f"{QUESTION} ({number})"
            body = {"question": question, "k": 8}
            here.append(milliseconds(partial(bench.library.search, question, k=8)))
            served.append(milliseconds(partial(client.post, SEARCH, json=body)))
    mine, theirs = statistics.median(here), statistics.median(served)
    holds = theirs - mine <= 5
    return Line("search, p50", f"{mine:.1f} ms", f"{theirs:.1f} ms", "≤ 5 ms more", holds)


def users(bench: Bench) -> Iterator[Line]:
    """Eight users who search and ask while the model generates."""
    took: list[float] = []
    errors: list[str] = []
    asked = [0]
    end = time.monotonic() + bench.seconds
    ended = Event()

    def generate() -> None:
        with bench.client() as client:
            while not ended.is_set():
                with suppress(httpx2.HTTPError):
                    story = f"Tell a long story. {time.monotonic()}"
                    body = {"model": bench.library.config.backend.model, "input": story}
                    client.post("/v1/responses", json=body)

    def use(number: int) -> None:
        with bench.client() as client:
            while time.monotonic() < end:
                question = f"{QUESTION} ({number}, {len(took)})"
                for path in (SEARCH, SEARCH, SEARCH, SEARCH, SEARCH.replace("search", "answers")):
                    begin = time.perf_counter()
                    answer = client.post(path, json={"question": question})
                    if answer.is_error:
                        errors.append(answer.text)
                    elif path == SEARCH:
                        took.append((time.perf_counter() - begin) * 1000)
                    else:
                        asked[0] += 1

    writing = Thread(target=generate)
    writing.start()
    people = [Thread(target=use, args=(number,)) for number in range(8)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    ended.set()
    writing.join()
    p95 = statistics.quantiles(took, n=20)[-1]
    count = f"{len(took)} + {asked[0]}"
    yield Line(f"8 users, {bench.seconds:.0f} s: searches + answers", "", count)
    yield Line("8 users: errors", "", str(len(errors)), "none", not errors)
    yield Line(
        "8 users: search, p95, while a model generates", "", f"{p95:.0f} ms", "< 150 ms", p95 < 150
    )


def memory(bench: Bench) -> Line:
    """A thousand requests, after the first hundred."""
    with bench.client() as client:
        for number in range(100):
            client.post(SEARCH, json={"question": f"{QUESTION} {number}"})
        before = bench.memory
        for number in range(1000):
            client.post(SEARCH, json={"question": f"{QUESTION} {number % 50}"})
        grown = bench.memory - before
    return Line("memory, 1,000 requests more", "", f"{grown:+.1f} MB", "flat (< 10 MB)", grown < 10)


def upload(bench: Bench) -> Iterator[Line]:
    """A file of 200 MB arrives while others ask whether the server is there."""
    took: list[float] = []
    highest = [bench.memory]
    before, done = bench.memory, Event()

    def watch() -> None:
        with bench.client() as client:
            while not done.is_set():
                took.append(milliseconds(partial(client.get, "/health")))
                highest[0] = max(highest[0], bench.memory)
                time.sleep(0.01)

    def content() -> Iterator[bytes]:
        for _ in range(UPLOAD >> 20):
            yield b"x" * (1 << 20)

    watcher = Thread(target=watch)
    watcher.start()
    path = "/api/v1/collections/default/inbox/large.bin?ingest=false"
    with bench.client() as client:
        client.put(path, content=content()).raise_for_status()
    done.set()
    watcher.join()
    slowest, grown = max(took), highest[0] - before
    holds = slowest < 50
    yield Line(
        "/health during an upload of 200 MB, slowest", "", f"{slowest:.0f} ms", "< 50 ms", holds
    )
    yield Line("memory of the upload", "", f"{grown:+.1f} MB", "bounded (< 50 MB)", grown < 50)


async def follow(bench: Bench, path: str, begun: list[int]) -> bool:
    """Follow the events of an operation to their end; return whether they ended as they should."""
    address = urlsplit(bench.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {bench.token}\r\n\r\n"
    writer.write(head.encode())
    text = b""
    counted = False
    while b"event: end" not in text:
        piece = await reader.read(65536)
        if not piece:
            break
        text += piece
        if not counted and b"event: queued" in text:
            counted = True
            begun[0] += 1
    writer.close()
    return b"event: end" in text


def streams(bench: Bench) -> Iterator[Line]:
    """A thousand readers of an answer that waits."""
    with bench.client() as client:
        model = bench.library.config.backend.model
        ids = []
        for number in range(12):
            body = {"model": model, "input": f"Tell a long story. {number}", "background": True}
            ids.append(client.post("/v1/responses", json=body).raise_for_status().json()["id"])
        path = f"/api/v1/answers/{ids[-1]}/events"

        async def open_all() -> tuple[int, float, int]:
            begun = [0]
            followers = [asyncio.create_task(follow(bench, path, begun)) for _ in range(STREAMS)]
            end = time.monotonic() + 60
            while begun[0] < STREAMS and time.monotonic() < end:
                await asyncio.sleep(0.05)
            slowest = max(milliseconds(partial(client.get, "/health")) for _ in range(50))
            for id in reversed(ids):
                client.post(f"/v1/responses/{id}/cancel")
            async with asyncio.timeout(60):
                ended = await asyncio.gather(*followers)
            return begun[0], slowest, sum(ended)

        begun, slowest, ended = asyncio.run(open_all())
    yield Line(
        f"{STREAMS:,} idle event streams: open, and ended",
        "",
        f"{begun}, {ended}",
        "all",
        begun == ended == STREAMS,
    )
    yield Line("/health beside them, slowest", "", f"{slowest:.0f} ms")


def bare(bench: Bench) -> Line:
    """The first token of the bare model, beside llama.cpp's own server."""
    weights = str(find_embedded_weights())
    alone, served = [], []
    model = bench.library.config.backend.model
    with (
        serve_llamacpp(weights) as url,
        httpx2.Client(base_url=url, timeout=120) as peer,
        bench.client() as client,
    ):
        for number in range(10):
            question = f"Tell a story. {number}"
            alone.append(milliseconds(partial(first_token, peer, "any", question)))
            served.append(milliseconds(partial(first_token, client, model, question)))
    mine, theirs = statistics.median(alone), statistics.median(served)
    what = "bare model: first token, p50 (llama.cpp's server alone)"
    return Line(what, f"{mine:.0f} ms", f"{theirs:.0f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60.0, help="how long the users ask")
    seconds = parser.parse_args().seconds
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192) if hard > 0 else 8192, hard))
    print(_LINE.format("", "without", "served", "bar", "holds"))
    print("|" + "---|" * 5)
    with tempfile.TemporaryDirectory() as scratch, prepare(Path(scratch), seconds) as bench:
        for measure in (first_tokens, searches, bare, users, memory, upload, streams):
            found = measure(bench)
            for line in [found] if isinstance(found, Line) else found:
                print(line, flush=True)


if __name__ == "__main__":
    main()
