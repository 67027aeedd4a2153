"""A file that misbehaves costs itself, and nothing else."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from quoth.config import Limits
from quoth.errors import CorruptDocumentError, DocumentError, LimitExceededError, NeedsPasswordError
from quoth.load import isolate
from quoth.load.backlog import Backlog
from quoth.load.isolate import LoaderPool
from quoth.types import Document

PROMPT_SECONDS = 10
"""More than a busy machine takes, and much less than a file that hangs."""

MakePdf = Callable[..., Path]
MakeZip = Callable[[str, dict[str, str]], Path]


def texts(folder: Path, count: int) -> list[Path]:
    paths = []
    for number in range(count):
        path = folder / f"{number:03}.txt"
        path.write_text(f"text number {number}")
        paths.append(path)
    return paths


def workers() -> set[int]:
    """Return the ids of the processes that read files for this one."""
    return {
        child.pid
        for child in psutil.Process().children()
        if child.status() != psutil.STATUS_ZOMBIE and "quoth.load.worker" in str(child.cmdline())
    }


def test_every_path_comes_back_once_with_its_own_document(tmp_path: Path) -> None:
    paths = texts(tmp_path, 40)
    with LoaderPool(workers=2) as pool:
        found = dict(pool.load_all(paths))
    assert sorted(found) == paths
    for path, document in found.items():
        assert isinstance(document, Document)
        assert document.source == str(path)
        assert document.pages[0].text == path.read_text()


def test_a_document_is_the_same_as_when_read_in_this_process(make_pdf: MakePdf) -> None:
    from quoth.load.registry import load_document

    path = make_pdf("a.pdf", [[("Big heading", "Helvetica", 24), "some usual text"] * 3])
    with LoaderPool(workers=1) as pool:
        ((_, document),) = pool.load_all([path])
    assert document == load_document(path)


@pytest.mark.usefixtures("third_party")
@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("hang", LimitExceededError, "more than 2 seconds"),
        ("crash", CorruptDocumentError, "SIGABRT"),
        ("segfault", CorruptDocumentError, "SIGSEGV"),
        ("hog", LimitExceededError, "memory"),
        ("leave", CorruptDocumentError, "exit code 3"),
    ],
)
def test_a_bad_file_costs_only_itself(
    tmp_path: Path, kind: str, error: type[DocumentError], words: str
) -> None:
    good = texts(tmp_path, 6)
    bad = tmp_path / f"bad.{kind}"
    bad.write_text("x")
    limits = Limits(seconds=2, memory_megabytes=200)
    with LoaderPool(workers=1, limits=limits) as pool:
        found = dict(pool.load_all([*good[:3], bad, *good[3:]]))
    assert all(isinstance(found[path], Document) for path in good)
    assert isinstance(found[bad], error)
    assert words in str(found[bad])
    assert "bad." in str(found[bad])


@pytest.mark.usefixtures("third_party")
def test_what_a_loader_prints_does_not_reach_the_results(tmp_path: Path) -> None:
    path = tmp_path / "a.shout"
    path.write_text("quiet")
    with LoaderPool(workers=1) as pool:
        ((_, document),) = pool.load_all([path])
    assert isinstance(document, Document)
    assert document.pages[0].text == "quiet"


def test_an_archive_that_unpacks_to_too_much_is_refused(make_zip: MakeZip) -> None:
    bomb = make_zip("bomb.docx", {"word/document.xml": "<a/>" + " " * 80_000_000})
    assert bomb.stat().st_size < 1_000_000
    with LoaderPool(workers=1, limits=Limits(unpacked_megabytes=50)) as pool:
        ((_, error),) = pool.load_all([bomb])
    assert isinstance(error, LimitExceededError)
    assert "76 MB" in str(error)


def test_an_archive_that_lies_about_its_size_is_refused(make_zip: MakeZip) -> None:
    bomb = make_zip("bomb.docx", {"word/document.xml": " " * 80_000_000})
    content = bytearray(bomb.read_bytes())
    declared = (80_000_000).to_bytes(4, "little")
    for _ in range(2):
        at = content.find(declared)
        content[at : at + 4] = (1000).to_bytes(4, "little")
    bomb.write_bytes(content)
    with zipfile.ZipFile(bomb) as archive:
        assert archive.getinfo("word/document.xml").file_size == 1000
    with LoaderPool(workers=1, limits=Limits(unpacked_megabytes=50)) as pool:
        ((_, error),) = pool.load_all([bomb])
    assert isinstance(error, CorruptDocumentError)


def test_passwords_and_limits_reach_the_workers(make_pdf: MakePdf) -> None:
    locked = make_pdf("locked.pdf", [["secret words"]], password="open sesame")
    long = make_pdf("long.pdf", [["page"]] * 12)
    with LoaderPool(workers=1, limits=Limits(pages=10)) as pool:
        found = dict(pool.load_all([locked, long]))
    assert isinstance(found[locked], NeedsPasswordError)
    assert isinstance(found[long], LimitExceededError)
    with LoaderPool(workers=1, passwords=["wrong", "open sesame"]) as pool:
        found = dict(pool.load_all([locked, long]))
    assert isinstance(found[locked], Document)
    assert isinstance(found[long], Document)


def test_a_fuzzed_pdf_never_ends_the_run(make_pdf: MakePdf, tmp_path: Path) -> None:
    pages: list[list[object]] = [
        [f"page {page} line {n} of text" for n in range(20)] for page in range(5)
    ]
    original = make_pdf("original.pdf", pages).read_bytes()
    chance = random.Random(7)
    paths = []
    for number in range(100):
        content = bytearray(original)
        for _ in range(chance.choice((1, 4, 30, 200))):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        if number % 10 == 0:
            del content[chance.randrange(len(content)) :]
        path = tmp_path / f"fuzzed{number}.pdf"
        path.write_bytes(content)
        paths.append(path)
    with LoaderPool(workers=2, limits=Limits(seconds=30)) as pool:
        found = dict(pool.load_all(paths))
    assert sorted(found) == sorted(paths)
    assert all(isinstance(outcome, Document | DocumentError) for outcome in found.values())
    assert sum(isinstance(outcome, Document) for outcome in found.values()) > 30


def test_no_worker_starts_without_files_and_no_more_than_files(tmp_path: Path) -> None:
    with LoaderPool(workers=4) as pool:
        assert list(pool.load_all([])) == []
        assert not workers()
        assert len(list(pool.load_all(texts(tmp_path, 1)))) == 1
        assert len(workers()) == 1


def test_workers_serve_again_and_end_with_the_pool(tmp_path: Path) -> None:
    paths = texts(tmp_path, 4)
    with LoaderPool(workers=2) as pool:
        list(pool.load_all(paths))
        first = workers()
        list(pool.load_all(paths))
        assert workers() == first
    assert not any(psutil.pid_exists(pid) for pid in first)


def test_paths_are_taken_only_as_far_ahead_as_needed(tmp_path: Path) -> None:
    taken = []

    def source() -> Iterator[Path]:
        for path in texts(tmp_path, 60):
            taken.append(path)
            yield path

    with LoaderPool(workers=2) as pool:
        results = pool.load_all(source())
        for number in range(1, 20):
            next(results)
            assert len(taken) <= number + 2 * 3
        results.close()


@pytest.mark.usefixtures("third_party")
def test_leaving_the_loop_ends_a_hanging_worker_at_once(tmp_path: Path) -> None:
    quick = texts(tmp_path, 1)[0]
    slow = tmp_path / "slow.hang"
    slow.write_text("x")
    with LoaderPool(workers=2) as pool:
        results = pool.load_all([slow, quick])
        assert next(results)[0] == quick
        began = time.monotonic()
        results.close()
        assert time.monotonic() - began < PROMPT_SECONDS
        assert not workers()


@pytest.mark.usefixtures("third_party")
def test_closing_from_elsewhere_ends_the_loop(tmp_path: Path) -> None:
    slow = tmp_path / "slow.hang"
    slow.write_text("x")
    pool = LoaderPool(workers=1)
    timer = threading.Timer(1.5, pool.close)
    timer.start()
    began = time.monotonic()
    assert list(pool.load_all([slow])) == []
    assert time.monotonic() - began < PROMPT_SECONDS
    timer.join()


HANGING = """
import sys
from pathlib import Path
from quoth.load import LoaderPool
pool = LoaderPool(workers=1)
for path, outcome in pool.load_all([Path(sys.argv[1])]):
    print(outcome)
