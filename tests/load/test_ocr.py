"""OCR: scanned pages and pictures as documents, and where their lines stand."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont
from quoth.config import Limits
from quoth.errors import (
    CorruptDocumentError,
    LimitExceededError,
    NoTextError,
    UnsupportedFormatError,
)
from quoth.load import boxes_within, load_document

MakePdf = Callable[..., Path]


def picture(*lines: str, size: tuple[int, int] = (900, 260)) -> Image.Image:
    made = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(made)
    for number, line in enumerate(lines):
        pen.text((40, 40 + 90 * number), line, "black", ImageFont.load_default(40))
    return made


@pytest.fixture
def rapidocr(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Read with rapidocr, also where tesseract is installed."""
    pytest.importorskip("rapidocr")
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.fixture
def tesseract(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that answers as tesseract does: one line of three words, two of them level."""
    program = tmp_path / "tesseract"
    rows = (
        "1\t1\t0\t0\t0\t0\t0\t0\t1000\t500\t-1\t",
        "5\t1\t1\t1\t1\t1\t100\t50\t200\t40\t96\tPNG",
    )
    more = (
        "5\t1\t1\t1\t1\t2\t320\t50\t80\t40\t96\tin",
        "5\t1\t1\t1\t2\t1\t100\t120\t90\t40\t9\t$4",
    )
    program.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --list-langs ]; then printf "List:\\ndeu\\neng\\nosd\\n"; exit; fi\n'
        "cat > /dev/null\n" + "".join(f'printf "%s\\n" "{row}"\n' for row in (*rows, *more))
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.usefixtures("rapidocr")
def test_rapidocr_reads_a_scan_where_tesseract_is_not_installed(
    make_pdf: MakePdf, tmp_path: Path
) -> None:
    page = pypdfium2.PdfDocument(make_pdf("a.pdf", [["The generator runs for 32 hours."]]))[0]
    page.render(scale=2).to_pil().save(tmp_path / "scan.pdf")
    with pytest.raises(NoTextError, match="scans"):
        load_document(tmp_path / "scan.pdf")
    (read,) = load_document(tmp_path / "scan.pdf", ocr=True).pages
    assert read.text == "The generator runs for 32 hours."
    assert read.metadata["ocr"] == "rapidocr"
    (box,) = boxes_within(read.metadata, 0, len(read.text))
    assert (box.start, box.end) == (0, len(read.text))
    assert 0.08 < box.left < 0.12 < box.right < 0.5
    assert 0.03 < box.top < box.bottom < 0.08


@pytest.mark.usefixtures("rapidocr")
@pytest.mark.parametrize("suffix", ["png", "webp"])
def test_a_picture_is_a_document(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"notice.{suffix}"
    picture("The baths open at nine.", "Towels cost 2 crowns.").save(path)
    document = load_document(path, ocr=True)
    assert document.format == "picture"
    assert document.pages[0].text == "The baths open at nine.\nTowels cost 2 crowns."
    start = document.pages[0].text.index("Towels")
    (box,) = boxes_within(document.pages[0].metadata, start, start + 6)
    assert box.top > 0.4


@pytest.mark.usefixtures("rapidocr")
def test_each_page_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    first, *others = (picture(line) for line in ("First sheet", "Second sheet", "Third sheet"))
    first.save(tmp_path / "sheets.tiff", save_all=True, append_images=others)
    document = load_document(tmp_path / "sheets.tiff", ocr=True)
    assert [page.text for page in document.pages] == ["First sheet", "Second sheet", "Third sheet"]
    limits = Limits(pages=2)
    with pytest.raises(LimitExceededError, match="3 page"):
        load_document(tmp_path / "sheets.tiff", ocr=True, limits=limits)


@pytest.mark.usefixtures("rapidocr")
def test_a_photograph_is_turned_as_its_camera_was(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees
    picture("Held upright").rotate(90, expand=True).save(tmp_path / "photo.jpg", exif=exif)
    assert load_document(tmp_path / "photo.jpg", ocr=True).pages[0].text == "Held upright"


@pytest.mark.usefixtures("rapidocr")
def test_a_picture_without_text_or_with_damage_is_one_line(tmp_path: Path) -> None:
    Image.new("L", (200, 200), 255).save(tmp_path / "blank.png")
    with pytest.raises(NoTextError, match=r"blank\.png"):
        load_document(tmp_path / "blank.png", ocr=True)
    (tmp_path / "half.png").write_bytes((tmp_path / "blank.png").read_bytes()[:60])
    with pytest.raises(CorruptDocumentError, match=r"half\.png"):
        load_document(tmp_path / "half.png", ocr=True)


def test_a_picture_without_ocr_is_one_line_with_the_setting(tmp_path: Path) -> None:
    picture("Unread").save(tmp_path / "notice.png")
    with pytest.raises(UnsupportedFormatError, match="only with OCR") as caught:
        load_document(tmp_path / "notice.png")
    assert "ingestion.ocr" in caught.value.hint


@pytest.mark.usefixtures("tesseract")
def test_a_page_without_text_is_recognised_when_asked_for(make_pdf: MakePdf) -> None:
    path = make_pdf("a.pdf", [["a page with text"], []])
    assert load_document(path).unreadable == (2,)
    document = load_document(path, ocr=True)
    assert document.pages[1].text == "PNG in\neng+deu"
    assert document.pages[0].metadata == {}
    assert document.pages[1].metadata["ocr"] == "tesseract"
    first, second = boxes_within(document.pages[1].metadata, 0, 14)
    assert (first.start, first.end, second.start, second.end) == (0, 6, 7, 14)
    assert first.left < first.right
    assert first.bottom < second.top
    assert document.unreadable == ()
