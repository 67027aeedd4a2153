"""Opening a PDF with PDFium, and what the whole file says of its pages."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium

from quoth.errors import CorruptDocumentError, NeedsPasswordError
from quoth.load.contract import LoadOptions
from quoth.load.pdf_pypdf import SecondReader


def open_pdf(
    path: Path, options: LoadOptions, second: SecondReader
) -> pypdfium2.PdfDocument | None:
    """Return the file as PDFium opens it, with its form fields; `None` if PDFium cannot."""
    encrypted = False
    for password in (None, *_spellings(options.passwords)):
        try:
            pdf = pypdfium2.PdfDocument(path, password=password)
        except pypdfium2.PdfiumError as error:
            if error.err_code == pdfium.FPDF_ERR_PASSWORD:
                encrypted = True
            elif error.err_code == pdfium.FPDF_ERR_SECURITY:
                raise CorruptDocumentError(
                    f"{path.name} is encrypted in a way that cannot be read."
                ) from error
            else:
                break
        else:
            if pdf.get_formtype() == pdfium.FORMTYPE_ACRO_FORM:
                pdf.init_forms()
            return pdf
    if encrypted and not second.can_open():
        if options.passwords:
            message = f"{path.name} is encrypted, and no given password opens it."
        else:
            message = f"{path.name} is encrypted and needs a password."
        raise NeedsPasswordError(message, hint="Give its password with --password.")
    return None


def _spellings(passwords: tuple[str, ...]) -> list[str]:
    """Return each password as given, then as SASLprep (RFC 4013) spells it for newer PDFs."""
    candidates: list[str] = []
    for password in passwords:
        prepared = unicodedata.normalize("NFKC", password.replace("\u00ad", ""))
        candidates += [password] if prepared == password else [password, prepared]
    return candidates


def read_title(pdf: pypdfium2.PdfDocument) -> str:
    """Return the title that the author gave, an empty string for one that a program made up."""
    title = pdf.get_metadata_dict(skip_empty=True).get("Title", "")
    title = " ".join(title.split()).strip("\ufeff\x00")
    made_up = title.lower().startswith(("microsoft word - ", "microsoft powerpoint - ", "untitled"))
    letters = sum(character.isalpha() for character in title)
    return "" if made_up or letters < 3 else title


def read_outline(pdf: pypdfium2.PdfDocument) -> dict[int, list[tuple[int, str]]]:
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
