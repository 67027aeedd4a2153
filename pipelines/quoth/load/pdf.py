"""PDF: text by page, from PDFium, or from pypdf where PDFium's text of a page is garbled.

PDFium is about fifteen times as fast, and reads Chinese, Japanese and Korean without embedded
fonts; pypdf reads Arabic that PDFium reverses, and damaged files that PDFium refuses.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from quoth.errors import CorruptDocumentError, LimitExceededError, NoTextError
from quoth.load.attached import Gathered
from quoth.load.boxes import with_boxes
from quoth.load.contract import LoadOptions
from quoth.load.pdf_annotations import read_file
from quoth.load.pdf_choice import is_better, measure_damage, needs_second_reading
from quoth.load.pdf_hyphens import join_pages
from quoth.load.pdf_open import open_pdf, read_outline, read_title
from quoth.load.pdf_page import PageText, has_ligatures, read_page, shows_only_images
from quoth.load.pdf_pypdf import SecondReader
from quoth.load.pdf_running import read_printed_numbers, remove_running_lines
from quoth.load.pdf_shapes import count_pictures
from quoth.load.pdf_structure import page_headings, usual_size
from quoth.load.pdf_tables import TableHeader
from quoth.load.pdf_xfa import is_dynamic, read_xfa
from quoth.types import Document, Page

_LOCK = threading.RLock()  # PDFium must not be called from two threads at once
_ILLEGIBLE = 0.3


def load_pdf(path: Path, options: LoadOptions) -> Document:
    """Return the text of a PDF by page, with printed page labels and headings.

    Pages without text are listed in `unreadable`. Raises `NeedsPasswordError`,
    `CorruptDocumentError` where neither library finds a page, `NoTextError` where no page has
    text, and `LimitExceededError` where there are more pages than allowed.
    """
    with _LOCK:
        return _Reading(path, options).read_document()


class _Reading:
    """One PDF on its way to a document."""

    def __init__(self, path: Path, options: LoadOptions) -> None:
        self._path = path
        self._options = options
        self._second = SecondReader(path, options)
        self._notes: list[str] = []
        self._left_out = 0
        self._table: TableHeader | None = None
        self._ligatures: bool | None = None  # not known before the first page that has one

    def read_document(self) -> Document:
        """Read every page and return the document."""
        pdf = open_pdf(self._path, self._options, self._second)
        if pdf is None:
            return self._assemble(self._read_second_only(), {}, "", {})
        try:
            count = len(pdf)
            if count == 0:
                return self._assemble(self._read_second_only(), {}, "", {})
            self._check_count(count)
            wanted = range(self._wanted(count))
            if is_dynamic(pdf):
                pages = [self._read_form(pdf)]
            else:
                pages = [self._read(pdf, index) for index in wanted]
            labels = {index: pdf.get_page_label(index) for index in wanted}
            document = self._assemble(pages, labels, read_title(pdf), read_outline(pdf))
            return self._add_files(document, _attached_files(pdf, pages))
        finally:
            pdf.close()

    def _check_count(self, count: int) -> None:
        limit = self._options.limits.pages
        if count > limit:
            raise LimitExceededError(
                f"{self._path.name} has {count:,} pages; {limit:,} are allowed.",
                hint="Raise ingestion.max_pages if you trust the file.",
            )

    def _wanted(self, count: int) -> int:
        wanted = self._options.limits.first_pages
        if not 0 < wanted < count:
            return count
        self._notes.append(f"Only the first {wanted} of {count} pages were read.")
        self._left_out = count - wanted
        return wanted

    def _read_form(self, pdf: pypdfium2.PdfDocument) -> PageText:
        """Return the text of a dynamic XFA form, whose pages only ask the reader to wait."""
        text = read_xfa(pdf)
        if not text:
            raise NoTextError(
                f"{self._path.name} is an XFA form whose text cannot be read; its page is only "
                "a request to wait.",
                hint="Open it in a program that shows XFA forms, and print it to a PDF.",
            )
        self._notes.append("The text is that of an XFA form, in the order of its fields.")
        return PageText(text)

    def _add_files(self, document: Document, files: list[tuple[str, bytes]]) -> Document:
        """Return the document with the pages of attached files at its end."""
        gathered = Gathered(list(document.pages), list(document.notes), Counter(document.unread))
        unpacked = 0
        for name, content in files:
            unpacked += len(content)
            if unpacked > self._options.limits.unpacked_bytes:
                gathered.notes.append(
                    f"The attachment {name} and those after it are too large together."
                )
                break
            gathered.attach(name, content, self._options)
        return replace(
            document,
            pages=tuple(gathered.pages),
            notes=tuple(gathered.notes),
            unread=gathered.unread,
        )

    def _read(self, pdf: pypdfium2.PdfDocument, index: int) -> PageText:
        """Return the text of one page from the reader that does better."""
        try:
            page = pdf[index]
        except pypdfium2.PdfiumError:
            return PageText(self._second.text(index) or "")
        try:
            text = self._read_spelled(page, index)
            if not text.text and shows_only_images(page):
                return self._ocr(pdf, index, text)
        finally:
            page.close()
        if needs_second_reading(text.text):
            other = self._second.text(index)
            if other is not None and is_better(other, text.text):
                text = PageText(other)
            if measure_damage(text.text) > _ILLEGIBLE:
                recognised = self._ocr(pdf, index, text)
                if recognised is text:
                    self._notes.append(f"The text of page {index + 1} may be garbled.")
                text = recognised
            elif not text.text:
                text = self._ocr(pdf, index, text)
        return text

    def _read_spelled(self, page: pypdfium2.PdfPage, index: int) -> PageText:
        """Return PDFium's text with ligatures as the file spells them.

        PDFium splits every ligature, and one glyph may be spelled either way. pypdf keeps the
        spelling, so pypdf decides once, on the first page that shows such a glyph.
        """
        before = self._table
        text = read_page(
            page,
            ligatures=self._ligatures is not False,
            before=before,
            read_hidden_layers=self._second.hidden_layers,
        )
        if self._ligatures is None and has_ligatures(text.text):
            other = self._second.text(index)
            self._ligatures = other is not None and has_ligatures(other)
            if not self._ligatures:
                text = read_page(
                    page,
                    ligatures=False,
                    before=before,
                    read_hidden_layers=self._second.hidden_layers,
                )
        self._table = text.table
        return text

    def _ocr(self, pdf: pypdfium2.PdfDocument, index: int, text: PageText) -> PageText:
        if not self._options.ocr:
            return text
        from quoth.load.ocr import draw_page, ocr_engine, recognise

        picture = draw_page(pdf, index)
        found = recognise(picture, self._options.limits, name=f"page {index + 1}")
        if not found.text:
            return text
        return PageText(found.text, metadata=with_boxes({"ocr": ocr_engine()}, found.boxes))

    def _read_second_only(self) -> list[PageText]:
        """Return the pages of a file that PDFium cannot open, as pypdf reads them."""
        count = self._second.page_count()
        if not count:
            reason = self._second.reason or "no page was found in it"
            raise CorruptDocumentError(f"{self._path.name} is a damaged PDF: {reason}.")
        self._check_count(count)
        self._notes.append("The file is damaged; its text may be incomplete.")
        pages = [PageText(self._second.text(index) or "") for index in range(self._wanted(count))]
        if not any(page.text for page in pages):
            raise CorruptDocumentError(
                f"{self._path.name} is a damaged PDF: no text was found on its {count} page(s)."
            )
        return pages

    def _assemble(
        self,
        read: list[PageText],
        labels: dict[int, str],
        title: str,
        outline: dict[int, list[tuple[int, str]]],
    ) -> Document:
        unreadable = tuple(number for number, page in enumerate(read, 1) if not page.text)
        if len(unreadable) == len(read):
            raise NoTextError(
                f"{self._path.name} holds no text: its {len(read)} page(s) could not be read; "
                "they are blank or images (scans)."
                if not self._options.ocr
                else f"No text was recognised on any of the {len(read)} page(s) of "
                f"{self._path.name}.",
                hint="" if self._options.ocr else "Read scans with OCR: --set ingestion.ocr=true",
            )
        unread = sum((page.beside.unread for page in read), Counter[str]())
        if pictures := count_pictures([page.pictures for page in read]):
            unread["picture"] += pictures
        usual = usual_size(read)
        numbers = read_printed_numbers(read)
        read = join_pages(remove_running_lines(read, numbers))
        if not any(labels.values()):
            labels = numbers
        pages = tuple(
            Page(
                index + 1,
                page.text,
                labels.get(index) or None,
                page_headings(page, outline.get(index, []), usual, bool(outline)),
                page.metadata,
            )
            for index, page in enumerate(read)
        )
        return Document(
            source=str(self._path),
            title=title or self._path.stem,
            format="pdf",
            pages=pages,
            unreadable=unreadable,
            notes=tuple(self._notes),
            left_out=self._left_out,
            unread=unread,
        )


def _attached_files(pdf: pypdfium2.PdfDocument, pages: list[PageText]) -> list[tuple[str, bytes]]:
    """Return the names and contents of files attached to the document or to a page, each once."""
    count = pdfium.FPDFDoc_GetAttachmentCount(pdf.raw)
    attachments = (pdfium.FPDFDoc_GetAttachment(pdf.raw, index) for index in range(count))
    files = [read_file(attachment) for attachment in attachments if attachment]
    files += [file for page in pages for file in page.beside.files]
    return list(dict.fromkeys(files))
