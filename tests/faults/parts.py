"""An ingestion or a batch in a process of its own, which tells what it does and may be killed."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from quoth import Library
from quoth.config import ModelSettings, load_config
from quoth.errors import QuothError
from quoth.ingest import reembed
from quoth.jobs import SummaryJob
from quoth.journal.journal import Journal
from quoth.summarize import Summarizer, SummaryOptions
from quoth.tune import tune
from quoth.types import Document, Page
from scripted_model import Scripted, first_words

BATCH_PARALLEL = 3
_SLOWER = 1.1
_WAIT_SECONDS = 300
_SERVER = multiprocessing.get_context("forkserver")
# What is imported once is not imported again for each of the many processes.
_SERVER.set_forkserver_preload(
    [
        "quoth.library.library",  # the face alone loads nothing
        "quoth.jobs.job",
        "quoth.embed.embedder",
        "tokenizers",
        "onnxruntime",
        "chromadb",
    ]
)


class Killer:
    """Kills processes at random moments of their work, however fast the machine is at present.

    `seconds` is what one of them takes. It is less where one was done before its moment, and more
    where one was not; moments are within the `share` of it. `landed` counts the kills amid work.
    """

    def __init__(self, seed: int, seconds: float, share: tuple[float, float]) -> None:
        self.chance = random.Random(seed)
        self.landed = 0
        self._seconds = seconds
        self._share = share

    def kill(self, process: BaseProcess) -> None:
        """Wait for a random moment, and kill the process if it is not done."""
        begin = time.perf_counter()
        process.join(self.chance.uniform(*self._share) * self._seconds)
        if process.is_alive():
            self.landed += 1
            self._seconds *= _SLOWER
        else:
            self._seconds = time.perf_counter() - begin
        process.kill()
        process.join()


def seconds_of(process: BaseProcess, reason: Path | None = None) -> float:
    """Wait for a process that completes; return how long that took. `reason` has its error."""
    begin = time.perf_counter()
    process.join()
    told = reason.read_text() if reason and reason.exists() else ""
    assert process.exitcode == 0, f"the same command completes: {told}"
    return time.perf_counter() - begin


def started(home: Path, folder: Path, acknowledged: Path, *, limit: int = 0) -> BaseProcess:
    """Start an ingestion; `limit` is the size in bytes that a file may grow to."""
    process = _SERVER.Process(target=_ingest, args=(home, folder, acknowledged, limit), daemon=True)
    process.start()
    return process


def _ingest(home: Path, folder: Path, acknowledged: Path, limit: int) -> None:
    os.environ["QUOTH_HOME"] = str(home)
    _limit_files(limit)
    out = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(finished: int, total: int, path: str) -> None:
        if finished:
            os.write(out, f"{path}\n".encode())

    try:
        with Library("test", home=home) as library:
            library.ingestor.batch_chunks = 6  # many small transactions, to fall between
            library.ingest(folder, progress=tell, wait_seconds=_WAIT_SECONDS)
    except Exception as error:
        acknowledged.with_suffix(".error").write_text(f"{type(error).__name__}: {error}")
        raise SystemExit(1) from error


def reembedding_started(home: Path, chunk_tokens: int) -> BaseProcess:
    """Start to embed a collection again in chunks of another size."""
    process = _SERVER.Process(target=_reembed, args=(home, chunk_tokens), daemon=True)
    process.start()
    return process


def library_of_chunks(home: Path, chunk_tokens: int) -> Library:
    config = load_config(overrides={"ingestion.chunk_tokens": chunk_tokens}).config
    return Library("test", home=home, config=config)


def _reembed(home: Path, chunk_tokens: int) -> None:
    os.environ["QUOTH_HOME"] = str(home)
    with library_of_chunks(home, chunk_tokens) as library:
        reembed(
            library.store,
            library.index,
            library.embedder,
            library.splitter,
            library.lock,
            batch_chunks=6,
            wait_seconds=_WAIT_SECONDS,
        )


def first_start(home: Path, folder: Path) -> BaseProcess:
    """Start to use a home that nobody has used: the embedder's graph is made, and a collection."""
    process = _SERVER.Process(target=_start, args=(home, folder), daemon=True)
    process.start()
    return process


def _start(home: Path, folder: Path) -> None:
    os.environ["QUOTH_HOME"] = str(home)
    with Library("test", home=home) as library:
        library.ingest(folder, wait_seconds=_WAIT_SECONDS)
        library.search("What does sentence 7 say?")


def tuning_started(home: Path) -> BaseProcess:
    """Start to measure how the embedded model runs best."""
    process = _SERVER.Process(target=_tune, args=(home,), daemon=True)
    process.start()
    return process


def _tune(home: Path) -> None:
    os.environ["QUOTH_HOME"] = str(home)
    tune(ModelSettings(), workload="chat", seconds=4)


def batch_started(
    home: Path, folder: Path, asked: Path, output: Path, *, limit: int = 0
) -> BaseProcess:
    """Start summarizing a folder with a scripted model that writes down what it is asked."""
    arguments = (home, folder, asked, output, limit)
    process = _SERVER.Process(target=_batch, args=arguments, daemon=True)
    process.start()
    return process


def _batch(home: Path, folder: Path, asked: Path, output: Path, limit: int) -> None:
    _limit_files(limit)
    out = os.open(asked, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def answer(prompt: str) -> str:
        os.write(out, f"{digest_of(prompt)}\n".encode())
        return first_words()(prompt)

    model = Scripted(seconds=0.01, parallel=BATCH_PARALLEL, answer=answer)
    options = SummaryOptions(map_tokens=100, reduction="select", length="40")
    summarizer = Summarizer(model, journal=Journal(home / "journal.db"), options=options)
    job = SummaryJob(summarizer, _read, output, form="json")
    try:
        done = job.run(sorted(folder.rglob("*.md")), base=folder)
    except QuothError as error:
        asked.with_suffix(".error").write_text(f"{type(error).__name__}: {error}")
        raise SystemExit(error.exit_code) from error
    raise SystemExit(done.exit_code)


def _limit_files(size: int) -> None:
    if size:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _read(path: Path) -> Document:
    return Document(str(path), path.stem, "text", (Page(1, path.read_text()),))


def digest_of(prompt: str) -> str:
    return hashlib.blake2b(prompt.encode(), digest_size=16).hexdigest()


def hash_of(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def write_document(path: Path, words: Sequence[str]) -> None:
    """Write a document of a page or two of which no sentence stands in another one."""
    name = " ".join(words)
    lines = [f"Sentence {n} of {name} says {hash((name, n)) % 10_000}." for n in range(40)]
    path.write_text("\n\n".join(lines))