"""


def start_hanging(tmp_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start a program that waits for a file that hangs; return it and its worker's id."""
    slow = tmp_path / "slow.hang"
    slow.write_text("x")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    program = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(slow)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    noted = tmp_path / "slow.hang.pid"
    until = time.monotonic() + 60
    while not (noted.exists() and noted.read_text()):
        assert time.monotonic() < until, "the worker did not start"
        time.sleep(0.05)
    return program, int(noted.read_text())


def gone(pid: int) -> bool:
    until = time.monotonic() + PROMPT_SECONDS
    while time.monotonic() < until:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False


@pytest.mark.usefixtures("third_party")
def test_workers_die_with_their_pool_even_on_kill_9(tmp_path: Path) -> None:
    program, worker = start_hanging(tmp_path)
    program.kill()
    program.wait()
    assert gone(worker)


@pytest.mark.usefixtures("third_party")
def test_ctrl_c_ends_a_program_and_its_hanging_worker(tmp_path: Path) -> None:
    program, worker = start_hanging(tmp_path)
    program.send_signal(signal.SIGINT)
    program.wait(timeout=PROMPT_SECONDS)
    assert gone(worker)


def test_large_documents_wait_in_their_workers_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolate, "_BACKLOG_BYTES", 300_000)
    for number in range(8):
        (tmp_path / f"{number}.txt").write_text(f"{number} " * 100_000)
    held: list[int] = []

    class Counted(Backlog):
        def admit(self, size: int) -> None:
            super().admit(size)
            held.append(self._held)

    monkeypatch.setattr(isolate, "Backlog", Counted)
    with LoaderPool(workers=2) as pool:
        found = [path for path, _ in pool.load_all(sorted(tmp_path.iterdir()))]
    assert len(found) == 8
    assert max(held) <= 300_000


def test_a_backlog_lets_a_reply_in_that_is_larger_than_all_it_may_hold() -> None:
    backlog = Backlog(100)
    backlog.admit(500)
    waiting = threading.Thread(target=backlog.admit, args=(50,))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    backlog.release(500)
    waiting.join(5)
    assert not waiting.is_alive()
    backlog.admit(50)
    last = threading.Thread(target=backlog.admit, args=(1,))
    last.start()
    backlog.end()
    last.join(5)
    assert not last.is_alive()
