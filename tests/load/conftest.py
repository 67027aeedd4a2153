from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

MakePdf = Callable[..., Path]
MakeZip = Callable[[str, dict[str, str]], Path]
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below `tmp_path`."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


@pytest.fixture
def make_pdf(tmp_path: Path) -> MakePdf:
    """Write a PDF of pages, each a list of lines or of (line, font, size)."""

    def make(name: str, pages: list[list[object]], *, password: str = "") -> Path:
        buffer = BytesIO()
        encryption = StandardEncryption(password, canPrint=0) if password else None
        canvas = Canvas(buffer, pagesize=A4, encrypt=encryption)
        for page in pages:
            height = 800.0
            for entry in page:
                line, font, size = entry if isinstance(entry, tuple) else (entry, "Helvetica", 11)
                canvas.setFont(font, size)
                canvas.drawString(60, height, line)
                height -= 1.4 * size
            canvas.showPage()
        canvas.save()
        path = tmp_path / name
        path.write_bytes(buffer.getvalue())
        return path

    return make


@pytest.fixture
def make_zip(tmp_path: Path) -> MakeZip:
    def make(name: str, members: dict[str, str]) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for member, content in members.items():
                archive.writestr(member, content)
        return path

    return make


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a distribution whose loaders misbehave, for suffixes named after how they do."""
    folder = tmp_path / "site"
    (folder / "misbehaving-1.0.dist-info").mkdir(parents=True)
    (folder / "misbehaving-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: misbehaving\nVersion: 1.0\n"
    )
    names = ("hang", "crash", "hog", "leave", "shout", "fine", "segfault")
    (folder / "misbehaving-1.0.dist-info" / "entry_points.txt").write_text(
        "[quoth.loaders]\n" + "\n".join(f"{name} = misbehaving:{name}" for name in names)
    )
    (folder / "misbehaving.py").write_text(MISBEHAVING)
    monkeypatch.syspath_prepend(str(folder))


MISBEHAVING = """
import ctypes, os, sys, time
from quoth.types import Document, Page

def fine(path, options):
    return Document(str(path), "fine", "fine", (Page(1, path.read_text()),))

def hang(path, options):
    (path.parent / (path.name + ".pid")).write_text(str(os.getpid()))
    time.sleep(600)

def crash(path, options):
    os.abort()

def segfault(path, options):
    ctypes.string_at(0)

def hog(path, options):
    held = []
    while True:
        held.append(bytearray(16 * 1024 * 1024))

def leave(path, options):
    sys.exit(3)

def shout(path, options):
    print("noise" * 100_000)
    os.write(1, b"noise" * 1000)
    return fine(path, options)
"""
