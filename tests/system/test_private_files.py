"""What Quoth keeps is for its owner alone; what a user asked for elsewhere has the usual modes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from programs import Quoth
from quoth import Library
from quoth.errors import CollectionError
from quoth.system import is_private, make_folder, write_whole

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no modes of files")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def _usual_mask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_a_new_home_and_all_that_lies_in_it_is_private(tmp_path: Path, session_home: Path) -> None:
    home, folder = tmp_path / "above" / "home", tmp_path / "documents"
    folder.mkdir()
    (folder / "trees.txt").write_text("The ash by the gate was planted by the miller.")
    with Library("test", home=home) as library:
        library.ingest(folder)
        assert library.search("Who planted the ash?")
        library.journal.prune(timedelta(days=1))
        modes = {path: mode_of(path) for path in (home, *home.rglob("*"))}
    assert {path: f"{mode:o}" for path, mode in modes.items() if mode & 0o077} == {}
    assert {path.name for path in modes} >= {"library.sqlite", "vectors.bin", "journal.sqlite"}


def test_a_file_in_a_shared_folder_has_the_usual_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_folder(tmp_path / "outputs" / "deep")
    write_whole(tmp_path / "outputs" / "deep" / "summary.md", "A summary.")
    assert mode_of(tmp_path / "outputs" / "deep") == 0o755
    assert mode_of(tmp_path / "outputs" / "deep" / "summary.md") == 0o644


def test_a_file_in_a_private_folder_is_private(tmp_path: Path) -> None:
    make_folder(tmp_path / "mine", private=True)
    write_whole(tmp_path / "mine" / "below" / "note.txt", "A note.")
    assert is_private(tmp_path / "mine" / "below")
    assert mode_of(tmp_path / "mine" / "below" / "note.txt") == 0o600


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotADirectoryError):
            make_folder(path)


def test_a_folder_that_is_a_link_to_nowhere_is_told_as_one(tmp_path: Path) -> None:
    (tmp_path / "models").symlink_to(tmp_path / "unplugged")
    with pytest.raises(CollectionError, match="models is a link to a place that is not there"):
        write_whole(tmp_path / "models" / "weights", b"")


@pytest.mark.slow
def test_doctor_names_a_home_that_others_can_look_into(quoth: Quoth, session_home: Path) -> None:
    before = mode_of(session_home)
    session_home.chmod(0o755)
    try:
        told = quoth("doctor", QUOTH_HOME=str(session_home)).stdout
    finally:
        session_home.chmod(before)
    assert "other users of this machine can look into" in told
    assert "chmod -R go=" in told
