"""Where quotes are marked: rows of tables, and pages whose text was recognized."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from quoth.load import load_document
from quoth.types import Box
from quoth.views import draw_page, locate_quote
from quoth.views.quote_boxes import find_boxes
from reportlab.pdfgen.canvas import Canvas


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    canvas = Canvas(str(tmp_path / "accounts.pdf"))
    canvas.setFont("Helvetica", 10)
    for height, row in (
        (700, ("", "2023", "2022")),
        (680, ("Lamp oil", "410", "395")),
        (660, ("Lamp oil, other", "$ 77", "(80)")),
    ):
        canvas.drawString(60, height, row[0])
        canvas.drawRightString(300, height, row[1])
        canvas.drawRightString(380, height, row[2])
    canvas.save()
    return tmp_path / "accounts.pdf"


def test_the_row_of_a_table_is_marked_where_it_is_printed(accounts: Path) -> None:
    row = load_document(accounts).pages[0].text.split("\n")[-1]
    assert row == "Lamp oil, other | 2023: $77 | 2022: (80)"
    with pypdfium2.PdfDocument(accounts) as document:
        boxes = find_boxes(document[0].get_textpage(), row)
    assert len(boxes) == 3
    for _, bottom, _, top in boxes:
        assert 655 < bottom < top < 672
    lefts = [left for left, _, _, _ in boxes]
    assert 55 < lefts[0] < 65
    assert 280 < lefts[1] < 300
    assert 360 < lefts[2] < 380


def test_several_rows_are_all_marked(accounts: Path) -> None:
    rows = "\n".join(load_document(accounts).pages[0].text.split("\n")[-2:])
    with pypdfium2.PdfDocument(accounts) as document:
        heights = {round(box[1] / 20) for box in find_boxes(document[0].get_textpage(), rows)}
    assert heights == {33, 34}


def test_what_is_not_on_the_page_is_not_marked(accounts: Path) -> None:
    with pypdfium2.PdfDocument(accounts) as document:
        textpage = document[0].get_textpage()
        assert find_boxes(textpage, "Lamp oil | 2023: 999 | 2022: 395") == []
        assert find_boxes(textpage, "") == []


def test_a_recognized_line_is_marked_on_the_picture(tmp_path: Path) -> None:
    Image.new("L", (400, 200), 255).save(tmp_path / "notice.png")
    box = Box(0, 5, 0.25, 0.5, 0.75, 0.75)
    drawn = draw_page(tmp_path / "notice.png", 1, "seen", [box])
    plain = draw_page(tmp_path / "notice.png", 1, "seen")
    assert drawn is not None
    assert plain is not None
    differs = np.any(_pixels(drawn) != _pixels(plain), axis=2)
    rows, columns = np.nonzero(differs)
    height, width = differs.shape
    assert abs(rows.min() / height - 0.5) < 0.03
    assert abs(columns.max() / width - 0.75) < 0.03


def _pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_of_several_places_the_one_in_these_surroundings_is_found(tmp_path: Path) -> None:
    file = tmp_path / "twice.pdf"
    canvas = Canvas(str(file), pagesize=(400, 400))
    canvas.drawString(40, 350, "In spring the gate opens at seven.")
    canvas.drawString(40, 150, "In autumn the gate opens at seven.")
    canvas.save()
    quote = "the gate opens at seven."
    first = locate_quote(file, 1, quote, before="In spring ", behind="In autumn")
    second = locate_quote(file, 1, quote, before=f"In spring {quote}\nIn autumn ")
    assert first
    assert second
    assert first[0][1] < 0.2
    assert second[0][1] > 0.5
