"""A sample of PDF, with everything that it may hold."""

from __future__ import annotations

from pathlib import Path

import pypdf
from load.kept import (
    ATTACHMENT,
    COMMENT,
    FIRST,
    FOOTNOTE,
    HEADER,
    HEADING,
    HIDDEN,
    ITEM,
    ROWS,
    STRUCK,
    TEXT,
    THEN,
)
from pypdf.annotations import Text
from pypdf.constants import PageLabelStyle
from reportlab.pdfgen.canvas import Canvas


def pdf(folder: Path) -> Path:
    """Write a PDF of one page with a comment and an attached file."""
    canvas = Canvas(str(folder / "bare.pdf"), pagesize=(600, 1400))
    height = 1340
    for line, size in ((HEADING, 20), (TEXT, 10), (FIRST, 10), (THEN, 10), (f"1. {ITEM}", 10)):
        canvas.setFont("Helvetica", size)
        canvas.drawString(60, height, line)
        height -= 3 * size
    for row in (HEADER, *ROWS):
        for column, cell in enumerate(row):
            canvas.drawString(60 + 120 * column, height, cell)
        height -= 16
    canvas.drawString(60, height - 40, STRUCK)
    canvas.line(60, height - 37, 60 + canvas.stringWidth(STRUCK, "Helvetica", 10), height - 37)
    canvas.setFont("Helvetica", 7)
    canvas.drawString(60, height - 80, f"1 {FOOTNOTE}")
    canvas.setFillColorRGB(1, 1, 1)
    canvas.drawString(60, height - 100, HIDDEN)
    canvas.save()
    writer = pypdf.PdfWriter(clone_from=folder / "bare.pdf")
    writer.set_page_label(0, 0, style=PageLabelStyle.LOWERCASE_ROMAN, start=4)
    note = Text(rect=(50, 550, 90, 590), text=COMMENT)
    writer.add_annotation(0, note)
    writer.add_attachment("inside.txt", ATTACHMENT.encode())
    writer.write(folder / "sample.pdf")
    return folder / "sample.pdf"


SAMPLES = {"PDF": pdf}
"""The writers of samples by the name of the format in the documentation."""
