"""Notebooks of Jupyter: text, code and what the code printed, without the pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeGuard

from quoth.load.clean import clean
from quoth.load.html import html_page
from quoth.load.markdown import markdown_page
from quoth.load.opaque import without_encoded
from quoth.types import Document, Heading, Page

_LONGEST_OUTPUT = 4000  # characters
_OLD_PICTURES = ("png", "jpeg", "svg")  # of nbformat 3
_PICTURE, _CUT, _OTHER = "picture", "long output", "interactive output"


def is_notebook(value: object) -> TypeGuard[dict[str, Any]]:
    """Whether a JSON value is a notebook (nbformat 3 or 4)."""
    return (
        isinstance(value, dict)
        and "nbformat" in value
        and isinstance(value.get("cells", value.get("worksheets")), list)
    )


def notebook_document(path: Path, notebook: dict[str, Any]) -> Document:
    """Return the cells of a notebook as one page: its headings are those of its Markdown."""
    unread: Counter[str] = Counter()
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for page in _cells(notebook, unread):
        headings += [replace(each, start=each.start + length) for each in page.headings]
        parts.append(page.text)
        length += len(page.text) + 2
    title = next((each.title for each in headings if each.level == 1), path.stem)
    text = Page(1, "\n\n".join(parts), None, tuple(headings))
    return Document(str(path), title, "notebook", (text,), unread=unread)


def _cells(notebook: dict[str, Any], unread: Counter[str]) -> Iterator[Page]:
    """Yield the text of each cell and each output that has some."""
    sheets = notebook.get("worksheets") or [notebook]
    for cell in [cell for sheet in sheets for cell in sheet.get("cells", [])]:
        source = _joined(cell.get("source", cell.get("input", "")))
        kind = cell.get("cell_type")
        if kind == "heading":
            source = f"{'#' * int(cell.get('level', 1))} {source}"
        unread[_PICTURE] += len(cell.get("attachments") or {})
        is_text = kind in ("markdown", "heading")
        yield from _page(source, unread, is_markdown=is_text)
        for output in cell.get("outputs") or []:
            yield from _page(_output(output, unread), unread)
    for kind in [kind for kind, count in unread.items() if not count]:
        del unread[kind]


def _page(text: str, unread: Counter[str], *, is_markdown: bool = False) -> Iterator[Page]:
    if is_markdown:
        page = markdown_page(clean(text).strip("\n"), unread)
    else:
        page = Page(1, without_encoded(clean(text).strip("\n"), unread))
    if page.text.strip():
        yield page


def _output(output: dict[str, Any], unread: Counter[str]) -> str:
    """Return what an output shows as text: a table from its HTML, the first of a long text."""
    if output.get("output_type") in ("error", "pyerr"):
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    data = output.get("data", output)
    pictures = sum(str(key).startswith("image/") or key in _OLD_PICTURES for key in data)
    unread[_PICTURE] += pictures
    if pictures:
        return ""  # beside a picture, the text is its name
    html = _joined(data.get("text/html", data.get("html", "")))
    if "<table" in html:
        return html_page(html).text
    text = _joined(output.get("text") or data.get("text/plain") or data.get("text/markdown") or "")
    if html and not text:
        text = html_page(html).text
    if any(str(key).startswith("application/vnd.") for key in data):
        unread[_OTHER] += 1
    return _first_of(text, unread)


def _first_of(text: str, unread: Counter[str]) -> str:
    """Return the first lines of a long output."""
    if len(text) <= _LONGEST_OUTPUT:
        return text
    unread[_CUT] += 1
    return text[:_LONGEST_OUTPUT].rpartition("\n")[0] or text[:_LONGEST_OUTPUT]


def _joined(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source or "")
