"""The loaders by format, and the one path by which every file is loaded."""

from __future__ import annotations

import importlib
import stat
from dataclasses import replace
from pathlib import Path

from quoth.config import Limits
from quoth.errors import (
    CorruptDocumentError,
    DocumentError,
    EmptyDocumentError,
    LimitExceededError,
    NoTextError,
    QuothError,
)
from quoth.load.clean import replace_surrogates
from quoth.load.contract import Loader, LoadOptions
from quoth.load.detect import SUFFIXES, detect, suffix_of
from quoth.system import load_entry_point, read_entry_points
from quoth.types import Document, Page

GROUP = "quoth.loaders"
_HEADING_BYTES = 1000
"""The memory that a heading costs on its way, beside the text of its page."""
_TEXT_FORMATS = ("text", "code", "markdown", "rst", "org", "asciidoc", "tex", "csv", "tsv")

_OURS = {
    "pdf": "quoth.load.pdf:load_pdf",
    "picture": "quoth.load.picture:load_picture",
    "docx": "quoth.load.docx:load_docx",
    "pptx": "quoth.load.pptx:load_pptx",
    "xlsx": "quoth.load.excel:load_xlsx",
    "xls": "quoth.load.excel:load_xls",
    "odt": "quoth.load.opendocument:load_odt",
    "ods": "quoth.load.opendocument:load_ods",
    "odp": "quoth.load.opendocument:load_odp",
    "epub": "quoth.load.epub:load_epub",
    "rtf": "quoth.load.rtf:load_rtf",
    "html": "quoth.load.html:load_html",
    "xml": "quoth.load.xml:load_xml",
    "eml": "quoth.load.mail:load_mail",
    "mbox": "quoth.load.mail:load_mailbox",
    "markdown": "quoth.load.markdown:load_markdown",
    "rst": "quoth.load.markdown:load_rst",
    "org": "quoth.load.markdown:load_org",
    "asciidoc": "quoth.load.markdown:load_asciidoc",
    "tex": "quoth.load.markdown:load_tex",
    "csv": "quoth.load.delimited:load_table",
    "tsv": "quoth.load.delimited:load_table",
    "json": "quoth.load.records:load_json",
    "jsonl": "quoth.load.records:load_json_lines",
    "vtt": "quoth.load.subtitles:load_subtitles",
    "srt": "quoth.load.subtitles:load_subtitles",
    "ttml": "quoth.load.subtitles:load_subtitles",
    "ics": "quoth.load.calendar:load_calendar",
    "vcf": "quoth.load.calendar:load_calendar",
    "zip": "quoth.load.container:load_zip",
    "tar": "quoth.load.container:load_tar",
    "gz": "quoth.load.container:load_compressed",
    "text": "quoth.load.text:load_text",
    "code": "quoth.load.text:load_code",
}


def _third_party() -> dict[str, str]:
    """Return the names of the entry points of other packages, by suffix."""
    return {name.lower().lstrip("."): name for name in read_entry_points(GROUP)}


def supported_suffixes() -> frozenset[str]:
    """Return the suffixes that are read, with their dot and in lower case (`.pdf`)."""
    ours = {suffix for suffixes in SUFFIXES.values() for suffix in suffixes}
    return frozenset(f".{suffix}" for suffix in ours | set(_third_party()))


def _loader_for(path: Path) -> Loader:
    """Return the loader of a file; a third party's for its suffix takes precedence."""
    name = _third_party().get(suffix_of(path))
    if name is not None:
        loader: Loader = load_entry_point(GROUP, name, kind="loader")
        return loader
    module, _, function = _OURS[detect(path)].partition(":")
    ours: Loader = getattr(importlib.import_module(module), function)
    return ours


