"""The report of a job as tables: a line for each document, or for the fields of each document."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from quoth.jobs.report import DocumentReport, JobReport

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_COLUMNS = (
    *("document", "state", "reason", "summary", "pages", "coverage", "calls", "from_journal"),
    *("tokens_read", "tokens_written", "seconds", "notes", "not_in_source", "model"),
)


def report_csv(report: JobReport) -> str:
    """Return a line for each document, for a spreadsheet (RFC 4180, UTF-8 with a mark).

    A text that a spreadsheet would compute as a formula is marked as text by an apostrophe.
    """
    return _csv([_COLUMNS, *map(_row, report.documents)])


def fields_csv(report: JobReport) -> str:
    """Return a line for each document with its fields, each with its page and its quote."""
    names = list(dict.fromkeys(field.name for one in report.documents for field in one.fields))
    head = [cell for name in names for cell in (name, f"{name} page", f"{name} quote")]
    rows: list[Sequence[object]] = [("document", *head)]
    for document in report.documents:
        fields = {field.name: field for field in document.fields}
        row: list[object] = [document.path]
        for name in names:
            found = fields.get(name)
            row += [found.value, found.page, found.quote] if found else [None, "", ""]
        if fields:
            rows.append(row)
    return _csv(rows)


def fields_jsonl(report: JobReport) -> str:
    """Return a line of JSON for each document: its path, and value, page and quote by field."""
    lines = [
        {
            "document": document.path,
            "fields": {
                field.name: {"value": field.value, "page": field.page, "quote": field.quote}
                for field in document.fields
            },
        }
        for document in report.documents
        if document.fields
    ]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def _row(document: DocumentReport) -> Sequence[object]:
    return (
        *(document.path, document.state, document.reason, document.output, document.pages),
        *(round(document.coverage, 4), document.calls, document.cached_calls),
        *(document.prompt_tokens, document.generated_tokens, round(document.seconds, 2)),
        *("; ".join(document.notes), "; ".join(document.unsupported), document.model),
    )


def _csv(rows: Iterable[Sequence[object]]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + file.getvalue()


def _cell(value: object) -> object:
    is_formula = isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA)
    return f"'{value}" if is_formula else value
