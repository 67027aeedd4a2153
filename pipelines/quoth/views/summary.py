"""A summary as something to read: plain text, Markdown, or JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from quoth.errors import UsageError
from quoth.types import format_count
from quoth.views.json import summary_json

if TYPE_CHECKING:
    from quoth.summarize import Link, Summary, SummarySentence

Format = Literal["text", "markdown", "json"]

FORMATS: dict[str, str] = {"text": ".txt", "markdown": ".md", "json": ".json"}
"""The endings of files, by format."""

_EXTRACT = "An extract: sentences of the document, word for word."


def render_summary(summary: Summary, form: Format = "text") -> str:
    """Return the summary in a format, with a line break at its end.

    The text is free of costs, so that it is the same whether or not the run was interrupted.
    """
    match form:
        case "text":
            return _text(summary)
        case "markdown":
            return _markdown(summary)
        case "json":
            value = summary_json(summary, costs=False)
            return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
    raise UsageError(f"There is no format {form!r}.", hint=f"Formats: {', '.join(FORMATS)}.")


def format_link(link: Link, *, with_source: bool) -> str:
    """Return the page that a link leads to, as `lease.pdf p. 4`."""
    page = f"p. {link.page_label or link.page}"
    return f"{link.source} {page}" if with_source else page


def format_coverage(summary: Summary) -> str:
    """Return the share of the text that was read, by how many calls of which model."""
    share = f"{summary.coverage:.1%}".replace("100.0%", "100%")
    why = f" ({'; '.join(summary.unread)})" if summary.unread else ""
    if summary.is_extract:
        kinds = ", ".join(kind.replace("-", " ") for kind in summary.kinds)
        return f"{share} of the text read{why}. {_EXTRACT} Read as: {kinds}."
    calls = summary.calls + summary.cached_calls
    return f"{share} of the text read{why}, in {format_count(calls, 'call')} of {summary.model}."


def format_title(summary: Summary) -> str:
    """Return the title of the document, or the number of documents."""
    titles = list(summary.titles.values())
    return titles[0] if len(titles) == 1 else f"{len(titles)} documents"


def _text(summary: Summary) -> str:
    if summary.data is not None:
        return json.dumps(summary.data, indent=2, ensure_ascii=False) + "\n"
    if len(summary.titles) == 1:
        return summary.text + "\n"
    lines = [
        f"{sentence.text} [{', '.join(_sources(sentence)) or 'no source found'}]"
        for sentence in summary.sentences
    ]
    return "\n".join(lines) + "\n"


def _markdown(summary: Summary) -> str:
    several = len(summary.titles) > 1
    lines = [f"# Summary of {format_title(summary)}", ""]
    if summary.options.query:
        lines += [f"*{summary.options.query}*", ""]
    if summary.data is not None:
        lines += ["```json", json.dumps(summary.data, indent=2, ensure_ascii=False), "```", ""]
    for sentence in summary.sentences:
        places = dict.fromkeys(format_link(link, with_source=several) for link in sentence.links)
        mark = f" ({'; '.join(places)})" if places else " (*no source found*)"
        doubt = f" ⚠ not in the source: {', '.join(sentence.unsupported)}"
        lines.append(f"- {sentence.text}{mark}{doubt * bool(sentence.unsupported)}")
    lines += ["", "---", "", format_coverage(summary)]
    lines += [f"- {note}" for note in summary.notes]
    return "\n".join(lines) + "\n"


def _sources(sentence: SummarySentence) -> tuple[str, ...]:
    return tuple(dict.fromkeys(format_link(link, with_source=True) for link in sentence.links))
