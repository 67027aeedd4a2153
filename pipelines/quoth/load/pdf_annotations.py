"""What stands on a PDF page beside its content: form fields, comments and attached files."""

from __future__ import annotations

import ctypes
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from quoth.load.clean import clean, one_line

_COMMENTS = {
    pdfium.FPDF_ANNOT_TEXT,
    pdfium.FPDF_ANNOT_FREETEXT,
    pdfium.FPDF_ANNOT_HIGHLIGHT,
    pdfium.FPDF_ANNOT_UNDERLINE,
    pdfium.FPDF_ANNOT_SQUIGGLY,
    pdfium.FPDF_ANNOT_STRIKEOUT,
    pdfium.FPDF_ANNOT_CARET,
    pdfium.FPDF_ANNOT_STAMP,
    pdfium.FPDF_ANNOT_INK,
    pdfium.FPDF_ANNOT_LINE,
    pdfium.FPDF_ANNOT_SQUARE,
    pdfium.FPDF_ANNOT_CIRCLE,
    pdfium.FPDF_ANNOT_POLYGON,
    pdfium.FPDF_ANNOT_POLYLINE,
}
_UNREAD = {
    pdfium.FPDF_ANNOT_SOUND: "sound",
    pdfium.FPDF_ANNOT_MOVIE: "film",
    pdfium.FPDF_ANNOT_SCREEN: "film",
    pdfium.FPDF_ANNOT_RICHMEDIA: "film",
    pdfium.FPDF_ANNOT_THREED: "model in three dimensions",
}
_TICKED = {pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON}
_CHOSEN = {pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX}
_HIDDEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN


@dataclass(slots=True)
class Beside:
    """What stands beside the content of a page.

    `fields` are filled form fields as `name: value`, `comments` the texts of notes and marks,
    `files` the names and contents of attached files. `unread` counts what has no text, by its name.
    """

    fields: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)


def read_beside(page: pypdfium2.PdfPage) -> Beside:
    """Return the form fields, comments and attached files of a page, in the order of the file."""
    beside = Beside()
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if annotation:
            try:
                _read(annotation, page, beside)
            finally:
                pdfium.FPDFPage_CloseAnnot(annotation)
    return beside


def _read(annotation: Any, page: pypdfium2.PdfPage, beside: Beside) -> None:
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    if kind == pdfium.FPDF_ANNOT_LINK or kind == pdfium.FPDF_ANNOT_POPUP:
        return  # the note of a pop-up is that of its parent
    if pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN:
        beside.unread["hidden annotation"] += 1
    elif kind == pdfium.FPDF_ANNOT_WIDGET:
        if line := _field_line(annotation, page):
            beside.fields.append(line)
    elif kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
        attached = pdfium.FPDFAnnot_GetFileAttachment(annotation)
        if attached:
            beside.files.append(read_file(attached))
        else:
            beside.unread["attachment"] += 1
    elif kind in _COMMENTS:
        text = _string(annotation, b"Contents")
        if text and text not in beside.comments:
            beside.comments.append(text)
    elif kind in _UNREAD:
        beside.unread[_UNREAD[kind]] += 1


def read_file(attachment: Any) -> tuple[str, bytes]:
    """Return the name and the content of an attached file; nothing where it cannot be unpacked."""
    name = one_line(_wide(pdfium.FPDFAttachment_GetName, attachment)) or "attachment"
    size = ctypes.c_ulong()
    if not pdfium.FPDFAttachment_GetFile(attachment, None, 0, size) or not size.value:
        return name, b""
    content = ctypes.create_string_buffer(size.value)
    pdfium.FPDFAttachment_GetFile(attachment, content, size.value, size)
    return name, content.raw[: size.value]


def _field_line(annotation: Any, page: pypdfium2.PdfPage) -> str:
    """Return a filled field as `name: value`, an empty string for an empty one.

    With the form of the document at hand, values come from parents and choices by their labels.
    """
    form = page.formenv.raw if page.formenv else None
    if form is None:
        value = _string(annotation, b"V")
        name = _string(annotation, b"TU") or _string(annotation, b"T")
    else:
        value = _field_value(form, annotation)
        name = one_line(
            _wide(pdfium.FPDFAnnot_GetFormFieldAlternateName, form, annotation)
            or _short_name(_wide(pdfium.FPDFAnnot_GetFormFieldName, form, annotation))
        )
    if not value or value == "Off":
        return ""
    return f"{name}: {value}" if name else value


def _short_name(name: str) -> str:
    """Return the name of a field, of one that a program numbered (`f[0].name[0]`) its end."""
    return name.rpartition(".")[2].partition("[")[0] if name.endswith("]") else name


def _field_value(form: Any, annotation: Any) -> str:
    kind = pdfium.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in (pdfium.FPDF_FORMFIELD_PUSHBUTTON, pdfium.FPDF_FORMFIELD_UNKNOWN):
        return ""
    if kind in _TICKED:
        if not pdfium.FPDFAnnot_IsChecked(form, annotation):
            return ""
        return one_line(_wide(pdfium.FPDFAnnot_GetFormFieldExportValue, form, annotation)) or "Yes"
    if kind in _CHOSEN:
        count = pdfium.FPDFAnnot_GetOptionCount(form, annotation)
        chosen = [
            one_line(_wide(pdfium.FPDFAnnot_GetOptionLabel, form, annotation, index))
            for index in range(max(count, 0))
            if pdfium.FPDFAnnot_IsOptionSelected(form, annotation, index)
        ]
        if any(chosen):
            return ", ".join(filter(None, chosen))
    return clean(_wide(pdfium.FPDFAnnot_GetFormFieldValue, form, annotation)).strip()


def _string(annotation: Any, key: bytes) -> str:
    return clean(_wide(pdfium.FPDFAnnot_GetStringValue, annotation, key)).strip()


def _wide(function: Any, *arguments: Any) -> str:
    """Return the UTF-16 string that a function of PDFium writes to a buffer."""
    size = function(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    function(*arguments, ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", "replace")
