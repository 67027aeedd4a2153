"""Documents for measurements, made from the texts of the sample library, so that a clone has them.

Every document has different sentences in a different order, so that no two share their content. The
same seed gives the same documents.
"""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "data" / "source"
WORDS_OF_A_PAGE = 380
_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[A-Z])")


def sentences() -> list[str]:
    """Return the sentences of the sample library's texts."""
    found = []
    for file in sorted(SOURCES.glob("*.md")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if len(line) > 60 and line[:1] not in ":#|":
                found += [one for one in _SENTENCE.split(line) if 40 < len(one) < 400]
    return found


def page(number: int) -> list[str]:
    """Return the sentences of the page with a number; each number gives a different page."""
    chosen = random.Random(number)
    pool, words, found = sentences(), 0, [f"Entry {number} of the register."]
    while words < WORDS_OF_A_PAGE:
        found.append(chosen.choice(pool))
        words += len(found[-1].split())
    return found


def write_pdfs(folder: Path, documents: int, pages: int) -> list[Path]:
    """Write PDF files of running text; return their paths."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate

    folder.mkdir(parents=True, exist_ok=True)
    style = getSampleStyleSheet()["BodyText"]
    files = []
    for document in range(documents):
        file = folder / f"register-{document:04}.pdf"
        flow: list[Flowable] = []
        for number in range(pages):
            lines = page(document * pages + number)
            flow += [Paragraph(" ".join(lines[n : n + 5]), style) for n in range(0, len(lines), 5)]
            flow.append(PageBreak())
        SimpleDocTemplate(str(file), pagesize=A4, title=f"Register {document}").build(flow)
        files.append(file)
    return files


def write_texts(folder: Path, documents: int, pages: int, *, first: int = 0) -> list[Path]:
    """Write plain text files, beginning with that number; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for document in range(first, first + documents):
        file = folder / f"note-{document:04}.txt"
        lines = [" ".join(page(10**6 + document * pages + n)) for n in range(pages)]
        file.write_text("\n\n".join(lines), encoding="utf-8")
        files.append(file)
    return files


def write_book(file: Path, characters: int) -> Path:
    """Write the story of the sample library, filled up with its other texts to a length."""
    order = ("landing.md", "waterworks.md", "minutes.md", "lease.md", "policy.md")
    lines = [
        line
        for name in order
        for line in (SOURCES / name).read_text(encoding="utf-8").splitlines()
        if line[:1] not in ":|"
    ]
    file.write_text("\n".join(lines)[:characters], encoding="utf-8")
    return file


def write_judged(folder: Path) -> Path:
    """Write texts and questions on them in BEIR's layout, for `bench/search.py`."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    with (folder / "corpus.jsonl").open("w") as file:
        for number in range(400):
            row = {"_id": str(number), "title": "", "text": " ".join(page(number))}
            file.write(json.dumps(row) + "\n")
    asked = (ROOT / "data" / "questions.jsonl").read_text().splitlines()
    with (folder / "queries.jsonl").open("w") as file:
        for number, line in enumerate(asked):
            row = {"_id": f"q{number}", "text": json.loads(line)["question"]}
            file.write(json.dumps(row) + "\n")
    grades = [f"q{number}\t{number}\t1" for number in range(len(asked))]
    header = "query-id\tcorpus-id\tscore"
    (folder / "qrels" / "test.tsv").write_text("\n".join([header, *grades]) + "\n")
    return folder
