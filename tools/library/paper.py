"""A document on paper: its look, its page labels, its headers, footers and outline."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4, A5
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate

from tools.library.source import curly, inline


@dataclass(frozen=True)
class Look:
    """How one kind of document looks on paper."""

    size: tuple[float, float]
    margin: float
    serif: bool
    points: float
    leading: float
    align: Literal[0, 4]
    accent: str

    @property
    def body_font(self) -> str:
        """The font of running text."""
        return "Times-Roman" if self.serif else "Helvetica"

    @property
    def bold_font(self) -> str:
        """The bold companion of the body font."""
        return "Times-Bold" if self.serif else "Helvetica-Bold"


LOOKS = {
    "book": Look((432, 648), 60, True, 11, 15, TA_JUSTIFY, "#1f3a5f"),
    "manual": Look(A5, 46, False, 9, 12.8, TA_LEFT, "#0b5d5e"),
    "legal": Look(A4, 86, True, 11.5, 15.8, TA_JUSTIFY, "#222222"),
}


def to_roman(number: int) -> str:
    """Write a number in lower-case roman numerals."""
    out = ""
    for value, sign in ((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
        while number >= value:
            out += sign
            number -= value
    return out


@dataclass
class Labels:
    """The page labels of a document, as ranges that start at a given page."""

    ranges: list[tuple[int, str, int, str]] = field(default_factory=list)

    def start(self, page: int, directive: str) -> None:
        """Let a range begin at a page (1-based), as a ``:::pages`` directive says."""
        style, first, *prefix = directive.split()
        self.ranges.append((page, style, int(first), prefix[0] if prefix else ""))

    def of(self, page: int) -> str:
        """Give the label printed on a page."""
        reached = [r for r in self.ranges if r[0] <= page]
        if not reached:
            return ""
        begin, style, first, prefix = reached[-1]
        number = first + page - begin
        return prefix + (to_roman(number) if style == "roman" else str(number))


class NewRange(Flowable):
    """An invisible mark: from the next page on, page labels follow this directive."""

    def __init__(self, directive: str) -> None:
        super().__init__()
        self.directive = directive
        self.width = self.height = 0

    def draw(self) -> None:
        """Draw nothing."""


class Document(BaseDocTemplate):
    """A document with running headers, printed page labels and an outline."""

    def __init__(self, path: Path, meta: dict[str, str]) -> None:
        self.look = LOOKS[meta["style"]]
        self.meta = meta
        self.labels = Labels()
        self.last_labels = Labels()
        self.chapter = ""
        self.headings = 0
        width, height = self.look.size
        margin = self.look.margin
        super().__init__(
            str(path),
            pagesize=self.look.size,
            title=meta["title"],
            author=meta["author"],
            subject=meta["subject"],
            creator="Quoth sample library",
            lang="en-GB",
            invariant=1,
            pageCompression=0,
        )
        frame = Frame(
            margin, margin, width - 2 * margin, height - 2 * margin - 8, 0, 0, 0, 0, id="text"
        )
        self.addPageTemplates(PageTemplate(frames=[frame], onPageEnd=self.furniture))

    def beforeDocument(self) -> None:
        """Start each pass of the layout afresh."""
        self.last_labels = self.labels
        self.labels = Labels()
        self.chapter = ""
        self.headings = 0
        self.mark_range(1, self.meta["pages"])

    def mark_range(self, page: int, directive: str) -> None:
        """Begin a range of page labels, on paper and in the file."""
        self.labels.start(page, directive)
        _, style, first, prefix = self.labels.ranges[-1]
        self.canv.addPageLabel(
            page - 1,
            style="ROMAN_LOWER" if style == "roman" else "ARABIC",
            start=first,
            prefix=prefix or None,
        )

    def afterFlowable(self, flowable: Any) -> None:
        """Note headings in the contents and the outline, and begin ranges of labels."""
        if isinstance(flowable, NewRange):
            self.mark_range(self.page + 1, flowable.directive)
        level = getattr(flowable, "outline_level", None)
        if level is None:
            return
        text = flowable.getPlainText()
        self.headings += 1
        key = f"heading-{self.headings}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(text, key, level, closed=False)
        if level == 0:
            self.chapter = text
        if flowable.in_contents:
            self.notify("TOCEntry", (level, inline(text), self.page, key))

    def furniture(self, canvas: Any, _doc: Any) -> None:
        """Draw the running header and the footer with the page label."""
        look = self.look
        width, height = look.size
        margin = look.margin
        label = self.labels.of(canvas.getPageNumber())
        canvas.saveState()
        canvas.setFillColor(colors.HexColor("#555555"))
        canvas.setStrokeColor(colors.HexColor("#bbbbbb"))
        canvas.setLineWidth(0.5)
        if canvas.getPageNumber() > 1:
            canvas.setFont(look.body_font, 8)
            canvas.drawString(margin, height - margin + 10, curly(self.meta["title"]))
            if self.chapter:
                canvas.drawRightString(width - margin, height - margin + 10, self.chapter)
            canvas.line(margin, height - margin + 5, width - margin, height - margin + 5)
        canvas.setFont(look.body_font, 9)
        canvas.drawCentredString(width / 2, margin - 26, label)
        canvas.restoreState()
