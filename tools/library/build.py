"""The library: every source in its format."""

from __future__ import annotations

from pathlib import Path

from tools.library.markup import write_html, write_markdown
from tools.library.pdf import write_pdf
from tools.library.source import read_source

DATA = Path(__file__).parents[2] / "data"
SOURCE = DATA / "source"
LIBRARY = DATA / "library"
QUESTIONS = DATA / "questions.jsonl"


def build(target: Path) -> list[Path]:
    """Write every document of the library into a folder."""
    target.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for path in sorted(SOURCE.glob("*.md")):
        source = read_source(path)
        out = target / source.meta["output"]
        if source.meta["style"] == "markdown":
            write_markdown(source, out)
        elif source.meta["style"] == "html":
            write_html(source, out)
        else:
            write_pdf(source, out)
        written.append(out)
    return written
