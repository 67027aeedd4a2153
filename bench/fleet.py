"""How a fleet scales: speed-up over workers, and what a call costs its head.

The stand-in model sleeps for 50 ms a call, or as long as `--seconds` says, so that many workers fit
on one machine; a document is one call, or as many as `--calls` says. `python -m bench.fleet` takes
four minutes and prints a table; `--memory 1000 10000 100000` measures the memory of head and job
instead.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
from quoth.config import load_config
from quoth.errors import QuothError
from quoth.fleet import FleetExecutor, HeadSettings, identify, make_token, serve_head, work_with
from quoth.jobs import JobProgress, JobReport, SummaryJob
from quoth.library import Library
from quoth.models import Description, LocalModel, Piece, Request
from quoth.summarize import Summarizer, SummaryOptions
from quoth.types import Document, Page, Timings

CALL_SECONDS = 0.05
WORKERS = (1, 2, 4, 8, 16)
MOST_OF_EACH = 500
"""The most documents for each worker, so that one alone is done in half a minute."""
MEGABYTE = 1 << 20
ONE_CALL = SummaryOptions(strategy="stuff", length="40")
CALL_EACH = SummaryOptions(strategy="map-reduce", map_tokens=120, reduction="select", length="40")
"""With which each paragraph of a document is a call."""
Progress = Callable[[JobProgress], None]
_GARBAGE = 50_000
"""The threshold of `quoth`, of whose programs these are the functions."""
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
    """One measurement; the milliseconds are of a processor, for a call."""

    workers: int
    documents: int
    documents_per_second: float
    head_ms: float
    worker_ms: float
    job_ms: float
    head_megabytes: float


def read(path: Path) -> Document:
    return Document(str(path), path.stem, "text", (Page(1, path.read_text()),))


def write_documents(folder: Path, count: int, calls: int) -> list[Path]:
    """Write documents with a paragraph for each call."""
    folder.mkdir(parents=True)
    paths = [folder / f"{number:06}.md" for number in range(count)]
    for number, path in enumerate(paths):
        paragraphs = [
            f"Report {number:06} was written on {part + 1} May 1998. The council gave "
            f"{number:06},900 crowns for the bridge, and the work begins in June of that year. " * 3
            for part in range(calls)
        ]
        path.write_text("\n\n".join(paragraphs))
    return paths


def be_head(home: Path, port: int) -> None:
    gc.set_threshold(_GARBAGE)
    serve_head(HeadSettings(port=port), load_config().config, home=home, announce=lambda _: None)


def be_worker(address: str, token: Path, name: str, seconds: float) -> None:
    gc.set_threshold(_GARBAGE)
    model = StandIn(seconds=seconds)
    with suppress(QuothError), Library(config=load_config().config, model=model) as library:
        work_with(library, address, token, name=name, works=("summaries",))
    os._exit(0)


@dataclass(frozen=True, slots=True)
class Programs:
    """A fleet that runs: the address of its head, and its processes."""

    address: str
    head: psutil.Process
    workers: tuple[psutil.Process, ...]

    def spent(self) -> tuple[float, float, float]:
        """Return the processor seconds of the head, of all workers, and of this process."""
        head = sum(self.head.cpu_times()[:2])
        workers = sum(sum(worker.cpu_times()[:2]) for worker in self.workers)
        return head, workers, time.process_time()


@contextmanager
def running(home: Path, workers: int, seconds: float) -> Iterator[Programs]:
    """Run a head and workers within the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    make_token(home / "fleet" / "token")
    address = f"tls://127.0.0.1:{port}"
    processes: list[BaseProcess] = []

    def start(target: Callable[..., None], *arguments: object) -> psutil.Process:
        processes.append(_PROCESSES.Process(target=target, args=arguments, daemon=True))
        processes[-1].start()
        return psutil.Process(processes[-1].pid)

    try:
        head = start(be_head, home, port)
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        token = home / "fleet" / "token"
        names = [f"worker-{number}" for number in range(workers)]
        started = [start(be_worker, address, token, name, seconds) for name in names]
        yield Programs(address, head, tuple(started))
    finally:
        for process in processes:
            process.kill()
            process.join()


