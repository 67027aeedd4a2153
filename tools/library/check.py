"""Checks of the library: bytes, quotes and page labels, as pypdf and PDFium read them."""

from __future__ import annotations

import html
import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2

from tools.library.build import LIBRARY, QUESTIONS, build


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
