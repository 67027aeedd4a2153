"""Two writers, readers beside a writer, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from faults.parts import started, write_document
from quoth import Library


def fill(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        write_document(folder / f"{number}.txt", ["text", str(number)])


def test_two_writers_both_complete_and_readers_see_whole_documents(
    tmp_path: Path, home: Path
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    fill(one, 12)
    fill(two, 12)
    processes = [
        started(home, folder, tmp_path / f"{folder.name}.acknowledged") for folder in (one, two)
    ]
    counts = []
    with Library("test", home=home) as reader:
        while any(process.is_alive() for process in processes):
            counts.append(len(reader.documents()))
            assert all(source.chunks > 0 for source in reader.documents())
            if counts[-1]:
                assert reader.search("What does sentence 7 say?", k=3)
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0, 0]
        assert counts == sorted(counts)
        assert len(reader.documents()) == 24, "what others wrote is seen without opening again"
        assert reader.verify().problems == ()


def test_ctrl_c_stops_early_and_keeps_what_was_finished(tmp_path: Path, home: Path) -> None:
    folder = tmp_path / "documents"
    fill(folder, 150)
    program = [sys.executable, "-m", "quoth.cli", "ingest", str(folder), "-c", "test"]
    process = subprocess.Popen(
        program, env={**os.environ, "QUOTH_HOME": str(home)}, stderr=subprocess.PIPE, text=True
    )
    with Library("test", home=home) as library:
        end = time.monotonic() + 120
        while not library.documents() and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, printed = process.communicate(timeout=60)
        assert process.returncode == 130, printed
        assert "Interrupted. Finished work is kept." in printed
        assert 0 < len(library.documents()) < 150, "it stopped before the end"
        assert list(library.store.problems()) == []
