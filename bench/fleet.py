"""How a fleet scales: speed-up over workers, and what its head spends on a call.

The stand-in model sleeps for 50 ms a call, so that many workers fit on one machine. Run it with
`python -m bench.fleet`; `--memory` measures the memory of the head instead.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
from quoth.config import load_config
from quoth.errors import QuothError
from quoth.fleet import FleetExecutor, HeadSettings, identify, make_token, serve_head, work_with
from quoth.jobs import SummaryJob
from quoth.library import Library
from quoth.models import Description, LocalModel, Piece, Request
from quoth.summarize import Summarizer, SummaryOptions
from quoth.types import Document, Page, Timings

CALL_SECONDS = 0.05
WORKERS = (1, 2, 4, 8, 16)
OPTIONS = SummaryOptions(strategy="stuff", length="40")
_PROCESSES = multiprocessing.get_context("forkserver")


class StandIn(LocalModel):
    """Sleeps, and answers with the last words of the prompt. Four characters are a token."""

    model: str = "stand-in:50ms"
    seconds: float = CALL_SECONDS

    def describe(self) -> Description:
        return Description(
            name=self.model,
            family="plain",
            kind="chat",
            context_window=4096,
            parallel=1,
            fingerprint="stand-in",
            parameters=7_000_000_000,
        )

    def count_tokens(self, text: str) -> int:
        return -(-len(text) // 4)

    def token_starts(self, text: str) -> list[int]:
        return list(range(0, len(text), 4))

    def generate_pieces(self, request: Request) -> Iterator[Piece]:
        time.sleep(self.seconds)
        yield Piece(text=" ".join(str(request.messages[-1].content).split()[-12:]) + ".")
        yield Piece(timings=Timings(generated_tokens=12, generation_seconds=0.05), finish="stop")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement; `head_ms` is the processor time of the head for a call."""

    workers: int
    documents: int
    calls: int
    seconds: float
    documents_per_second: float
    head_ms: float
    head_megabytes: float


def read(path: Path) -> Document:
    return Document(str(path), path.stem, "text", (Page(1, path.read_text()),))


def write_documents(folder: Path, count: int) -> list[Path]:
    folder.mkdir(parents=True)
    paths = [folder / f"{number:06}.md" for number in range(count)]
    for number, path in enumerate(paths):
        path.write_text(
            f"Report {number} was written on {number % 28 + 1} May 1998. The council gave "
            f"{number},900 crowns for the bridge, and the work begins in June of that year. " * 3
        )
    return paths


def be_head(home: Path, port: int) -> None:
    serve_head(HeadSettings(port=port), load_config().config, home=home, announce=lambda _: None)


def be_worker(address: str, token: Path, name: str, seconds: float) -> None:
    model = StandIn(seconds=seconds)
    with suppress(QuothError), Library(config=load_config().config, model=model) as library:
        work_with(library, address, token, name=name, works=("summaries",))
    os._exit(0)


@contextmanager
def running(home: Path, workers: int, seconds: float) -> Iterator[tuple[str, BaseProcess]]:
    """Run a head and workers within the block; give the address and the head."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    make_token(home / "fleet" / "token")
    address = f"tls://127.0.0.1:{port}"
    processes = [_PROCESSES.Process(target=be_head, args=(home, port), daemon=True)]
    processes[0].start()
    while True:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            break
        time.sleep(0.05)
    for number in range(workers):
        arguments = (address, home / "fleet" / "token", f"worker-{number}", seconds)
        processes.append(_PROCESSES.Process(target=be_worker, args=arguments, daemon=True))
        processes[-1].start()
    try:
        yield address, processes[0]
    finally:
        for process in processes:
            process.kill()
            process.join()


def measure(workers: int, documents: int, *, seconds: float = CALL_SECONDS) -> Row:
    """Summarize documents with a fleet, from the moment all workers are there."""
    with tempfile.TemporaryDirectory(prefix="quoth-bench-") as place:
        home = Path(place)
        paths = write_documents(home / "in", documents)
        with running(home, workers, seconds) as (address, head):
            with Library(config=load_config().config, model=StandIn(seconds=0.0)) as library:
                identity = identify(library, works=("summaries",))
            executor = FleetExecutor(
                address, home / "fleet" / "token", load=read, identity=identity
            )
            executor.wait_for_machines(workers, seconds=300)
            watched = psutil.Process(head.pid)
            before, begin = sum(watched.cpu_times()[:2]), time.perf_counter()
            summarizer = Summarizer(StandIn(seconds=0.0), options=OPTIONS)
            report = SummaryJob(summarizer, read, home / "out", executor=executor).run(paths)
            took = time.perf_counter() - begin
            spent = sum(watched.cpu_times()[:2]) - before
            memory = watched.memory_info().rss / 2**20
            executor.close()
    assert len(report.report.done) == documents
    return Row(
        workers,
        documents,
        report.calls,
        round(took, 2),
        round(documents / took, 1),
        round(1000 * spent / max(report.calls, 1), 2),
        round(memory, 1),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--workers", type=int, nargs="*", default=WORKERS)
    parser.add_argument("--memory", type=int, nargs="*", help="numbers of documents, such as 1000")
    options = parser.parse_args()
    sizes = [(4, documents, 0.0) for documents in options.memory or ()]
    sizes = sizes or [(workers, options.documents, CALL_SECONDS) for workers in options.workers]
    ideal = 0.0
    for workers, documents, seconds in sizes:
        row = measure(workers, documents, seconds=seconds)
        ideal = ideal or row.documents_per_second / row.workers
        share = row.documents_per_second / (row.workers * ideal)
        print(
            f"{row.workers:3} workers  {row.documents:7} documents  {row.seconds:8.1f} s  "
            f"{row.documents_per_second:7.1f}/s  {share:6.1%} of ideal  "
            f"head {row.head_ms:.2f} ms a call, {row.head_megabytes:.0f} MB",
            flush=True,
        )


if __name__ == "__main__":
    main()