def load_document(
    path: Path | str,
    *,
    passwords: tuple[str, ...] = (),
    limits: Limits | None = None,
    ocr: bool = False,
) -> Document:
    """Read one file in this process and return its text by page.

    The format is taken from the content first, then from the suffix. Raises a `DocumentError` for a
    file that cannot be read, and `MissingExtraError` if `ocr` is set and no engine is
    installed. Time and memory are not limited here: see `LoaderPool`.

    >>> load_document("report.pdf").pages[0].text  # doctest: +SKIP
    """
    options = LoadOptions(passwords=tuple(passwords), limits=limits or Limits(), ocr=ocr)
    if ocr:
        from quoth.load.ocr import require_ocr

        require_ocr()
    return load_with(Path(path), options)


def load_with(path: Path, options: LoadOptions) -> Document:
    """Read one file with its loader, and turn every exception into a `QuothError`."""
    try:
        _check_file(path, options.limits)
        document = _loader_for(path)(path, replace(options, load_part=load_with))
    except QuothError:
        raise
    except MemoryError as error:
        raise LimitExceededError(f"{path.name} needs more memory than allowed.") from error
    except RecursionError as error:
        raise CorruptDocumentError(f"{path.name} is nested too deeply to be read.") from error
    except OSError as error:
        raise DocumentError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    except Exception as error:  # a parser may fail on a broken file in any way
        raise CorruptDocumentError(
            f"{path.name} cannot be read: {type(error).__name__}: {str(error)[:200]}."
        ) from error
    return _check_document(_first_pages(document, options), path, options.limits)


def _check_file(path: Path, limits: Limits) -> None:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise DocumentError(f"{path.name} is not a regular file.")
    check_size(path.name, status.st_size, limits)


def check_size(name: str, size: int, limits: Limits) -> None:
    """Raise `LimitExceededError` for a file of more bytes than may be unpacked from one."""
    if size > limits.unpacked_bytes:
        raise LimitExceededError(
            f"{name} has {size / 2**20:,.0f} MB; {limits.unpacked_megabytes:,} MB are allowed.",
            hint="Raise ingestion.max_unpacked_megabytes if you trust the file.",
        )


def _first_pages(document: Document, options: LoadOptions) -> Document:
    """Return the first pages of the user's file, as many as the limits say."""
    wanted = options.limits.first_pages
    if options.depth or not 0 < wanted < len(document.pages):
        return document
    pages = document.pages[:wanted]
    note = f"Only the first {wanted} of {len(document.pages)} pages were read."
    return replace(
        document,
        pages=pages,
        unreadable=tuple(page for page in document.unreadable if page <= pages[-1].number),
        notes=(*document.notes, note),
        left_out=len(document.pages) - wanted,
    )


def _measure(page: Page) -> int:
    """Return the bytes of a page: its text in UTF-8, and its headings."""
    text = page.text
    letters = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return letters + _HEADING_BYTES * len(page.headings)


def _check_document(document: Document, path: Path, limits: Limits) -> Document:
    """Return the document, which must have text, and no more pages and text than allowed."""
    if len(document.pages) > limits.pages:
        raise LimitExceededError(
            f"{path.name} has {len(document.pages):,} pages; {limits.pages:,} are allowed.",
            hint="Raise ingestion.max_pages if you trust the file.",
        )
    size = sum(map(_measure, document.pages))
    if size > limits.text_bytes:
        raise LimitExceededError(
            f"{path.name} has {size / 2**20:,.0f} MB of text; {limits.text_megabytes:,} MB are "
            "allowed.",
            hint="Split it, or raise ingestion.max_text_megabytes if there is memory for it.",
        )
    if not any(page.text and not page.text.isspace() for page in document.pages):
        if document.format in _TEXT_FORMATS:
            raise EmptyDocumentError(f"{path.name} is empty: it holds only white space.")
        raise NoTextError(f"{path.name} holds no text.")
    if all(replace_surrogates(page.text) is page.text for page in document.pages):
        return document
    pages = tuple(replace(page, text=replace_surrogates(page.text)) for page in document.pages)
    return replace(document, pages=pages)
