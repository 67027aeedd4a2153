"""The functions of PDFium that are called for every line or word of a page.

pypdfium2 checks and wraps every argument. Bound anew to take handles and addresses as whole
numbers, a call takes half the time. Only the thread that holds PDFium's lock may call them.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pypdfium2.raw as pdfium

_INT, _UINT = ctypes.c_int, ctypes.c_uint
_HANDLE = _ADDRESS = ctypes.c_void_p


def handle_of(pointer: Any) -> int:
    """Return a handle that pypdfium2 holds, such as a page, as a whole number."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def addresses_of(numbers: ctypes.Array[Any]) -> tuple[int, ...]:
    """Return the addresses of the numbers of an array, into which PDFium writes."""
    first, size = ctypes.addressof(numbers), ctypes.sizeof(numbers)
    return tuple(range(first, first + size, size // len(numbers)))


def _bind(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    return ctypes.PYFUNCTYPE(result, *arguments)(handle_of(function))


char_box = _bind(pdfium.FPDFText_GetCharBox, _INT, _HANDLE, _INT, *[_ADDRESS] * 4)
char_origin = _bind(pdfium.FPDFText_GetCharOrigin, _INT, _HANDLE, _INT, *[_ADDRESS] * 2)
font_size = _bind(pdfium.FPDFText_GetFontSize, ctypes.c_double, _HANDLE, _INT)
font_weight = _bind(pdfium.FPDFText_GetFontWeight, _INT, _HANDLE, _INT)
font_info = _bind(
    pdfium.FPDFText_GetFontInfo,
    ctypes.c_ulong,
    *(_HANDLE, _INT, _ADDRESS, ctypes.c_ulong, _ADDRESS),
)
fill_color = _bind(pdfium.FPDFText_GetFillColor, _INT, _HANDLE, _INT, *[_ADDRESS] * 4)
text_object = _bind(pdfium.FPDFText_GetTextObject, _HANDLE, _HANDLE, _INT)
render_mode = _bind(pdfium.FPDFTextObj_GetTextRenderMode, _INT, _HANDLE)
count_marks = _bind(pdfium.FPDFPageObj_CountMarks, _INT, _HANDLE)
mark_at = _bind(pdfium.FPDFPageObj_GetMark, _HANDLE, _HANDLE, ctypes.c_ulong)
mark_name = _bind(pdfium.FPDFPageObjMark_GetName, _INT, _HANDLE, _ADDRESS, ctypes.c_ulong, _ADDRESS)
mark_parameter = _bind(
    pdfium.FPDFPageObjMark_GetParamStringValue,
    _INT,
    *(_HANDLE, ctypes.c_char_p, _ADDRESS, ctypes.c_ulong, _ADDRESS),
)
char_code = _bind(pdfium.FPDFText_GetUnicode, _UINT, _HANDLE, _INT)
page_object = _bind(pdfium.FPDFPage_GetObject, _HANDLE, _HANDLE, _INT)
object_type = _bind(pdfium.FPDFPageObj_GetType, _INT, _HANDLE)
object_bounds = _bind(pdfium.FPDFPageObj_GetBounds, _INT, _HANDLE, *[_ADDRESS] * 4)
picture_size = _bind(pdfium.FPDFImageObj_GetImagePixelSize, _INT, _HANDLE, *[_ADDRESS] * 2)
