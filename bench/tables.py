"""How many figures that FinanceBench asks for stand in one line with what names them.

    python -m bench.tables public/financebench

`table_figures.json` lists the questions whose answer is in a table, with the figures that each
answer needs: the page, the number, and the year or word that names its column. A figure holds if
one line of its page has the name of its row, the name of its column right before it, and the
number. A question holds if all its figures do. Where the set names the row in its justification,
the line must have the words of that name.
"""

from __future__ import annotations

import argparse
import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quoth.load import load_document
from quoth.types import Document

FIGURES = Path(__file__).with_name("table_figures.json")
ITEM = re.compile(r"(?:line item name, as seen in the 10K, was|line item named): ([^.]*)")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number on a page, and the year or word that names its column."""

    page: int
    number: str
    column: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quiet", action="store_true", help="print only the counts")
    options = parser.parse_args()
    documents: dict[str, Document] = {}
    holding: dict[str, bool] = {}
    for question, figures in read_figures(options.folder):
        pdf = question["pdf"]
        if pdf not in documents:
            documents[pdf] = load_document(options.folder / pdf)
        names = ITEM.findall(question["justification"] or "")
        lines = [find_line(documents[pdf], figure, names) for figure in figures]
        holding[question["id"]] = all(lines)
        if not options.quiet:
            print(f"{question['id']} {'holds' if all(lines) else 'DOES NOT HOLD'}")
            for figure, line in zip(figures, lines, strict=True):
                print(f"    {figure.number} ({figure.column}): {line[:160] or '-'}")
    for half, name in ((0, "even"), (1, "odd")):
        share([holds for each, holds in holding.items() if crc(each) == half], name)
    share(list(holding.values()), "all")


def crc(identifier: str) -> int:
    """Return the half of the set to which a question belongs."""
    return zlib.crc32(identifier.encode()) % 2


def share(holding: list[bool], name: str) -> None:
    """Print how many questions hold."""
    print(f"{name}: {sum(holding)} of {len(holding)} ({100 * sum(holding) / len(holding):.0f} %)")


def read_figures(folder: Path) -> list[tuple[dict[str, Any], list[Figure]]]:
    """Return the listed questions of the set, each with the figures that its answer needs."""
    listed = json.loads(FIGURES.read_text("utf-8"))
    rows = (folder / "questions.jsonl").read_text("utf-8").splitlines()
    questions = {question["id"]: question for question in map(json.loads, rows)}
    return [
        (questions[identifier], [Figure(*figure) for figure in figures])
        for identifier, figures in listed.items()
    ]


def find_line(document: Document, figure: Figure, names: list[str]) -> str:
    """Return the line in which a figure stands with its names, an empty string if none does."""
    label = r"^[^|]*[^\W\d_]{3}[^|]*\|(?:.*\|)? "
    value = rf"[($€-]*{re.escape(figure.number)}[)%]*(?= \||$)"
    pattern = re.compile(rf"{label}[^|]*\b{figure.column}\b[^|:]*: ?{value}")
    wanted = [words(name) for name in names]
    for line in document.pages[figure.page - 1].text.split("\n"):
        if pattern.search(line) and (not wanted or any(each <= words(line) for each in wanted)):
            return line
    return ""


def words(text: str) -> set[str]:
    """Return the words of a text, in lower case; the set holds non-breaking spaces as `Â`."""
    return set(re.findall(r"[^\W\d_]{2,}", text.replace("\u00c2", " ").lower()))


if __name__ == "__main__":
    main()
