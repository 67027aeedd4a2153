"""A fleet of real processes on loopback, with a model that answers at once."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil
from fleet.call_log import CallLog
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
DISK = Path("/mnt")
"""Where a machine with a small disk has it, which no other process sees."""
_NEW_NAMESPACE = 0x00020000
_SERVER = multiprocessing.get_context("forkserver")


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


def scripted(seconds: float, log: CallLog | None = None, machine: str = "") -> Scripted:
    """Return the model of all machines; a deadly document ends its process."""

    def answer(prompt: str) -> str:
        if DEADLY in prompt:
            os.kill(os.getpid(), signal.SIGKILL)
        if log is not None:
            log.add(machine, prompt)
        return first_words()(prompt)

    return Scripted(seconds=seconds, parallel=1, answer=answer)


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
    started: list[BaseProcess] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"tls://{self.host}:{self.port}"

    @property
    def token(self) -> Path:
        return self.home / "fleet" / "token"

    @property
    def log(self) -> CallLog:
        return CallLog(self.home / "asked")

    @property
    def scratch(self) -> Path:
        """The temporary files of all machines; those with a small disk have theirs there."""
        return self.home / "scratch"

    def start_head(self, *, lost_after: float = 60.0, disk: str = "") -> None:
        arguments = (self.home, self.host, self.port, lost_after, disk)
        self.head = self._start(_be_head, arguments)
        end = time.monotonic() + 30
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection((self.host, self.port), 1):
                return
            time.sleep(0.02)
        raise AssertionError("the head does not listen")

    def start_worker(
        self, name: str, *, address: str = "", disk: str = "", **differs: str
    ) -> BaseProcess:
        arguments = (
            *(address or self.address, self.token, name, self.seconds, self.log),
            *(disk, differs),
        )
        self.workers[name] = self._start(_be_worker, arguments)
        return self.workers[name]

    def _start(self, target: Callable[..., None], arguments: tuple[object, ...]) -> BaseProcess:
        _start_server()
        process = _SERVER.Process(target=target, args=arguments, daemon=True)
        process.start()
        self.started.append(process)
        return process

    def kept(self) -> bool:
        """Whether the workers run: those that ended are started again."""
        for name, process in list(self.workers.items()):
            if not process.is_alive():
                self.start_worker(name)
        return True

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
        for process in self.started:
            if process.is_alive():
                process.kill()
        for process in self.started:
            process.join(10)


@contextmanager
def fleet(
    home: Path,
    *workers: str,
    seconds: float = 0.02,
    host: str = "127.0.0.1",
    lost_after: float = 60.0,
    disk: str = "",
) -> Iterator[Fleet]:
    """Run a head and workers of these names until the block ends."""
    (home / "scratch").mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind((host, 0))
        port = free.getsockname()[1]
    made = Fleet(home, port, seconds, host)
    make_token(made.token)
    try:
        made.start_head(lost_after=lost_after, disk=disk)
        for name in workers:
            made.start_worker(name)
        yield made
    finally:
        made.close()


def listening(process: BaseProcess) -> set[str]:
    """Return the addresses at which a process listens."""
    connections = psutil.Process(process.pid).net_connections("tcp")
    return {each.laddr.ip for each in connections if each.status == "LISTEN"}


@cache
def _start_server() -> None:
    """Start the process that the others are forked from, with all that they import."""
    _SERVER.set_forkserver_preload(["fleet.engine_first", "fleet.machines"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(sys.path)  # it is not told by itself
    forkserver.ensure_running()
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


def disk_of(process: BaseProcess) -> Path:
    """Return the small disk of another process."""
    return Path(f"/proc/{process.pid}/root") / DISK.relative_to("/")


def _be_head(home: Path, host: str, port: int, lost_after: float, disk: str) -> None:
    token = home / "fleet" / "token"
    tempfile.tempdir = str(home / "scratch")
    if disk:
        home = _mount_disk(disk)
    settings = HeadSettings(host=host, port=port, lost_after=lost_after, token_file=token)
    serve_head(settings, load_config().config, home=home, announce=lambda _: None)


def work_until_killed(address: str, token: Path, name: str, log: Path) -> None:
    """Be a worker in this process, such as one of another network."""
    _be_worker(address, token, name, 0.1, CallLog(log), "", {})


def _be_worker(
    address: str,
    token: Path,
    name: str,
    seconds: float,
    log: CallLog,
    disk: str,
    differs: dict[str, str],
) -> None:
    tempfile.tempdir = str(_mount_disk(disk) if disk else log.path.with_name("scratch"))
    with Library(config=load_config().config, model=scripted(seconds, log, name)) as library:
        identity = replace(identify(library, works=SUMMARIES), **differs)
        with suppress(QuothError):
            work_with(library, address, token, name=name, works=SUMMARIES, identity=identity)
    os._exit(0)


def _mount_disk(size: str) -> Path:
    """Mount a small disk that only this process sees, and that is gone with it."""
    if ctypes.CDLL(None).unshare(_NEW_NAMESPACE):
        raise PermissionError("unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", DISK], check=True)
    return DISK
