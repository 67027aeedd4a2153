from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from quoth.errors import CorruptDocumentError
from quoth.jobs import JobReport, SummaryJob
from quoth.jobs.fields import place_fields
from quoth.jobs.tables import report_csv
from quoth.summarize import Summarizer, SummaryOptions
from quoth.types import Document, Page
from scripted_model import Scripted

SCHEMA = {
    "type": "object",
    "properties": {"tenant": {"type": "string"}, "rent": {"type": "number"}},
    "required": ["tenant", "rent"],
}
LEASE = "The tenant of unit {n} is Ada Lindqvist <b>. The rent is {n},250 crowns a month."


def load(path: Path) -> Document:
    if path.suffix == ".bad":
        raise CorruptDocumentError(f"{path.name} is broken.")
    pages = (Page(1, "This is the lease of a flat by the river."), Page(2, path.read_text()))
    return Document(str(path), path.stem, "text", pages)


def answer(prompt: str) -> str:
    if "JSON" in prompt:
        return json.dumps({"tenant": "Ada Lindqvist", "rent": 1250})
    return "The tenant of unit 1 is Ada Lindqvist. The rent is 1,250 crowns a month."


@pytest.fixture
def report(tmp_path: Path) -> JobReport:
    paths = [tmp_path / "in" / name for name in ("=1+1.md", "b.md", "c.bad")]
    paths[0].parent.mkdir()
    for number, path in enumerate(paths, start=1):
        path.write_text(LEASE.format(n=number))
    options = SummaryOptions(length="40", schema=SCHEMA)
    summarizer = Summarizer(Scripted(answer=answer), options=options)
    return SummaryJob(summarizer, load, tmp_path / "out").run(paths, base=paths[0].parent)


def rows(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def test_the_report_says_what_was_done_with_each_document(
    tmp_path: Path, report: JobReport
) -> None:
    written = json.loads((tmp_path / "out" / "report.json").read_text())
    first, _, broken = written["documents"]
    assert (first["state"], first["output"], first["coverage"]) == ("done", "=1+1.md.md", 1.0)
    assert first["calls"] >= 2
    assert first["prompt_tokens"] > 0
    assert first["model"] == "scripted:test"
    assert any(prompt.startswith("summarize-map") for prompt in first["prompts"])
    assert (broken["state"], broken["reason"]) == ("corrupt", "c.bad is broken.")
    assert written["version"]
    assert written["calls"] == sum(document["calls"] for document in written["documents"])


def test_the_page_stands_alone_and_holds_what_happened(tmp_path: Path, report: JobReport) -> None:
    page = (tmp_path / "out" / "report.html").read_text()
    text: list[str] = []
    tags: set[str] = set()

    class Reader(HTMLParser):
        def handle_data(self, data: str) -> None:
            text.append(data)

        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.add(tag)

    Reader().feed(page)
    shown = " ".join(text)
    assert "c.bad is broken." in shown
    assert "p. 2" in shown
    assert "Ada Lindqvist" in shown
    assert not tags & {"script", "img", "link", "a", "iframe"}
    assert "http" not in page
    assert "&lt;b&gt;" in page


def test_a_table_has_no_formula(tmp_path: Path) -> None:
    from quoth.jobs.report import DocumentReport
    from quoth.types import Report

    names = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", '=HYPERLINK("x")', "plain, \n line")
    documents = tuple(DocumentReport(name, "failed", name) for name in names)
    head, *lines = rows(report_csv(JobReport(Report(), documents=documents)))
    assert len(lines) == len(names)
    assert all(len(line) == len(head) for line in lines)
    for name, line in zip(names, lines, strict=True):
        expected = name if name.startswith("plain") else f"'{name}"
        assert line[0] == line[2] == expected


def test_fields_become_one_table_with_their_places(tmp_path: Path, report: JobReport) -> None:
    head, first, second = rows((tmp_path / "out" / "fields.csv").read_text())
    assert head[1:] == ["tenant", "tenant page", "tenant quote", "rent", "rent page", "rent quote"]
    assert first[1:3] == ["Ada Lindqvist", "2"]
    assert first[4:] == ["1250", "2", "The rent is 1,250 crowns a month."]
    assert second[4:] == ["1250", "", ""]
    lines = (tmp_path / "out" / "fields.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["fields"]["rent"]["page"] == "2"


def test_a_value_is_found_whole_only() -> None:
    pages = (
        Page(1, "Unit 112 costs 1,250.50 crowns."),
        Page(2, "Unit 12 is free. Ask Ann. It was sold for 48.2 million crowns, less 0.5 %."),
    )
    document = Document("a", "a", "text", pages)
    data = {
        "unit": 12,
        "price": 1250.5,
        "rent": 250.5,
        "sum": 48_200_000,
        "share": 0.5,
        "free": True,
        "owner": None,
        "people": ["ann", "An"],
    }
    found = {field.name: field.page for field in place_fields(data, document)}
    assert found == {
        "unit": "2",
        "price": "1",
        "rent": "",
        "sum": "2",
        "share": "2",
        "free": "",
        "owner": "",
        "people.0": "2",
        "people.1": "",
    }
