"""Rows of tables as answers, from the file to the terminal: HTML, CSV and PDF."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from programs import Quoth
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

HEADER = ("Boat", "Seats", "Price a day")
ROWS = (
    ("Rowing boat", "4", "28 euros"),
    ("Large canoe", "3", "35 euros"),
    ("Pedal boat", "2", "19 euros"),
    ("Sailing dinghy", "5", "64 euros"),
)


def write_html(folder: Path) -> None:
    head = "".join(f"<th>{cell}</th>" for cell in HEADER)
    body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in ROWS)
    table = f"<table><tr>{head}</tr>{body}</table>"
    text = f"<html><body><h1>Boats for hire</h1><p>Ask at the pier.</p>{table}</body></html>"
    (folder / "boats.html").write_text(text, encoding="utf-8")


def write_csv(folder: Path) -> None:
    lines = (",".join(row) for row in (HEADER, *ROWS))
    (folder / "boats.csv").write_text("\n".join(lines), encoding="utf-8")


def write_pdf(folder: Path) -> None:
    heading = Paragraph("Boats for hire", getSampleStyleSheet()["Heading1"])
    table = Table([HEADER, *ROWS])
    SimpleDocTemplate(str(folder / "boats.pdf"), pagesize=A4).build([heading, table])


@pytest.mark.parametrize("write", [write_html, write_csv, write_pdf])
def test_the_row_that_answers_is_shown_with_its_cells(
    write: Callable[[Path], None], tmp_path: Path, quoth: Quoth
) -> None:
    folder = tmp_path / "boats"
    folder.mkdir()
    write(folder)
    name = write.__name__
    assert quoth("ingest", str(folder), "--collection", name).returncode == 0
    question = "How much does a large canoe cost a day?"
    asked = quoth("ask", question, "--collection", name, "--json")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    first = [*answer["citations"], *answer["nearest"]][0]
    row = next(line for line in first["quote"].splitlines() if "canoe" in line)
    assert "35 euros" in row
    assert answer["phrase"] in (None, "35 euros")
    assert answer["kind"] == "excerpt"
