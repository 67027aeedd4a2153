"""Pictures of a PDF: what a reader would notice and the text does not have is counted."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from quoth.load import load_document
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Draw = Callable[[Canvas, int], None]


def picture(shade: int, *, width: int = 60) -> ImageReader:
    content = BytesIO()
    Image.new("L", (width, 40), shade).save(content, "PNG")
    content.seek(0)
    return ImageReader(content)


def count_pictures(folder: Path, draw: Draw, *, pages: int = 1) -> int:
    canvas = Canvas(str(folder / "report.pdf"))
    for number in range(pages):
        canvas.drawString(60, 760, f"The harbour in year {number}, seen from the mole.")
        draw(canvas, number)
        canvas.showPage()
    canvas.save()
    return load_document(folder / "report.pdf").unread.get("picture", 0)


def two_photographs(canvas: Canvas, _: int) -> None:
    canvas.drawImage(picture(90), 60, 500, 200, 140)
    canvas.drawImage(picture(180, width=70), 300, 500, 200, 140)


def a_sign(canvas: Canvas, _: int) -> None:
    canvas.drawImage(picture(90), 60, 500, 24, 16)


def a_rule(canvas: Canvas, _: int) -> None:
    canvas.drawImage(picture(0), 60, 500, 480, 3)


def a_background(canvas: Canvas, _: int) -> None:
    canvas.drawImage(picture(240), 0, 0, 596, 842)


@pytest.mark.parametrize(
    ("draw", "expected"), [(two_photographs, 2), (a_sign, 0), (a_rule, 0), (a_background, 0)]
)
def test_pictures_that_a_reader_notices_are_counted(
    tmp_path: Path, draw: Draw, expected: int
) -> None:
    assert count_pictures(tmp_path, draw) == expected


def test_a_picture_on_two_pages_is_counted_once(tmp_path: Path) -> None:
    def draw(canvas: Canvas, number: int) -> None:
        if number in (1, 3):
            canvas.drawImage(picture(90), 60, 500, 200, 140)

    assert count_pictures(tmp_path, draw, pages=5) == 1


def test_a_logo_on_every_page_is_not_counted(tmp_path: Path) -> None:
    def draw(canvas: Canvas, number: int) -> None:
        canvas.drawImage(picture(90), 60, 600, 120, 80)
        if number == 2:
            canvas.drawImage(picture(90, width=75), 60, 300, 200, 140)

    assert count_pictures(tmp_path, draw, pages=4) == 1


def test_a_scan_without_text_is_an_unreadable_page_and_no_picture(tmp_path: Path) -> None:
    canvas = Canvas(str(tmp_path / "scan.pdf"))
    canvas.drawString(60, 760, "The contract is on the next page.")
    canvas.showPage()
    canvas.drawImage(picture(90), 60, 300, 400, 300)
    canvas.showPage()
    canvas.save()
    document = load_document(tmp_path / "scan.pdf")
    assert document.unreadable == (2,)
    assert not document.unread
