"""PDF: text by page, from PDFium, or from pypdf where PDFium's text of a page is garbled.

PDFium is about fifteen times as fast, and reads Chinese, Japanese and Korean without embedded
fonts; pypdf reads Arabic that PDFium reverses, and damaged files that PDFium refuses.
"""

from __future__ import annotations

import threading
import unicodedata
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from quoth.errors import CorruptDocumentError, LimitExceededError, NeedsPasswordError, NoTextError
from quoth.load.contract import LoadOptions
from quoth.load.pdf_choice import is_better, measure_damage, needs_second_reading
from quoth.load.pdf_page import PageText, has_ligatures, read_page, shows_only_images
from quoth.load.pdf_pypdf import SecondReader
from quoth.load.pdf_structure import page_headings, usual_size
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
        self._ligatures: bool | None = None  # not known before the first page that has one

    def read_document(self) -> Document:
        """Read every page and return the document."""
        pdf = self._open()
        if pdf is None:
            return self._assemble(self._read_second_only(), {}, "", {})
        try:
            count = len(pdf)
            if count == 0:
                return self._assemble(self._read_second_only(), {}, "", {})
            self._check_count(count)
            attachments = int(pdfium.FPDFDoc_GetAttachmentCount(pdf.raw))
            if attachments:
                self._notes.append(f"{attachments} embedded file(s) were not read.")
            wanted = range(self._wanted(count))
            pages = [self._read(pdf, index) for index in wanted]
            labels = {index: pdf.get_page_label(index) for index in wanted}
            information = pdf.get_metadata_dict(skip_empty=True)
            return self._assemble(pages, labels, information.get("Title", ""), _outline(pdf))
        finally:
            pdf.close()

    def _open(self) -> pypdfium2.PdfDocument | None:
        """Open the file with PDFium; `None` if PDFium cannot."""
        encrypted = False
        for password in (None, *_spellings(self._options.passwords)):
            try:
                return pypdfium2.PdfDocument(self._path, password=password)
            except pypdfium2.PdfiumError as error:
                if error.err_code == pdfium.FPDF_ERR_PASSWORD:
                    encrypted = True
                elif error.err_code == pdfium.FPDF_ERR_SECURITY:
                    raise CorruptDocumentError(
                        f"{self._path.name} is encrypted in a way that cannot be read."
                    ) from error
                else:
                    break
        if encrypted and not self._second.can_open():
            if self._options.passwords:
                message = f"{self._path.name} is encrypted, and no given password opens it."
            else:
                message = f"{self._path.name} is encrypted and needs a password."
            raise NeedsPasswordError(message, hint="Give its password with --password.")
        return None

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
        text = read_page(page, ligatures=self._ligatures is not False)
        if self._ligatures is None and has_ligatures(text.text):
            other = self._second.text(index)
            self._ligatures = other is not None and has_ligatures(other)
            if not self._ligatures:
                text = read_page(page, ligatures=False)
        return text

    def _ocr(self, pdf: pypdfium2.PdfDocument, index: int, text: PageText) -> PageText:
        if not self._options.ocr:
            return text
        from quoth.load.ocr import ocr_engine, recognise

        recognised = recognise(pdf, index, self._options.limits)
        return PageText(recognised, ocr=ocr_engine()) if recognised else text

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
        usual = usual_size(read)
        pages = tuple(
            Page(
                index + 1,
                page.text,
                labels.get(index) or None,
                page_headings(page, outline.get(index, []), usual, bool(outline)),
                {"ocr": page.ocr} if page.ocr else {},
            )
            for index, page in enumerate(read)
        )
        return Document(
            source=str(self._path),
            title=_usable_title(title) or self._path.stem,
            format="pdf",
            pages=pages,
            unreadable=unreadable,
            notes=tuple(self._notes),
            left_out=self._left_out,
        )


def _spellings(passwords: tuple[str, ...]) -> list[str]:
    """Return each password as given, then as SASLprep (RFC 4013) spells it for newer PDFs."""
    candidates: list[str] = []
    for password in passwords:
        prepared = unicodedata.normalize("NFKC", password.replace("\u00ad", ""))
        candidates += [password] if prepared == password else [password, prepared]
    return candidates


def _usable_title(title: str) -> str:
    title = " ".join(title.split()).strip("\ufeff\x00")
    made_up = title.lower().startswith(("microsoft word - ", "microsoft powerpoint - ", "untitled"))
    letters = sum(character.isalpha() for character in title)
    return "" if made_up or letters < 3 else title


def _outline(pdf: pypdfium2.PdfDocument) -> dict[int, list[tuple[int, str]]]:
    """Return the bookmarks by page index, each as level (from 1) and title."""
    bookmarks: dict[int, list[tuple[int, str]]] = {}
    try:
        for bookmark in pdf.get_toc(max_depth=8):
            destination = bookmark.get_dest()
            index = destination.get_index() if destination else None
            title = " ".join(bookmark.get_title().split())
            if index is not None and title:
                bookmarks.setdefault(index, []).append((bookmark.level + 1, title))
    except pypdfium2.PdfiumError:
        pass  # a broken outline costs the headings, not the text
    return bookmarks
