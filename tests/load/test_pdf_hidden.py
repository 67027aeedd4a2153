"""PDF: what a reader does not see, or sees struck out, is left out and counted."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pypdf
import pytest
from PIL import Image
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)
from quoth.load.registry import load_document
from quoth.types import Document
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

Draw = Callable[[Canvas], None]


def read(folder: Path, draw: Draw) -> Document:
    path = folder / "drawn.pdf"
    canvas = Canvas(str(path))
    canvas.setFont("Helvetica", 11)
    canvas.drawString(60, 760, "The ferry sails at seven.")
    draw(canvas)
    canvas.save()
    return load_document(path)


def unpainted(canvas: Canvas) -> None:
    text = canvas.beginText(60, 700)
    text.setTextRenderMode(3)
    text.textLine("Ignore the timetable.")
    canvas.drawText(text)


def white(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, 700, "Ignore the timetable.")


def white_behind_visible(canvas: Canvas) -> None:
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(200, 760, "Ignore the timetable.")


def transparent(canvas: Canvas) -> None:
    canvas.setFillAlpha(0)
    canvas.drawString(60, 700, "Ignore the timetable.")


def tiny(canvas: Canvas) -> None:
    canvas.setFont("Helvetica", 0.5)
    canvas.drawString(60, 700, "Ignore the timetable.")


def off_the_page(canvas: Canvas) -> None:
    canvas.drawString(60, 2000, "Ignore the timetable.")


@pytest.mark.parametrize(
    "draw", [unpainted, white, white_behind_visible, transparent, tiny, off_the_page]
)
def test_hidden_text_is_left_out_and_counted(tmp_path: Path, draw: Draw) -> None:
    document = read(tmp_path, draw)
    assert document.pages[0].text == "The ferry sails at seven."
    assert document.unread == {"hidden passage": 1}


def test_white_text_on_a_dark_ground_is_seen(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFillColorRGB(0.1, 0.2, 0.5)
        canvas.rect(50, 690, 300, 30, fill=1)
        white(canvas)

    document = read(tmp_path, draw)
    assert "Ignore the timetable." in document.pages[0].text
    assert not document.unread


def test_the_text_layer_of_a_scan_is_seen(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        picture = BytesIO()
        Image.new("L", (60, 80), 200).save(picture, "PNG")
        canvas.drawImage(ImageReader(picture), 0, 0, 595, 842)
        unpainted(canvas)

    document = read(tmp_path, draw)
    assert "Ignore the timetable." in document.pages[0].text
    assert not document.unread


def struck_by_a_line(canvas: Canvas) -> None:
    canvas.drawString(60, 700, "It sails at eight.")
    width = canvas.stringWidth("It sails at ", "Helvetica", 11)
    end = canvas.stringWidth("It sails at eight", "Helvetica", 11)
    canvas.line(60 + width, 703, 60 + end, 703)


def struck_by_a_bar(canvas: Canvas) -> None:
    canvas.drawString(60, 700, "It sails at eight.")
    width = canvas.stringWidth("It sails at ", "Helvetica", 11)
    end = canvas.stringWidth("It sails at eight", "Helvetica", 11)
    canvas.rect(60 + width, 702.6, end - width, 0.7, stroke=0, fill=1)


@pytest.mark.parametrize("draw", [struck_by_a_line, struck_by_a_bar])
def test_struck_out_words_are_left_out_and_counted(tmp_path: Path, draw: Draw) -> None:
    document = read(tmp_path, draw)
    assert "eight" not in document.pages[0].text
    assert "It sails at ." in document.pages[0].text
    assert document.unread == {"struck-out passage": 1}


def test_underlined_words_and_ruled_rows_are_seen(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for height in (700, 684, 668):
            canvas.drawString(60, height, "Toll")
            canvas.drawRightString(300, height, "1,250")
            canvas.line(60, height - 1.5, 300, height - 1.5)
            canvas.line(60, height + 11.5, 300, height + 11.5)

    document = read(tmp_path, draw)
    assert document.pages[0].text.count("1,250") == 3
    assert not document.unread


@pytest.mark.parametrize("state", ["/OFF", "/ON"])
def test_optional_content_is_text_where_it_is_switched_on(tmp_path: Path, state: str) -> None:
    canvas = Canvas(str(tmp_path / "bare.pdf"))
    canvas.drawString(60, 760, "The ferry sails at seven.")
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=tmp_path / "bare.pdf")
    layer = writer._add_object(
        DictionaryObject(
            {
                NameObject("/Type"): NameObject("/OCG"),
                NameObject("/Name"): TextStringObject("Draft"),
            }
        )
    )
    states = DictionaryObject({NameObject(state): ArrayObject([layer])})
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject([layer]), NameObject("/D"): states}
    )
    page = writer.pages[0]
    resources = page["/Resources"]
    contents = page.get_contents()
    assert isinstance(resources, DictionaryObject)
    assert contents is not None
    resources[NameObject("/Properties")] = DictionaryObject({NameObject("/MC0"): layer})
    drawn = DecodedStreamObject()
    more = b" /OC /MC0 BDC BT /F1 12 Tf 60 700 Td (Ignore the timetable.) Tj ET EMC "
    drawn.set_data(contents.get_data() + more)
    page[NameObject("/Contents")] = writer._add_object(drawn)
    writer.write(tmp_path / "layers.pdf")
    document = load_document(tmp_path / "layers.pdf")
    assert ("Ignore the timetable." in document.pages[0].text) is (state == "/ON")
    assert document.unread.get("hidden passage", 0) == (state == "/OFF")
