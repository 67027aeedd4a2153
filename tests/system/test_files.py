"""A file is written whole or not at all; a folder has one writer."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from quoth.errors import CollectionBusyError, CollectionError, UsageError
from quoth.system import WriteLock, read_text_file, remove_parts, stage_file, write_whole


def test_text_and_bytes_are_written_as_they_are(tmp_path: Path) -> None:
    write_whole(tmp_path / "new" / "a.txt", "one\r\ntwo\nß")
    write_whole(tmp_path / "b.bin", b"\x00\r\n\xff")
    assert (tmp_path / "new" / "a.txt").read_bytes() == "one\r\ntwo\nß".encode()
    assert (tmp_path / "b.bin").read_bytes() == b"\x00\r\n\xff"


def test_a_text_file_is_read_up_to_an_end(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfk: 5\r\nl: 6\r")
    assert read_text_file(tmp_path / "a.yaml") == "k: 5\nl: 6\n"
    (tmp_path / "b.yaml").write_bytes(b"k: \xff")
    with pytest.raises(UnicodeDecodeError):
        read_text_file(tmp_path / "b.yaml")


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs /dev/zero")
def test_a_text_file_without_an_end_is_refused() -> None:
    with pytest.raises(OSError, match="more than ten megabytes"):
        read_text_file(Path("/dev/zero"))


def test_an_error_in_the_middle_leaves_the_old_file_and_no_part(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    write_whole(path, "old")

    def write_half() -> None:
        with stage_file(path) as part:
            part.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_file_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(CollectionError, match="taken cannot be written"):
        write_whole(tmp_path / "taken", "text")
    assert [*tmp_path.iterdir()] == [tmp_path / "taken"]


def test_many_writers_of_one_file_leave_what_one_of_them_wrote(tmp_path: Path) -> None:
    path = tmp_path / "shared"
    texts = [str(number) * 100_000 for number in range(8)]
    threads = [threading.Thread(target=write_whole, args=(path, text)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert path.read_text() in texts
    assert [*tmp_path.iterdir()] == [path]


def test_parts_of_killed_runs_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    part = tmp_path / "deep" / ".a.md.99999999-345.part"
    theirs = tmp_path / ".mine.part"
    living = tmp_path / f".b.md.{os.getppid()}-345.part"
    for path in (part, theirs, living):
        path.write_text("x")
    remove_parts(tmp_path)
    assert not part.exists()
    assert theirs.exists()
    assert living.exists() == (os.name == "posix"), "its process is at work"


def test_the_second_writer_is_told_who_the_first_is(tmp_path: Path) -> None:
    path = tmp_path / "new" / "write.lock"
    with WriteLock(path).hold():
        second = WriteLock(path, subject="the moon", busy_hint="Wait.")
        announced: list[str] = []
        second.announce = announced.append
        with pytest.raises(CollectionBusyError) as caught, second.hold(wait_seconds=0.2):
            pass
    assert str(caught.value).startswith(f"Process {os.getpid()} (")
    assert str(caught.value).endswith(" is writing to the moon.")
    assert caught.value.hint == "Wait."
    assert len(announced) == 1
    with WriteLock(path).hold():
        pass


def test_a_folder_that_cannot_be_made_cannot_be_locked(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file, not a folder")
    lock = WriteLock(tmp_path / "out" / "write.lock", denied_hint="Choose another one.")
    with pytest.raises(UsageError, match="cannot be written") as caught, lock.hold():
        pass
    assert caught.value.hint == "Choose another one."


HOLD = """
import sys, time
from pathlib import Path
from quoth.system import WriteLock
with WriteLock(Path(sys.argv[1])).hold():
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_killed_process_frees_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "write.lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(CollectionBusyError, match=str(process.pid)), WriteLock(path).hold():
            pass
        process.kill()
    with WriteLock(path).hold():
        pass
