"""Sources as PDF files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.platypus import (
    CondPageBreak,
    HRFlowable,
    KeepTogether,
    PageBreak,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

from tools.library.paper import Document, Look, NewRange
from tools.library.source import CLAUSE, LIST_ITEM, Block, Source, inline
from tools.library.styles import styles_for


class Heading(Paragraph):
    """A heading, which is in the outline and perhaps in the contents."""

    def __init__(
        self, text: str, style: ParagraphStyle, outline_level: int, *, in_contents: bool
    ) -> None:
        super().__init__(text, style)
        self.outline_level = outline_level
        self.in_contents = in_contents


def pdf_heading(
    text: str, level: int, listed: bool, look: Look, styles: dict[str, ParagraphStyle]
) -> list[Any]:
    """Set a heading, on the next page if little room is left under it."""
    heading = Heading(inline(text), styles[f"h{level}"], level - 1, in_contents=listed)
    return [CondPageBreak(look.leading * (10 if level == 1 else 6)), heading]


def pdf_table(block: Block, look: Look, styles: dict[str, ParagraphStyle]) -> Any:
    """Set a caption and a table, kept together on one page."""
    (caption,), header, *rows = block.rows
    available = look.size[0] - 2 * look.margin
    widths = [float(w) * cm for w in block.text.split()]
    scale = available / sum(widths)
    cells = [[Paragraph(inline(c), styles["head"]) for c in header]]
    cells += [[Paragraph(inline(c), styles["cell"]) for c in row] for row in rows]
    table = Table(cells, colWidths=[w * scale for w in widths])
    table.setStyle(
        TableStyle(
            [
                ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor(look.accent)),
                ("ROWBACKGROUNDS", (0, 1), (-1, -1), [colors.white, colors.HexColor("#f1f4f5")]),
                ("LINEBELOW", (0, -1), (-1, -1), 0.75, colors.HexColor(look.accent)),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("TOPPADDING", (0, 0), (-1, -1), 2.5),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
            ]
        )
    )
    return KeepTogether(
        [Paragraph(inline(caption), styles["caption"]), table, Spacer(1, look.leading * 0.8)]
    )


def pdf_contents(labels: Callable[[int], str], styles: dict[str, ParagraphStyle]) -> Any:
    """Set a table of contents that shows page labels instead of page numbers."""
    contents = TableOfContents(dotsMinLevel=0, formatter=labels)
    contents.tableStyle = TableStyle(
        [("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 2)]
    )
    body = styles["body"]
    tight = body.fontSize * 1.15
    contents.levelStyles = [
        ParagraphStyle(
            "toc1", parent=body, alignment=TA_LEFT, leading=tight, fontName=styles["h1"].fontName
        ),
        ParagraphStyle("toc2", parent=body, alignment=TA_LEFT, leading=tight, leftIndent=14),
    ]
    return contents


def pdf_title(block: Block, look: Look, styles: dict[str, ParagraphStyle]) -> list[Any]:
    """Set the title block, which in a book fills a page of its own."""
    lines = [row[0] for row in block.rows]
    room = look.size[1] * 0.24 if look.serif and look.size != A4 else look.leading
    story: list[Any] = [Spacer(1, room), Paragraph(inline(lines[0]), styles["title"])]
    rule = HRFlowable(width="35%", thickness=1, color=colors.HexColor(look.accent), spaceAfter=14)
    story.append(rule)
    story += [Paragraph(inline(line), styles["subtitle"]) for line in lines[1:]]
    story.append(Spacer(1, look.leading))
    return story


def write_pdf(source: Source, path: Path) -> None:
    """Lay a source out as a PDF."""
    document = Document(path, source.meta)
    look = document.look
    styles = styles_for(look)
    story: list[Any] = []
    for block in source.blocks:
        if block.kind == "title":
            story += pdf_title(block, look, styles)
        elif block.kind == "contents":
            story += pdf_heading("Contents", 1, False, look, styles)
            story.append(pdf_contents(lambda page: document.last_labels.of(page), styles))
        elif block.kind == "newpage":
            story.append(PageBreak())
        elif block.kind == "pages":
            story += [NewRange(block.text), PageBreak()]
        elif block.kind == "table":
            story.append(pdf_table(block, look, styles))
        elif block.kind in ("h", "heading"):
            level = max(block.level, 1)
            story += pdf_heading(block.text, level, block.kind == "h", look, styles)
        elif block.kind == "item" and (item := LIST_ITEM.fullmatch(block.text)):
            number, text = item.groups()
            story.append(Paragraph(inline(text), styles["item"], bulletText=f"{number}."))
        elif clause := CLAUSE.fullmatch(block.text):
            number, text = clause.groups()
            story.append(Paragraph(inline(text), styles["clause"], bulletText=number))
        else:
            story.append(Paragraph(inline(block.text), styles["body"]))
    document.multiBuild(story)
