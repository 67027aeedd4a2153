"""The report of a job as one HTML page, without scripts, links to other hosts or other files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape

from quoth.jobs.report import DocumentReport, JobReport, MachineReport
from quoth.summarize import SummarySentence
from quoth.types import format_count
from quoth.views import format_path

_STYLE = """
body { font: 16px/1.55 ui-sans-serif, system-ui, sans-serif; max-width: 56rem; margin: 2rem auto;
  padding: 0 1rem; color: #1d2327; background: #fff; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .3rem; }
.soft { color: #5d676f; font-size: .85rem; } .bad { color: #b3450a; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; }
.tile { border: 1px solid #d4d9dd; border-radius: .4rem; padding: .5rem .9rem; }
.tile b { display: block; font-size: 1.35rem; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; }
th, td { text-align: left; vertical-align: top; padding: .25rem .8rem .25rem 0;
  border-bottom: 1px solid #d4d9dd; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; white-space: nowrap; }
details { border-left: 2px solid #d4d9dd; padding-left: .8rem; margin: .5rem 0; }
summary { cursor: pointer; font-weight: 600; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body { color: #e3e6e8; background: #16191c; } .soft { color: #9aa5ad; } .bad { color: #f0955a; }
  .tile, th, td, details { border-color: #3a4147; }
}
"""


def report_page(report: JobReport, *, title: str) -> str:
    """Return the report as a page: what was read, what failed and why, and each summary."""
    done = [document for document in report.documents if document.state == "done"]
    failed = [document for document in report.documents if document.state != "done"]
    parts = [f"<h1>{escape(title)}</h1>", *_overview(report, done, failed)]
    if failed:
        parts += ["<h2 class=bad>Without a summary</h2>", _failures(failed)]
    if report.machines:
        parts += ["<h2>Machines</h2>", _machines(report.machines)]
        parts += [f"<p class=bad>{escape(note)}</p>" for note in report.differences]
    if done:
        parts += ["<h2>Documents</h2>", _table(done), "<h2>Summaries</h2>"]
        parts += [_summary(document) for document in done]
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        "<meta name=viewport content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _overview(
    report: JobReport, done: list[DocumentReport], failed: list[DocumentReport]
) -> Iterator[str]:
    models = ", ".join(dict.fromkeys(document.model for document in done))
    yield f"<p class=soft>{escape(models)}</p>"
    tiles = [
        (str(len(done)), "summarized"),
        (str(len(failed)), "without a summary"),
        (_percent(report.coverage), "lowest share of a text that was read"),
        (f"{report.report.seconds:.0f} s", "time"),
        (str(report.calls + report.cached_calls), f"calls, {report.cached_calls} made before"),
    ]
    shown = "".join(f"<div class=tile><b>{value}</b>{name}</div>" for value, name in tiles)
    yield f"<div class=tiles>{shown}</div>"
    if report.paused:
        yield f"<p class=bad>The job is paused: {escape(report.paused)}</p>"
    if report.leftovers:
        count = format_count(len(report.leftovers), "output")
        yield f"<p class=soft>{count} of earlier runs without a document.</p>"


def _machines(machines: Sequence[MachineReport]) -> str:
    names = ("documents", "calls", "tokens/s", "deaths")
    head = "".join(f"<th class=number>{name}</th>" for name in names)
    rows = []
    for one in machines:
        seen = datetime.fromtimestamp(one.last_seen, UTC).isoformat(" ", "seconds")
        state = one.reason or f"last seen {seen}"
        cells = (one.documents, one.calls, round(one.tokens_per_second), one.deaths)
        numbers = "".join(f"<td class=number>{cell}</td>" for cell in cells)
        texts = "".join(f"<td>{escape(text)}</td>" for text in (one.name, one.model))
        rows.append(f"<tr>{texts}{numbers}<td>{escape(state)}</td></tr>")
    labels = f"<th>machine</th><th>model</th>{head}<th>state</th>"
    return f"<table><tr>{labels}</tr>{''.join(rows)}</table>"


def _failures(documents: list[DocumentReport]) -> str:
    rows = [(format_path(one.path), one.state, one.reason) for one in documents]
    head = "<tr><th>document</th><th>state</th><th>reason</th></tr>"
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
    )
    return f"<table>{head}{body}</table>"


def _table(documents: list[DocumentReport]) -> str:
    names = ("pages", "read", "calls", "seconds")
    head = "".join(f"<th class=number>{name}</th>" for name in names)
    rows = []
    for one in documents:
        calls = one.calls + one.cached_calls
        cells = (str(one.pages), _percent(one.coverage), str(calls), f"{one.seconds:.1f}")
        numbers = "".join(f"<td class=number>{cell}</td>" for cell in cells)
        rows.append(f"<tr><td>{escape(format_path(one.path))}</td>{numbers}</tr>")
    return f"<table><tr><th>document</th>{head}</tr>{''.join(rows)}</table>"


def _summary(document: DocumentReport) -> str:
    lines = [_sentence(sentence) for sentence in document.sentences]
    notes = [*document.unread, *document.notes]
    if document.unsupported:
        notes.append(f"Not in the document: {', '.join(document.unsupported)}")
    told = "".join(f"<p class='soft bad'>{escape(note)}</p>" for note in notes)
    return (
        f"<details open><summary>{escape(format_path(document.path))}</summary>"
        f"<ul>{''.join(lines)}</ul>{_fields(document)}{told}"
        f"<p class=soft>{escape(document.output)}</p></details>"
    )


def _sentence(sentence: SummarySentence) -> str:
    pages = dict.fromkeys(str(link.page_label or link.page) for link in sentence.links)
    place = f"p. {', '.join(pages)}" if pages else "no source found"
    return f"<li>{escape(sentence.text)} <span class=soft>({escape(place)})</span></li>"


def _fields(document: DocumentReport) -> str:
    rows = "".join(
        f"<tr><td>{escape(field.name)}</td><td>{escape(str(field.value))}</td>"
        f"<td>{escape(field.page)}</td><td class=soft>{escape(field.quote)}</td></tr>"
        for field in document.fields
    )
    head = "<tr><th>field</th><th>value</th><th>page</th><th>quote</th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _percent(share: float) -> str:
    return f"{share:.1%}".replace("100.0%", "100%")
