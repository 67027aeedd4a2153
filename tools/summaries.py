"""Writes docs/ten-summaries.md: ten summaries as they come out, each with what it is worth."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from quoth.config import load_config
from quoth.load import load_document
from quoth.models import LocalModel, open_model
from quoth.summarize import Summarizer, Summary, SummaryOptions
from quoth.text import count_words
from quoth.types import Document

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "ten-summaries.md"
JUDGED = Path(__file__).with_name("summaries.yaml")
MODEL = "llamacpp:embedded"
_HEAD = """# Ten summaries

Ten documents of ten sorts, summarized by the embedded model with the settings as they come, by
`python -m tools.summaries`. Nothing was changed in a summary. Above each stands what it is worth to
somebody who has not read the document. All documents are in `data/`, and were written for this
project.
"""


@dataclass(frozen=True, slots=True)
class Judged:
    """A document with the length of its summary, and what a reader thinks of that summary."""

    path: str
    title: str
    words: int
    worth: str


def read_judged() -> list[Judged]:
    """Return the ten documents, in the order of the page."""
    rows = yaml.safe_load(JUDGED.read_text(encoding="utf-8"))
    return [Judged(**{**row, "worth": " ".join(row["worth"].split())}) for row in rows]


def summarize(judged: Judged, model: LocalModel) -> tuple[Document, Summary]:
    """Return a document and its summary."""
    document = load_document(ROOT / judged.path)
    summarizer = Summarizer(model, options=SummaryOptions(length=judged.words))
    return document, summarizer.invoke(document)


def write_section(judged: Judged, document: Document, summary: Summary) -> str:
    """Return the section of one summary."""
    words = sum(count_words(page.text) for page in document.pages)
    way = _tell_way(summary)
    return "\n".join(
        [
            f"## {judged.title}",
            "",
            f"`{judged.path}`: {words:,} words, {way}. {judged.worth}",
            "",
            f"> {summary.text}",
            "",
        ]
    )


def _tell_way(summary: Summary) -> str:
    if summary.is_extract:
        return f"read as {summary.kinds[0].replace('-', ' ')}"
    leaves = [node for node in summary.tree.walk() if node.chunks]
    written = sum(not leaf.extracted for leaf in leaves)
    if not written:
        return "a conversation, told by its own turns"
    return f"a conversation, {written} of {len(leaves)} parts told by the model"


def find_stale(page: str, model: LocalModel) -> list[str]:
    """Return the documents whose extract is not on the page as it comes out now.

    What a model wrote is not compared: other processors round differently.
    """
    stale = []
    for judged in read_judged():
        document, summary = summarize(judged, model)
        if summary.is_extract and write_section(judged, document, summary) not in page:
            stale.append(judged.path)
    return stale


def write_page(sections: Sequence[str]) -> str:
    """Return the page of these sections."""
    return "\n".join([_HEAD, *sections])


def main() -> int:
    """Write the page."""
    model = open_model(load_config(overrides={"backend.model": MODEL}).config.backend)
    sections = [write_section(judged, *summarize(judged, model)) for judged in read_judged()]
    PAGE.write_text(write_page(sections), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
