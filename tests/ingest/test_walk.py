from __future__ import annotations

import os
from pathlib import Path

import pytest
from quoth import Library, Scope
from quoth.ingest.walk import File, walk
from quoth.types import Outcome


def seen(*paths: Path) -> tuple[list[str], dict[str, str]]:
    files, lines = [], {}
    for found in walk(paths):
        if isinstance(found, File):
            files.append(found.path.name)
        else:
            assert isinstance(found, Outcome)
            lines[Path(found.path).name] = f"{found.status}: {found.reason}"
    return files, lines


def test_every_file_below_comes_once_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.txt", "a.txt", "b/c.txt"):
        (tmp_path / name).write_text("x")
    assert seen(tmp_path, tmp_path / "a.txt")[0][:3] == ["a.txt", "c.txt", "z.txt"]


def test_what_is_not_read_has_a_reason(tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("x")
    folder = tmp_path / "folder"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text("x")
    (folder / ".hidden").write_text("x")
    (folder / "out.txt").symlink_to(outside)
    (folder / "broken.txt").symlink_to(folder / "absent")
    (folder / "sub" / "cycle").symlink_to(folder)
    (folder / "round.txt").symlink_to("around.txt")
    (folder / "around.txt").symlink_to("round.txt")
    os.mkfifo(folder / "pipe")
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt")).write_text("x")
    files, lines = seen(folder, tmp_path / "absent")
    assert files == ["a.txt"]
    assert lines[".hidden"] == "skipped: It is hidden."
    assert "leads out of the folder" in lines["out.txt"]
    assert "cannot be opened" in lines["broken.txt"]
    assert "cannot be opened" in lines["round.txt"]
    assert "already visited" in lines["cycle"]
    assert "not a regular file" in lines["pipe"]
    assert lines["\ufffd.txt"].startswith("failed: The name is not valid Unicode")
    assert lines["absent"] == "failed: There is no such file or folder."


def test_names_that_nobody_reads_are_skipped_with_a_reason(tmp_path: Path) -> None:
    kept = ["part.txt", "report.docx", "uv.lock.md", "~notes.md"]
    reasons = {
        "~$report.docx": "open",
        "Thumbs.db": "operating system",
        "desktop.ini": "operating system",
        "report.txt~": "backup",
        "REPORT.BAK": "backup",
        "film.mp4.crdownload": "unfinished",
        "~WRL0003.tmp": "temporary",
        "package-lock.json": "for programs",
        "jquery.min.js": "for programs",
    }
    for name in (*kept, *reasons):
        (tmp_path / name).write_text("x")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "readme.md").write_text("x")
    files, lines = seen(tmp_path)
    assert files == kept
    assert all(expected in lines[name] for name, expected in reasons.items())
    assert lines["node_modules"] == "skipped: A program wrote it for programs."
    assert seen(tmp_path / "REPORT.BAK")[0] == ["REPORT.BAK"]


def test_a_file_of_any_year_can_be_ingested_and_found_by_day(
    session_home: Path, tmp_path: Path
) -> None:
    for seconds in (-(2**40), -1, 2**40):
        file = tmp_path / f"tower{seconds}.md"
        file.write_text(f"The tower of the year {seconds} was built by the miller.")
        os.utime(file, (seconds, seconds))
    with Library("any-year", home=session_home) as library:
        assert len(library.ingest(tmp_path).done) == 3
        assert {one.status for one in library.ingest(tmp_path).skipped} == {"unchanged"}
        assert library.verify().notes == ()
        assert len(library.search("tower", scope=Scope.read(since="1600-01-01"))) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every folder")
def test_a_folder_without_permission_is_one_line(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    assert "cannot be opened" in seen(tmp_path)[1]["closed"]


def test_folders_are_followed_to_any_depth(tmp_path: Path) -> None:
    folders = [tmp_path / "d"]
    folders += [folders[0] / "/".join("d" * level) for level in range(1, 1_000)]
    for folder in folders:
        folder.mkdir()
    near, far = folders[1] / "near.txt", folders[-1] / "far.txt"
    try:
        for file in (near, far):
            file.write_text(file.stem)
        found = [entry.path.name for entry in walk([tmp_path]) if isinstance(entry, File)]
        assert found == ["far.txt", "near.txt"]
    finally:  # what removes temporary folders could not follow
        for file in (near, far):
            file.unlink(missing_ok=True)
        for folder in reversed(folders):
            folder.rmdir()
