# mypy: disable-error-code="import-untyped, misc"
"""Build the sample library from the texts in ``data/source``.

    python data/make_library.py                   write data/library
    python data/make_library.py --check           verify data/library and data/questions.jsonl
    python data/make_library.py --locate-quotes   refill the page numbers in questions.jsonl

The same sources and the same version of reportlab give the same bytes on every run. A source is
a block of ``key: value`` lines, a line ``---`` and a text in a small dialect of Markdown:
headings, paragraphs, numbered lists, ``**bold**``, and these directives:

    :::title ... :::end      the lines of the title block
    :::heading TEXT          a heading in the front matter, left out of the contents
    :::contents              the table of contents
    :::newpage               a page break
    :::pages STYLE N [PREF]  a page break; the page labels go on from N (roman or arabic)
    :::table W W ...         column widths in cm; then a caption, a header row and rows, :::end
"""

from __future__ import annotations

import argparse
import html
import json
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)
from reportlab.platypus.tableofcontents import TableOfContents

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
LIBRARY = HERE / "library"
QUESTIONS = HERE / "questions.jsonl"

CLAUSE = re.compile(r"(\d+\.\d+) (.+)", re.DOTALL)
LIST_ITEM = re.compile(r"(\d+)\. (.+)")


# --- Sources ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Block:
    """One element of a source: a heading, a paragraph, a list item, a table or a directive."""

    kind: str
    text: str = ""
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Source:
    """A source text: its metadata and its blocks."""

    meta: dict[str, str]
    blocks: list[Block]


def read_source(path: Path) -> Source:
    """Read and parse one source text."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    meta: dict[str, str] = {}
    for line in head.splitlines():
        key, _, value = line.partition(": ")
        meta[key] = value
    return Source(meta, parse_blocks(body.splitlines()))


def parse_blocks(lines: list[str]) -> list[Block]:
    """Split the lines of a source into blocks."""
    blocks: list[Block] = []
    waiting = iter(lines)
    for line in waiting:
        if not line.strip():
            continue
        if line.startswith(":::"):
            name, _, rest = line[3:].partition(" ")
            rows: list[tuple[str, ...]] = []
            if name in ("title", "table"):
                for inner in waiting:
                    if inner == ":::end":
                        break
                    rows.append(tuple(cell.strip() for cell in inner.strip("| ").split(" | ")))
            blocks.append(Block(name, rest, rows=tuple(rows)))
        elif line.startswith("#"):
            marks, _, text = line.partition(" ")
            blocks.append(Block("h", text, level=len(marks)))
        elif LIST_ITEM.fullmatch(line):
            blocks.append(Block("item", line))
        else:
            blocks.append(Block("p", line))
    return blocks


def curly(text: str) -> str:
    """Replace straight apostrophes by typographic ones, as a printed document has them."""
    return text.replace("'", "\u2019")


def inline(text: str) -> str:
    """Turn the inline marks of a source into the tags that HTML and reportlab share."""
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", html.escape(curly(text), quote=False))


# --- PDF --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Look:
    """How one kind of document looks on paper."""

    size: tuple[float, float]
    margin: float
    serif: bool
    points: float
    leading: float
    align: int
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

    def beforeDocument(self) -> None:  # noqa: N802 (the name is reportlab's)
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

    def afterFlowable(self, flowable: Any) -> None:  # noqa: N802 (the name is reportlab's)
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


def pdf_heading(
    text: str, level: int, listed: bool, look: Look, styles: dict[str, ParagraphStyle]
) -> list[Any]:
    """Set a heading, on the next page if little room is left under it."""
    heading = Paragraph(inline(text), styles[f"h{level}"])
    heading.outline_level = level - 1
    heading.in_contents = listed
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


# --- Markdown and HTML ------------------------------------------------------------------------


def write_markdown(source: Source, path: Path) -> None:
    """Write a source as plain Markdown."""
    parts: list[str] = []
    for block in source.blocks:
        if block.kind == "h":
            parts.append("#" * block.level + " " + block.text)
        elif block.kind in ("p", "item"):
            parts.append(block.text)
        else:
            raise ValueError(f"{block.kind} is not for Markdown documents")
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8", newline="\n")


CSS = """\
body { font: 16px/1.55 Georgia, serif; color: #222; max-width: 44rem; margin: 2rem auto;
       padding: 0 1rem; }
