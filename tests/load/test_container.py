"""Archives: the files inside, each under its name, within limits."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from quoth.config import Limits
from quoth.errors import CorruptDocumentError, DocumentError, LimitExceededError
from quoth.load.registry import load_document

Write = Callable[[str, str | bytes], Path]

FILES = {
    "notes/pump.txt": b"The pump stands in hall 7.",
    "fees.csv": b"pier;fee\n4;7,50\n",
    "__MACOSX/._pump.txt": b"\x00\x05\x16\x07",
    "photo.png": b"\x89PNG\r\n\x1a\n" + bytes(50),
}


def zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.zip", zipped(FILES)),
        ("a.tar", tarred(FILES)),
        ("a.tar.gz", gzip.compress(tarred(FILES))),
        ("a.tgz", gzip.compress(tarred(FILES))),
        ("a.tar.bz2", bz2.compress(tarred(FILES))),
        ("a.tar.xz", lzma.compress(tarred(FILES))),
    ],
)
def test_the_files_of_an_archive_are_its_pages(write: Write, name: str, content: bytes) -> None:
    document = load_document(write(name, content))
    assert document.source.endswith(name)
    assert [page.text for page in document.pages] == [
        "Attachment: notes/pump.txt\n\nThe pump stands in hall 7.",
        "Attachment: fees.csv\n\npier | fee\n4 | 7,50",
    ]
    assert document.notes == (
        "The attachment photo.png was not read: photo.png is a picture; "
        "its text is read only with OCR.",
    )


@pytest.mark.parametrize(
    ("name", "pack"),
    [("a.txt.gz", gzip.compress), ("a.txt.bz2", bz2.compress), ("a.txt.xz", lzma.compress)],
)
def test_a_compressed_file_is_that_file(
    write: Write, name: str, pack: Callable[[bytes], bytes]
) -> None:
    document = load_document(write(name, pack("Größe: 7 m²\n\fEnd.".encode("cp1252"))))
    assert [page.text for page in document.pages] == ["Größe: 7 m²\n", "End."]
    assert document.source.endswith(name)
    assert document.title == "a"


def test_archives_in_archives_are_read_to_a_depth(write: Write) -> None:
    content = zipped({"deep.txt": b"The well is 40 m deep."})
    for _ in range(2):
        content = zipped({"inner.zip": content})
    assert "40 m deep" in load_document(write("a.zip", content)).pages[0].text
    for _ in range(3):
        content = zipped({"inner.zip": content})
    with pytest.raises(DocumentError, match="nested too deeply"):
        load_document(write("b.zip", content))


def test_a_bomb_ends_at_the_limit(write: Write) -> None:
    small = Limits(unpacked_megabytes=1)
    zeros = bytes(5_000_000)
    for name, content in (
        ("a.gz", gzip.compress(zeros)),
        ("a.tar.gz", gzip.compress(tarred({"a.txt": zeros}))),
        ("a.zip", zipped({"a.txt": zeros})),
    ):
        with pytest.raises(LimitExceededError):
            load_document(write(name, content), limits=small)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.gz", gzip.compress(b"x" * 5000)[:20]),
        ("a.tar", tarred(FILES)[:700]),
        ("a.zip", zipped(FILES)[:100]),
        ("a.xz", lzma.compress(b"x" * 5000)[:-8]),
        ("a.gz", b"no archive"),
    ],
)
def test_a_damaged_archive_is_one_line(write: Write, name: str, content: bytes) -> None:
    with pytest.raises(CorruptDocumentError, match=r"a\.(gz|tar|zip|xz)"):
        load_document(write(name, content))


def test_tables_that_programs_export_for_excel_are_read(write: Write) -> None:
    page = "<html><table><tr><th>Pier</th><th>Fee</th></tr><tr><td>4</td><td>7</td></tr></table>"
    for content in (page, "Pier\tFee\n4\t7\n", "Pier;Fee\n4;7\n"):
        assert load_document(write("export.xls", content)).pages[0].text == "Pier | Fee\n4 | 7"
