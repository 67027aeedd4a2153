"""XFA forms: the text of a PDF whose pages only ask the reader to wait.

A dynamic form (XFA Specification 3.3) has no pages of its own: the packet `template` holds its
fixed texts and fields, the packet `datasets` what was filled in.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

import pypdfium2
import pypdfium2.raw as pdfium
from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from quoth.load.clean import one_line

_PACKETS = {"template", "datasets"}
_CONTAINERS = {"subform", "subformSet", "area", "pageSet", "pageArea", "contentArea", "exclGroup"}
_HIDDEN = {"hidden", "invisible", "inactive"}


def is_dynamic(pdf: pypdfium2.PdfDocument) -> bool:
    """Whether the pages of a PDF are only a placeholder for an XFA form."""
    return bool(pdfium.FPDF_GetFormType(pdf.raw) == pdfium.FORMTYPE_XFA_FULL)


def read_xfa(pdf: pypdfium2.PdfDocument) -> str:
    """Return the fixed texts and the filled fields of an XFA form, a line for each.

    The text is empty where no packet can be read.
    """
    packets = {name: root for root in _roots(pdf) for name, root in _packets(root)}
    values: defaultdict[str, list[str]] = defaultdict(list)
    if "datasets" in packets:
        for element in packets["datasets"].iter():
            if not len(element) and (text := one_line(element.text or "")):
                values[_name(element)].append(text)
    if "template" not in packets:
        return "\n".join(f"{name}: {text}" for name, texts in values.items() for text in texts)
    lines = list(_lines(packets["template"], values))
    lines += [f"{name}: {text}" for name, texts in values.items() for text in texts]
    return "\n".join(lines)


def _roots(pdf: pypdfium2.PdfDocument) -> Iterator[Element]:
    """Yield the packets that are whole XML documents, also one that holds all others."""
    whole = b""
    for index in range(max(pdfium.FPDF_GetXFAPacketCount(pdf.raw), 0)):
        content = _content(pdf, index)
        whole += content
        if (root := _parse(content)) is not None:
            yield root
    if (root := _parse(whole)) is not None:  # packets may be cut anywhere
        yield root


def _content(pdf: pypdfium2.PdfDocument, index: int) -> bytes:
    size = ctypes.c_ulong()
    pdfium.FPDF_GetXFAPacketContent(pdf.raw, index, None, 0, size)
    buffer = ctypes.create_string_buffer(max(size.value, 1))
    pdfium.FPDF_GetXFAPacketContent(pdf.raw, index, buffer, size.value, size)
    return buffer.raw[: size.value]


def _parse(content: bytes) -> Element | None:
    try:
        root: Element = ElementTree.fromstring(content)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root


def _packets(root: Element) -> Iterator[tuple[str, Element]]:
    for element in (root, *root):
        if (name := _name(element)) in _PACKETS:
            yield name, element


def _lines(element: Element, values: defaultdict[str, list[str]]) -> Iterator[str]:
    """Yield the lines below an element of the template, and take the values that they use."""
    for child in element:
        kind = _name(child)
        if child.get("presence") in _HIDDEN:
            continue
        if kind == "draw":
            yield from filter(None, [_text(child, "value")])
        elif kind == "field":
            caption = _text(child, "caption") or child.get("name", "")
            waiting = values[child.get("name", "")]
            value = waiting.pop(0) if waiting else _text(child, "value")
            yield from filter(None, [f"{caption}: {value}" if caption and value else caption])
        elif kind in _CONTAINERS:
            yield from _lines(child, values)


def _text(element: Element, part: str) -> str:
    """Return the text of a part of a field, such as its caption."""
    pieces = [piece for child in element if _name(child) == part for piece in child.itertext()]
    return one_line(" ".join(pieces))


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
