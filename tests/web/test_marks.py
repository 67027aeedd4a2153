"""The marks of quotes lie on the printed words, however a page is turned, cut or set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bag_embedder import BagEmbedder
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from scripted_model import Scripted
from served import serving
from web.marks import distance_of_marks

QUOTE = "The heron gate opens at seven"
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
HEBREW = "השער נפתח בשעה שבע"
PIXELS = 3.0


def write_pdf(file: Path, kind: str) -> str:
    """Write a PDF whose page is laid out in some way; return the quote to mark."""
    canvas = Canvas(str(file), pagesize=(595, 842))
    if kind.startswith("turned"):
        canvas.setPageRotation(int(kind.removeprefix("turned-")))
    if kind == "cropped":
        canvas.setCropBox((40, 60, 520, 800))
    if kind == "moved":
        canvas.translate(30, -50)
    if kind == "scaled":
        canvas.scale(0.6, 0.6)
    if kind == "right-to-left":
        pdfmetrics.registerFont(TTFont("DejaVu", str(FONT)))
        canvas.setFont("DejaVu", 14)
        canvas.drawRightString(520, 400, HEBREW[::-1])
        canvas.showPage()
        canvas.save()
        return HEBREW
    canvas.setFont("Times-Roman", 14)
    if kind == "twice":
        canvas.drawString(80, 540, "Of the old gate it was said that it sleeps.")
        canvas.drawString(80, 520, f"{QUOTE}, they said, but that was another year.")
    if kind == "columns":
        for row in range(8):
            canvas.drawString(320, 520 - 20 * row, f"Beside it stands row {row} of words")
    canvas.drawString(80, 400, f"{QUOTE} in the morning.")
    canvas.drawString(80, 380, "Its keeper is Ida Brandt, who lives behind the wall.")
    canvas.showPage()
    canvas.save()
    return QUOTE


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [
        "plain",
        "turned-90",
        "turned-180",
        "turned-270",
        "cropped",
        "columns",
        "twice",
        "moved",
        "scaled",
        "right-to-left",
    ],
)
def test_a_mark_lies_on_the_words_of_its_quote(tmp_path: Path, open_window: Any, kind: str) -> None:
    quote = write_pdf(tmp_path / "page.pdf", kind)
    with serving(tmp_path / "home", model=Scripted(), embedder=BagEmbedder()) as server:
        server.post("/api/v1/collections", {"name": "pages"})
        sent = server.client.put(
            "/api/v1/collections/pages/inbox/page.pdf", content=(tmp_path / "page.pdf").read_bytes()
        ).json()
        server.wait_for(sent["job"])
        text = server.get(f"/api/v1/collections/pages/documents/{sent['id']}/pages/1").json()[
            "text"
        ]
        start = text.rindex(quote)
        with open_window(
            server, f"/c/pages/d/{sent['id']}/p/1#{start}-{start + len(quote)}"
        ) as window:
            window.page.wait_for_selector(".proof.proved")
            window.page.wait_for_selector(".words span")
            assert distance_of_marks(window.page, quote, last=True) <= PIXELS
            window.check()