h1, h2 { font-family: Helvetica, Arial, sans-serif; color: #6b2440; line-height: 1.25; }
.clause { padding-left: 3rem; text-indent: -3rem; }
.number { display: inline-block; width: 3rem; text-indent: 0; color: #6b2440; }
table { border-collapse: collapse; width: 100%; margin: 1rem 0; }
caption { text-align: left; font-weight: bold; padding-bottom: .4rem; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ccc; }
th { background: #6b2440; color: #fff; }
"""


def html_table(block: Block) -> str:
    """Write a table in HTML."""
    (caption,), header, *rows = block.rows
    lines = ["<table>", f"<caption>{inline(caption)}</caption>"]
    lines.append("<tr>" + "".join(f"<th>{inline(c)}</th>" for c in header) + "</tr>")
    lines += ["<tr>" + "".join(f"<td>{inline(c)}</td>" for c in row) + "</tr>" for row in rows]
    return "\n".join([*lines, "</table>"])


def write_html(source: Source, path: Path) -> None:
    """Write a source as one HTML page."""
    body: list[str] = []
    for block in source.blocks:
        if block.kind == "h":
            number = re.match(r"(\d+)\.", block.text)
            anchor = f' id="section-{number[1]}"' if number else ""
            body.append(f"<h{block.level}{anchor}>{inline(block.text)}</h{block.level}>")
        elif block.kind == "table":
            body.append(html_table(block))
        elif clause := CLAUSE.fullmatch(block.text):
            mark = f'<span class="number">{clause[1]}</span>'
            anchor = f"clause-{clause[1].replace('.', '-')}"
            body.append(f'<p class="clause" id="{anchor}">{mark} {inline(clause[2])}</p>')
        else:
            body.append(f"<p>{inline(block.text)}</p>")
    title = html.escape(source.meta["title"])
    author = html.escape(source.meta["author"])
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<title>{title}</title>\n<meta name="author" content="{author}">\n'
        f"<style>\n{CSS}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )
    path.write_text(page, encoding="utf-8", newline="\n")


# --- The library ------------------------------------------------------------------------------


def build(target: Path) -> list[Path]:
    """Write every document of the library into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for path in sorted(SOURCE.glob("*.md")):
        source = read_source(path)
        out = target / source.meta["output"]
        if source.meta["style"] == "markdown":
            write_markdown(source, out)
        elif source.meta["style"] == "html":
            write_html(source, out)
        else:
            write_pdf(source, out)
        written.append(out)
    return written


# --- Checks -----------------------------------------------------------------------------------


def squeeze(text: str) -> str:
    """Normalise white space."""
    return " ".join(text.split())


@dataclass(frozen=True)
class PageText:
    """The texts that the readers find on one page, and the page's label."""

    label: str | None
    texts: tuple[str, ...]


def read_pages(path: Path) -> list[PageText]:
    """Extract the pages of a document, with two readers where it is a PDF."""
    if path.suffix == ".pdf":
        reader = pypdf.PdfReader(path)
        document = pypdfium2.PdfDocument(path)
        pages = []
        for index, page in enumerate(reader.pages):
            texts = (page.extract_text(), document[index].get_textpage().get_text_range())
            label = reader.page_labels[index]
            if document.get_page_label(index) != label:
                raise ValueError(f"{path.name}: the readers disagree on the label of page {index}")
            pages.append(PageText(label, tuple(squeeze(t) for t in texts)))
        document.close()
        return pages
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = re.sub(r"<style>.*?</style>", " ", text, flags=re.DOTALL)
        text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return [PageText(None, (squeeze(text),))]


def read_questions() -> list[dict[str, Any]]:
    """Read the questions."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def find_quote(pages: list[PageText], quote: str) -> list[int]:
    """List the pages (1-based) on which every reader finds a quote."""
    return [n for n, page in enumerate(pages, 1) if all(quote in text for text in page.texts)]


def locate_quotes() -> None:
    """Fill in the page and the page label of every question from its quote."""
    library = {path.name: read_pages(path) for path in sorted(LIBRARY.iterdir())}
    lines: list[str] = []
    for question in read_questions():
        if question["answerable"]:
            pages = library[question["document"]]
            found = find_quote(pages, question["quote"])
            if len(found) != 1:
                print(f"{question['id']}: quote found on pages {found}", file=sys.stderr)
            page = found[0] if found else None
            question["page"] = page
            question["page_label"] = pages[page - 1].label if page else None
        lines.append(json.dumps(question, ensure_ascii=False))
    QUESTIONS.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def check_labels(name: str, pages: list[PageText]) -> list[str]:
    """List the PDF pages that do not end with their own label, printed in the footer."""
    wrong: list[str] = []
    for number, page in enumerate(pages, 1):
        if page.label is None:
            continue
        if not all(text.split()[-1] == page.label for text in page.texts):
            wrong.append(f"{name}: page {number} does not print its label {page.label}")
    return wrong


KEYS = ("id", "question", "answer", "answerable", "document", "page", "page_label", "quote")


def check_question(question: dict[str, Any], library: dict[str, list[PageText]]) -> list[str]:
    """List what is wrong with one question."""
    name = question.get("id", "?")
    if tuple(question) != KEYS:
        return [f"{name}: the keys should be {', '.join(KEYS)}"]
    if not question["answerable"]:
        filled = [k for k in ("answer", *KEYS[4:]) if question[k] is not None]
        return [f"{name}: {key} should be null" for key in filled]
    pages = library.get(question["document"])
    if pages is None:
        return [f"{name}: there is no document {question['document']}"]
    if find_quote(pages, question["quote"]) != [question["page"]]:
        return [f"{name}: the quote does not stand on page {question['page']} alone"]
    if pages[question["page"] - 1].label != question["page_label"]:
        return [f"{name}: the page label should be {pages[question['page'] - 1].label}"]
    return []


def check() -> list[str]:
    """List what is wrong with the committed library and its questions."""
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        built = build(Path(folder))
        names = {path.name for path in built}
        unpaired = sorted({path.name for path in LIBRARY.iterdir()} ^ names)
        wrong += [f"{name}: stands in only one of the sources and the library" for name in unpaired]
        for path in built:
            kept = LIBRARY / path.name
            if kept.exists() and kept.read_bytes() != path.read_bytes():
                wrong.append(f"{path.name}: differs from what the sources give")
    library = {path.name: read_pages(path) for path in sorted(LIBRARY.iterdir())}
    for name, pages in library.items():
        wrong += check_labels(name, pages)
    questions = read_questions()
    if len({q["id"] for q in questions}) != len(questions):
        wrong.append("questions.jsonl: an id occurs twice")
    for question in questions:
        wrong += check_question(question, library)
    if not wrong:
        answerable = sum(bool(q["answerable"]) for q in questions)
        count = sum(len(pages) for pages in library.values())
        print(f"{len(library)} documents, {count} pages (Markdown and HTML count as one)")
        print(f"{len(questions)} questions, {answerable} of them answerable: all quotes found")
    return wrong


def main() -> int:
    """Build or check the library."""
    parser = argparse.ArgumentParser(description="Build or check the sample library.")
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="verify the library, write nothing")
    action.add_argument(
        "--locate-quotes", action="store_true", help="refill the page numbers of the questions"
    )
    arguments = parser.parse_args()
    if arguments.check:
        wrong = check()
        for line in wrong:
            print(line, file=sys.stderr)
        return 1 if wrong else 0
    if arguments.locate_quotes:
        locate_quotes()
        return 0
    for path in build(LIBRARY):
        print(f"{path.name}: {path.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
