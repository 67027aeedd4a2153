"""What a file holds and its text does not is counted, from the loader to the last line shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document as NewDocx
from PIL import Image
from quoth import Library
from quoth.views import format_report, format_unread, report_json


@pytest.fixture
def library(tmp_path: Path, session_home: Path) -> Iterator[Library]:
    home = tmp_path / "home"
    home.mkdir()
    if (session_home / "models").is_dir():
        (home / "models").symlink_to(session_home / "models")
    with Library("pictures", home=home) as library:
        yield library


def write_docx(path: Path, *, pictures: int) -> None:
    document = NewDocx()
    document.add_paragraph(f"The weir at {path.stem} was rebuilt.")
    Image.new("RGB", (9, 9), "red").save(path.with_suffix(".png"))
    for _ in range(pictures):
        document.add_picture(str(path.with_suffix(".png")))
    path.with_suffix(".png").unlink()
    document.save(str(path))


def test_counts_of_what_was_left_come_with_the_report_and_stay_with_the_source(
    library: Library, tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    write_docx(folder / "north.docx", pictures=2)
    write_docx(folder / "south.docx", pictures=1)
    (folder / "plain.txt").write_text("A weir has no picture here.")
    report = library.ingest(folder)
    assert format_report(report).split("\n")[1:] == ["3 pictures not read."]
    counts = {
        Path(outcome["path"]).stem: outcome["unread"] for outcome in report_json(report)["done"]
    }
    assert counts == {"north": {"picture": 2}, "south": {"picture": 1}, "plain": {}}
    assert json.loads(json.dumps(counts)) == counts
    assert {Path(s.path).stem: s.unread for s in library.documents()} == counts
    document = library.store.document(str(folder / "north.docx"))
    assert document is not None
    assert document.unread == {"picture": 2}


def test_counts_are_said_in_words() -> None:
    assert format_unread({"picture": 1, "hidden row": 3}) == "1 picture, 3 hidden rows"
    assert format_unread({}) == ""
