"""A disk that is full: a clear error, a collection that opens, a next run that completes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from faults.nearly_full import NOT_PERMITTED
from faults.parts import started, write_document
from quoth import Library

QUOTH = f"{sys.executable} -m quoth.cli"


def test_files_that_may_not_grow(tmp_path: Path, home: Path) -> None:
    folder, acknowledged = tmp_path / "documents", tmp_path / "acknowledged"
    folder.mkdir()
    write_document(folder / "first.txt", ["first"])
    process = started(home, folder, acknowledged)
    process.join()
    assert process.exitcode == 0

    for number in range(30):
        write_document(folder / f"{number}.txt", ["more", str(number)])
    process = started(home, folder, acknowledged, limit=300_000)
    process.join()
    assert process.exitcode == 1
    error = acknowledged.with_suffix(".error").read_text()
    assert error.startswith("CollectionError: ")
    assert "disk" in error

    with Library("test", home=home) as library:
        assert list(library.store.problems()) == []
        held = {source.path for source in library.documents()}
        assert set(acknowledged.read_text().splitlines()) <= held
        report = library.ingest(folder)
        assert not report.failed
        assert len(library.documents()) == 31
        assert library.verify().problems == ()


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, for a small tmpfs")
def test_a_disk_without_room(tmp_path: Path, home: Path) -> None:
    folder, disk = tmp_path / "documents", tmp_path / "disk"
    folder.mkdir()
    disk.mkdir()
    for number in range(20):
        write_document(folder / f"{number}.txt", ["page", str(number)])
    script = f"""
        mount -t tmpfs -o size=16m none {disk} || exit 77
        cp -r {home} {disk}/home
        head -c 20m /dev/zero > {disk}/ballast 2> /dev/null
        truncate -s -150K {disk}/ballast
        {QUOTH} ingest {folder} && exit 1
        rm {disk}/ballast
        {QUOTH} verify || exit 2
        {QUOTH} ingest {folder} || exit 3
        {QUOTH} verify || exit 4
    """
    environment = {**os.environ, "QUOTH_HOME": str(disk / "home")}
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script], env=environment, capture_output=True, text=True
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("a small tmpfs cannot be mounted here")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "quoth: The disk is full" in done.stderr
    assert "hint: Make room" in done.stderr
    assert "20 documents, 20 pages" in done.stdout.splitlines()[-1]


WRITING = {
    "ingest": ("ingest", "{documents}"),
    "ask": ("ask", "What does sentence 7 of page 3 say?", "--set", "answering.style=prose"),
    "summarize": ("summarize", "{documents}/1.txt", "-o", "{{disk}}/out"),
    "reembed": ("reembed", "--set", "ingestion.chunk_tokens=90"),
    "rebuild": ("rebuild",),
    "remove": ("documents", "remove", "{documents}/1.txt", "--yes"),
    "forget": ("documents", "remove", "{documents}/1.txt", "--yes", "--everywhere"),
    "tag": ("documents", "tag", "1.txt", "kind=letter"),
    "export": ("collections", "export", "default", "-o", "{{disk}}/out.zip"),
    "prune": ("journal", "prune", "--older-than", "0"),
    "set": ("config", "set", "retrieval.k", "5"),
}


def check_nearly_full(tmp_path: Path, home: Path, command: str, sizes: int) -> None:
    documents, disk = tmp_path / "documents", tmp_path / "disk"
    documents.mkdir()
    disk.mkdir()
    for number in range(6):
        write_document(documents / f"{number}.txt", ["page", str(number)])
    with Library("default", home=home) as library:
        library.ingest(*(documents / f"{number}.txt" for number in range(3)))
        library.ask("What does sentence 7 say?")
    report = tmp_path / "report.json"
    words = [word.format(documents=documents) for word in WRITING[command]]
    driver = Path(__file__).with_name("nearly_full.py")
    program = [sys.executable, str(driver), str(home), str(disk), str(report), str(sizes)]
    done = subprocess.run(
        ["unshare", "-rm", *program, *words], capture_output=True, text=True, timeout=3500
    )
    if done.returncode == NOT_PERMITTED or "unshare" in done.stderr:
        pytest.skip("a small tmpfs cannot be mounted here")
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(report.read_text())
    assert len(outcomes) == sizes
    for outcome in outcomes:
        assert outcome["code"] in {0, 2}, outcome
        assert "Traceback" not in outcome["told"], outcome
        assert "inside Quoth" not in outcome["told"], outcome
        assert outcome["verified"] == 0, outcome
        if outcome["code"]:
            assert "quoth: " in outcome["told"], outcome
    assert outcomes[-1]["code"] == 0, outcomes[-1]


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("command", WRITING)
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare, for a small tmpfs")
def test_sixty_sizes_of_a_nearly_full_disk(tmp_path: Path, home: Path, command: str) -> None:
    check_nearly_full(tmp_path, home, command, 60)
