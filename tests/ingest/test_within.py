"""Files are chosen by a scope before they are in a collection."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from quoth.collection import Scope
from quoth.errors import DocumentError, NoTextError, UsageError
from quoth.ingest.within import keep_within, reader_within
from quoth.types import Document, Page

TEXTS = {
    "damm.txt": "Der Damm wurde von der Stadt gebaut und wird jedes Jahr geprüft.",
    "dam.txt": "The dam was built by the town and is inspected every year.",
}


def read(file: Path) -> Document:
    if file.name not in TEXTS:
        raise DocumentError("It is damaged.")
    return Document(str(file), "", "text", (Page(1, TEXTS[file.name]),))


def scope(**texts: list[str]) -> Scope | None:
    return Scope.read(**texts)  # type: ignore[arg-type]


def test_files_in_other_languages_are_left_out_and_unreadable_ones_are_not(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("damm.txt", "dam.txt", "broken.pdf")]
    for file in files:
        file.touch()
    assert keep_within(files, read, scope(languages=["de"])) == [files[0], files[2]]
    assert keep_within(files, read, scope(languages=["de", "en"])) == files
    assert keep_within(files, read, None) == files


def test_files_are_chosen_by_name_format_and_day_alike(tmp_path: Path) -> None:
    files = [tmp_path / name for name in TEXTS]
    for file in files:
        file.touch()
        os.utime(file, (1_700_000_000, 1_700_000_000))
    assert keep_within(files, read, scope(documents=["dam.*"])) == [files[1]]
    assert keep_within(files, read, Scope.read(since="2023-11-01", until="2023-11-30")) == files
    for nothing in (
        Scope.read(formats=["pdf"]),
        Scope.read(since="2024-01-01"),
        Scope.read(documents=["*.md"]),
    ):
        with pytest.raises(UsageError, match="within the scope"):
            keep_within(files, read, nothing)


def test_tags_beside_a_file_choose_it(tmp_path: Path) -> None:
    files = [tmp_path / name for name in TEXTS]
    for file in files:
        file.touch()
    (tmp_path / "dam.txt.meta.yaml").write_text("project: [Weir, dam]\n")
    (tmp_path / "all.meta.csv").write_text("document,year\ndamm.txt,1998\n")
    assert keep_within(files, read, scope(tags=["project=weir"])) == [files[1]]
    assert keep_within(files, read, scope(tags=["year=1998"])) == [files[0]]


def test_only_the_pages_of_a_scope_are_read() -> None:
    pages = tuple(Page(number, f"Page {number}.") for number in (1, 2, 3))

    def read_all(file: Path) -> Document:
        return Document(str(file), "", "text", pages)

    within = reader_within(read_all, Scope.read(pages="2-"))
    document = within(Path("a"))
    assert [page.number for page in document.pages] == [2, 3]
    assert document.left_out == 1
    with pytest.raises(NoTextError, match="no page between 7"):
        reader_within(read_all, Scope.read(pages="7-8"))(Path("a"))
