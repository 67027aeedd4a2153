"""A fleet of real processes on loopback, with a model that answers at once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
from quoth import Library
from quoth.config import load_config
from quoth.errors import QuothError
from quoth.fleet import (
    FleetExecutor,
    HeadSettings,
    Identity,
    Work,
    identify,
    make_token,
    serve_head,
    work_with,
)
from quoth.jobs import JobReport, SummaryJob
from quoth.summarize import Summarizer, SummaryOptions
from quoth.system import Guard
from quoth.types import Document, Page
from scripted_model import Scripted, first_words

OPTIONS = SummaryOptions(map_tokens=100, reduction="select", length="40")
SUMMARIES: tuple[Work, ...] = ("summaries",)
TEXT = (
    "The council met on {n} May 1998 in hall {n}. Ada Lindqvist asked for {n},200 crowns to mend "
    "the bridge of {n} arches. The council gave {n},900 crowns, and the work begins in June."
)
DEADLY = "deadly"
_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["quoth.library", "quoth.jobs.job", "fleet.machines"])


def write_documents(folder: Path, count: int, *, paragraphs: int = 4) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for n in range(count):
        numbers = range(1000 * n, 1000 * n + paragraphs)
        paths.append(folder / f"doc{n:02}.md")
        paths[-1].write_text("\n\n".join(TEXT.format(n=m + 1) for m in numbers))
    return paths


def read(path: Path) -> Document:
    return Document(str(path), path.stem, "text", (Page(1, path.read_text()),))


def scripted(seconds: float, asked: Path | None = None) -> Scripted:
    """Return the model of all machines; a deadly document ends its process."""

    def answer(prompt: str) -> str:
        if DEADLY in prompt:
            os.kill(os.getpid(), signal.SIGKILL)
        if asked is not None:
            out = os.open(asked, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.write(out, f"{hash_of(prompt)}\n".encode())
            os.close(out)
        return first_words()(prompt)

    return Scripted(seconds=seconds, parallel=1, answer=answer)


def hash_of(prompt: str) -> str:
    import hashlib

    return hashlib.blake2b(prompt.encode(), digest_size=8).hexdigest()


def run_alone(paths: Sequence[Path], output: Path) -> JobReport:
    """Return the report of the same job on threads of this process."""
    return SummaryJob(Summarizer(scripted(0.0), options=OPTIONS), read, output).run(paths)


def outputs_of(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith((".", "report."))
    }


def identity_here() -> Identity:
    with Library(config=load_config().config, model=scripted(0.0)) as library:
        return identify(library, works=SUMMARIES)


@dataclass
class Fleet:
    """A head and its workers; every process ends with the block that opened it."""

    home: Path
    port: int
    seconds: float
    host: str = "127.0.0.1"
    head: BaseProcess | None = None
    workers: dict[str, BaseProcess] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"tls://{self.host}:{self.port}"

    @property
    def token(self) -> Path:
        return self.home / "fleet" / "token"

    @property
    def asked(self) -> Path:
        return self.home / "asked"

    def start_head(self, *, lost_after: float = 60.0, file_limit: int = 0) -> None:
        arguments = (self.home, self.host, self.port, lost_after, file_limit)
        self.head = _SERVER.Process(target=_be_head, args=arguments, daemon=True)
        self.head.start()
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection((self.host, self.port), 1):
                return
            time.sleep(0.02)
        raise AssertionError("the head does not listen")

    def start_worker(
        self, name: str, *, address: str = "", file_limit: int = 0, **differs: str
    ) -> BaseProcess:
        arguments = (
            *(address or self.address, self.token, name, self.seconds, self.asked),
            *(file_limit, differs),
        )
        process = _SERVER.Process(target=_be_worker, args=arguments, daemon=True)
        process.start()
        self.workers[name] = process
        return process

    def keep_workers(self) -> None:
        """Start the workers again that ended."""
        for name, process in list(self.workers.items()):
            if not process.is_alive():
                self.start_worker(name)

    def executor(self, *, patience: float = 30.0, mixed: bool = False) -> FleetExecutor:
        return FleetExecutor(
            self.address,
            self.token,
            load=read,
            identity=identity_here(),
            mixed=mixed,
            patience=patience,
            guard=Guard(allow=(self.host,)),
        )

    def told(self) -> list[str]:
        return self.asked.read_text().split() if self.asked.exists() else []

    def summarize(
        self, paths: Sequence[Path], output: Path, *, patience: float = 30.0, mixed: bool = False
    ) -> JobReport:
        executor = self.executor(patience=patience, mixed=mixed)
        try:
            summarizer = Summarizer(scripted(0.0), options=OPTIONS)
            return SummaryJob(summarizer, read, output, executor=executor).run(paths)
        finally:
            executor.close()

    def close(self) -> None:
        for process in (*self.workers.values(), self.head):
            if process is not None and process.is_alive():
                with suppress(ProcessLookupError):
                    os.kill(process.pid or 0, signal.SIGCONT)
                process.kill()
                process.join(10)


@contextmanager
def fleet(
    home: Path,
    *workers: str,
    seconds: float = 0.02,
    host: str = "127.0.0.1",
    **head: float,
) -> Iterator[Fleet]:
    """Run a head and workers of these names until the block ends."""
    home.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind((host, 0))
        port = free.getsockname()[1]
    made = Fleet(home, port, seconds, host)
    make_token(made.token)
    try:
        made.start_head(**head)  # type: ignore[arg-type]
        for name in workers:
            made.start_worker(name)
        yield made
    finally:
        made.close()


def listening(process: BaseProcess) -> set[str]:
    """Return the addresses at which a process listens."""
    connections = psutil.Process(process.pid).net_connections("tcp")
    return {each.laddr.ip for each in connections if each.status == "LISTEN"}


def _be_head(home: Path, host: str, port: int, lost_after: float, file_limit: int) -> None:
    _limit_files(file_limit)
    settings = HeadSettings(host=host, port=port, lost_after=lost_after)
    serve_head(settings, load_config().config, home=home, announce=lambda _: None)


def work_until_killed(address: str, token: Path, name: str, asked: Path) -> None:
    """Be a worker in this process, such as one of another network."""
    _be_worker(address, token, name, 0.1, asked, 0, {})


def _be_worker(
    address: str,
    token: Path,
    name: str,
    seconds: float,
    asked: Path,
    file_limit: int,
    differs: dict[str, str],
) -> None:
    _limit_files(file_limit)
    with Library(config=load_config().config, model=scripted(seconds, asked)) as library:
        identity = replace(identify(library, works=SUMMARIES), **differs)
        with suppress(QuothError):
            work_with(library, address, token, name=name, works=SUMMARIES, identity=identity)
    os._exit(0)


def _limit_files(size: int) -> None:
    """Let no file of this process grow beyond a size, as on a full disk."""
    if size:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
