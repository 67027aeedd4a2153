"""A folder that is not there, as a disk not mounted, does not empty the collection."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from docx import Document
from programs import Quoth
from quoth import Library
from quoth.errors import VanishedSourcesError
from quoth.ingest import watch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    for name in ("ash", "birch", "cedar", "fir"):
        (folder / f"{name}.txt").write_text(f"The {name} by the gate was planted by the {name}man.")
    return folder


@pytest.fixture
def library(tmp_path: Path, session_home: Path, folder: Path) -> Library:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(session_home / "models")
    library = Library("test", home=home)
    library.ingest(folder)
    return library


def empty(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


def test_an_empty_mount_point_is_refused_and_allowed_when_asked(
    library: Library, folder: Path
) -> None:
    empty(folder)
    with pytest.raises(VanishedSourcesError, match="4 of the 4 files") as refused:
        library.ingest(folder)
    assert "--allow-empty" in refused.value.hint
    assert len(library.documents()) == 4
    assert len(library.ingest(folder, allow_empty=True).removed) == 4
    assert library.documents() == []


def test_another_disk_in_its_place_is_refused_before_anything_changes(
    library: Library, folder: Path
) -> None:
    empty(folder)
    (folder / "other.txt").write_text("Another disk was mounted here.")
    with pytest.raises(VanishedSourcesError):
        library.ingest(folder)
    assert len(library.documents()) == 4


def test_one_share_of_a_folder_that_stays_is_refused_by_its_own_name(
    library: Library, folder: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    for number in range(9):
        (kept / f"{number}.txt").write_text(f"Letter {number} stays on this disk.")
    library.ingest(kept)
    empty(folder)
    with pytest.raises(VanishedSourcesError, match="4 of the 4"):
        library.ingest(kept, folder)


def test_half_of_the_files_may_go(library: Library, folder: Path) -> None:
    (folder / "ash.txt").unlink()
    (folder / "birch.txt").unlink()
    assert len(library.ingest(folder).removed) == 2


def test_a_single_file_may_go(library: Library, folder: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "note.txt").write_text("A note of one line lies here alone.")
    library.ingest(alone)
    (alone / "note.txt").unlink()
    assert [Path(each.path).name for each in library.ingest(alone).removed] == ["note.txt"]


def test_a_renamed_folder_is_followed(library: Library, folder: Path) -> None:
    inner = folder / "trees"
    inner.mkdir()
    for file in [*folder.glob("*.txt")]:
        shutil.move(file, inner)
    report = library.ingest(folder)
    assert len(report.removed) == 4
    assert len(library.documents()) == 4


def test_a_folder_that_changes_between_stopped_runs_is_followed(
    library: Library, folder: Path
) -> None:
    """Removal comes last, so that sources which are gone add up while runs are stopped."""

    def stop_at_the_last(finished: int, total: int, path: str) -> None:
        if finished == total:
            raise KeyboardInterrupt

    for round in range(4):
        for file in [*folder.iterdir()]:
            file.rename(folder / f"{round}-{file.name}")
            (folder / f"{round}-{file.name}").write_text(f"Round {round} of {file.name} is told.")
        with pytest.raises(KeyboardInterrupt):
            library.ingest(folder, progress=stop_at_the_last)
    assert len(library.documents()) > 12, "nothing was removed so far"
    files = [*folder.iterdir()]
    empty(folder)
    with pytest.raises(VanishedSourcesError, match="4 of the 4 files"):
        library.ingest(folder)
    for file in files:
        file.write_text(f"The file {file.name} is here again.")
    assert len(library.ingest(folder).removed) > 8
    assert {Path(source.path) for source in library.documents()} == set(files)


def test_what_a_pattern_leaves_out_is_not_missed(library: Library, folder: Path) -> None:
    (folder / ".quothignore").write_text("*.txt\n")
    assert len(library.ingest(folder).removed) == 4


def test_watching_tells_it_and_goes_on(library: Library, folder: Path) -> None:
    stop = threading.Event()
    reports = watch(library.ingestor, [folder], rest_milliseconds=100, stop=stop)
    next(reports)
    empty(folder)
    told = next(reports)
    assert "not there" in told.failed[0].reason
    (folder / "ash.txt").write_text("The ash by the gate was planted by the ashman.")
    (folder / "birch.txt").write_text("The birch by the gate was planted by the birchman.")
    while next(reports).failed:
        pass
    stop.set()
    assert len(library.documents()) == 2


def test_a_file_that_grows_while_it_is_read_stays_in_the_collection(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = folder / "ash.txt"
    with log.open("a") as grown:
        grown.write(" It was felled in May.")
    put = library.ingestor.splitter.split

    def split_while_growing(*args: object, **named: object) -> object:
        with log.open("a") as grown:
            grown.write(" Another line.")
        return put(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(library.ingestor.splitter, "split", split_while_growing)
    report = library.ingest(folder)
    assert "changed while it was read" in report.failed[0].reason
    assert str(log) in {source.path for source in library.documents()}
    monkeypatch.undo()
    library.ingest(folder)
    assert library.search("felled in May", k=1)[0].chunk.text.count("Another line.") == 1


def test_a_file_saved_by_half_keeps_its_text_until_it_is_whole(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "office"
    folder.mkdir()
    letter = folder / "letter.docx"
    office = Document()
    office.add_paragraph("The harbour board meets on the second floor.")
    office.save(str(letter))
    whole = letter.read_bytes()
    library.ingest(folder)
    letter.write_bytes(whole[: len(whole) // 2])
    for _ in range(2):
        [failed] = library.ingest(folder).failed
        assert failed.status == "corrupt"
        assert "stays in the collection" in failed.reason
        assert "second floor" in library.search("Where does the board meet?", k=1)[0].chunk.text
    letter.write_bytes(whole)
    assert library.ingest(folder).failed == ()
    letter.unlink()
    library.ingest(folder)
    assert str(letter) not in {source.path for source in library.documents()}


def test_the_command_refuses_with_exit_code_2_and_what_to_type(
    quoth: Quoth, session_home: Path, folder: Path
) -> None:
    arguments = ("ingest", folder, "-c", "vanishing")
    assert quoth(*arguments, QUOTH_HOME=str(session_home)).returncode == 0
    empty(folder)
    refused = quoth(*arguments)
    assert refused.returncode == 2
    assert "nothing was removed" in refused.stderr
    assert "--allow-empty" in refused.stderr
    assert quoth(*arguments, "--allow-empty").returncode == 0
