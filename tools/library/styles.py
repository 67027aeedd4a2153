"""The paragraph styles of a document on paper."""

from __future__ import annotations

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT
from reportlab.lib.styles import ParagraphStyle

from tools.library.paper import Look


def styles_for(look: Look) -> dict[str, ParagraphStyle]:
    """Make the paragraph styles of a document."""
    body = ParagraphStyle(
        "body",
        fontName=look.body_font,
        fontSize=look.points,
        leading=look.leading,
        alignment=look.align,
        spaceAfter=look.leading * 0.5,
        bulletFontName=look.body_font,
        bulletFontSize=look.points,
        splitLongWords=0,
        allowWidows=0,
        allowOrphans=0,
    )

    def heading(name: str, size: float, before: float) -> ParagraphStyle:
        return ParagraphStyle(
            name,
            parent=body,
            fontName=look.bold_font,
            fontSize=size,
            leading=size * 1.25,
            alignment=TA_LEFT,
            textColor=colors.HexColor(look.accent),
            spaceBefore=before,
            spaceAfter=size * 0.5,
        )

    points = look.points
    return {
        "body": body,
        "h1": heading("h1", points * 1.6, look.leading * 1.3),
        "h2": heading("h2", points * 1.2, look.leading * 0.7),
        "title": ParagraphStyle(
            "title",
            parent=heading("t", points * 2.6, 0),
            alignment=TA_CENTER,
        ),
        "subtitle": ParagraphStyle(
            "subtitle",
            parent=body,
            fontSize=points * 1.2,
            leading=points * 1.6,
            alignment=TA_CENTER,
        ),
        "item": ParagraphStyle("item", parent=body, leftIndent=18, bulletIndent=4),
        "clause": ParagraphStyle("clause", parent=body, leftIndent=30),
        "caption": ParagraphStyle(
            "caption",
            parent=body,
            fontName=look.bold_font,
            fontSize=points * 0.9,
            alignment=TA_LEFT,
            spaceBefore=look.leading * 0.5,
        ),
        "cell": ParagraphStyle(
            "cell",
            parent=body,
            fontSize=points * 0.88,
            leading=points * 1.12,
            alignment=TA_LEFT,
            spaceAfter=0,
        ),
        "head": ParagraphStyle(
            "head",
            parent=body,
            fontName=look.bold_font,
            fontSize=points * 0.88,
            leading=points * 1.12,
            alignment=TA_LEFT,
            spaceAfter=0,
            textColor=colors.white,
        ),
    }
