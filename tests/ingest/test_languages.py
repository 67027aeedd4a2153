"""Files are chosen by the language of their documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from quoth.errors import DocumentError, UsageError
from quoth.ingest import keep_languages
from quoth.types import Document, Page

TEXTS = {
    "damm.txt": "Der Damm wurde von der Stadt gebaut und wird jedes Jahr geprüft.",
    "dam.txt": "The dam was built by the town and is inspected every year.",
}


def read(file: Path) -> Document:
    if file.name not in TEXTS:
        raise DocumentError("It is damaged.")
    return Document(str(file), "", "text", (Page(1, TEXTS[file.name]),))


def test_files_in_other_languages_are_left_out_and_unreadable_ones_are_not() -> None:
    files = [Path("damm.txt"), Path("dam.txt"), Path("broken.pdf")]
    assert keep_languages(files, read, ["de"]) == [Path("damm.txt"), Path("broken.pdf")]
    assert keep_languages(files, read, ["de", "en"]) == files


def test_it_is_said_when_no_file_is_left() -> None:
    with pytest.raises(UsageError, match="None of the documents is in the language th"):
        keep_languages([Path("dam.txt")], read, ["th"])