@contextmanager
def prepared(
    workers: int, documents: int, seconds: float, *, calls: int = 1
) -> Iterator[tuple[Programs, Callable[[Progress], JobReport]]]:
    """Start a fleet and write documents; give what summarizes them, once all workers are there."""
    with tempfile.TemporaryDirectory(prefix="quoth-bench-") as place:
        home = Path(place)
        paths = write_documents(home / "in", documents, calls)
        with running(home, workers, seconds) as programs:
            model = StandIn(seconds=0.0)
            with Library(config=load_config().config, model=model) as library:
                identity = identify(library, works=("summaries",))
            token = home / "fleet" / "token"
            executor = FleetExecutor(programs.address, token, load=read, identity=identity)
            executor.wait_for_machines(workers, seconds=300)

            def summarize(progress: Progress) -> JobReport:
                summarizer = Summarizer(model, options=ONE_CALL if calls == 1 else CALL_EACH)
                job = SummaryJob(
                    summarizer, read, home / "out", executor=executor, progress=progress
                )
                return job.run(paths)

            with closing(executor):
                yield programs, summarize


def measure_speed(workers: int, documents: int, calls: int, seconds: float) -> Row:
    """Summarize documents with a fleet, from the moment all workers are there."""
    with prepared(workers, documents, seconds, calls=calls) as (programs, summarize):
        before, begin = programs.spent(), time.perf_counter()
        report = summarize(lambda _: None)
        took = time.perf_counter() - begin
        spent = [after - earlier for after, earlier in zip(programs.spent(), before, strict=True)]
        memory = programs.head.memory_info().rss / MEGABYTE
    assert len(report.report.done) == documents
    assert report.calls == documents * calls
    head_ms, worker_ms, job_ms = (1000 * seconds / report.calls for seconds in spent)
    return Row(workers, documents, documents / took, head_ms, worker_ms, job_ms, memory)


def measure_memory(sizes: Sequence[int]) -> None:
    """Print the megabytes of the head, and of the job, after so many documents of one job.

    Their calls take 0 ms.
    """
    left = sorted(sizes)

    def look(progress: JobProgress) -> None:
        if left and progress.documents_done >= left[0]:
            processes = (programs.head, psutil.Process())
            head, job = (process.memory_info().rss / MEGABYTE for process in processes)
            print(f"| {left.pop(0):,} | {head:.0f} MB | {job:.0f} MB |", flush=True)

    print("| documents | memory of the head | of the job |\n|---|---|---|")
    with prepared(4, left[-1], 0.0) as (programs, summarize):
        summarize(look)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--calls", type=int, default=1, help="the calls of a document")
    parser.add_argument("--seconds", type=float, default=CALL_SECONDS, help="the time of a call")
    parser.add_argument("--workers", type=int, nargs="*", default=WORKERS)
    parser.add_argument("--memory", type=int, nargs="*", help="numbers of documents, such as 1000")
    options = parser.parse_args()
    if options.memory:
        measure_memory(options.memory)
        return
    print(
        "| workers | documents/s | speed-up | of the ideal | head | worker | job | head's memory |"
    )
    print("|---|---|---|---|---|---|---|---|")
    alone = 0.0
    for workers in options.workers:
        documents = min(options.documents, MOST_OF_EACH * workers)
        row = measure_speed(workers, documents, options.calls, options.seconds)
        alone = alone or row.documents_per_second / workers
        gain = row.documents_per_second / alone
        print(
            f"| {workers} | {row.documents_per_second:.1f} | {gain:.1f} | {gain / workers:.0%} "
            f"| {row.head_ms:.2f} ms | {row.worker_ms:.1f} ms | {row.job_ms:.1f} ms "
            f"| {row.head_megabytes:.0f} MB |",
            flush=True,
        )


if __name__ == "__main__":
    main()
