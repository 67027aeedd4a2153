"""A summary as something to read: plain text, Markdown, or JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any, Literal

from quoth.errors import UsageError
from quoth.summarize import Link, Summary, SummarySentence

Format = Literal["text", "markdown", "json"]

FORMATS: dict[str, str] = {"text": ".txt", "markdown": ".md", "json": ".json"}
"""The endings of files, by format."""


def rendered(summary: Summary, form: Format = "text") -> str:
    """Return the summary in a format, with a line break at its end.

    It holds what is said and not what it cost, so it is the same however often it was interrupted.
    """
    match form:
        case "text":
            return _text(summary)
        case "markdown":
            return _markdown(summary)
        case "json":
            return json.dumps(as_object(summary, costs=False), indent=2, ensure_ascii=False) + "\n"
    raise UsageError(f"There is no format {form!r}.", hint=f"Formats: {', '.join(FORMATS)}.")


def as_object(summary: Summary, *, costs: bool = True) -> dict[str, Any]:
    """Return the summary as plain JSON values, without the tree of partial summaries.

    `costs` differ from run to run: what was called, what the journal had, and the time it took.
    """
    value = {
        "text": summary.text,
        "data": summary.data,
        "sentences": [asdict(sentence) for sentence in summary.sentences],
        "titles": dict(summary.titles),
        "coverage": summary.coverage,
        "unread": list(summary.unread),
        "notes": list(summary.notes),
        "unsupported": list(summary.unsupported),
        "strategy": summary.strategy,
        "query": summary.options.query,
        "model": summary.model,
        "fingerprint": summary.fingerprint,
        "prompts": list(summary.prompts),
    }
    if not costs:
        return value
    return value | {
        "calls": summary.calls,
        "cached_calls": summary.cached_calls,
        "timings": asdict(summary.timings),
        "tokens_per_second": summary.tokens_per_second,
        "seconds": summary.seconds,
    }


def place(link: Link, *, with_source: bool) -> str:
    """Return where a link points, for a person: `lease.pdf p. 4`."""
    page = f"p. {link.page_label or link.page}"
    return f"{link.source} {page}" if with_source else page


def coverage_line(summary: Summary) -> str:
    """Return one sentence on how much was read, and by what."""
    share = f"{summary.coverage:.1%}".replace("100.0%", "100%")
    why = f" ({'; '.join(summary.unread)})" if summary.unread else ""
    return (
        f"{share} of the text read{why}, in {summary.calls + summary.cached_calls} calls "
        f"of {summary.model}."
    )


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
    title = f"{len(summary.titles)} documents" if several else next(iter(summary.titles.values()))
    lines = [f"# Summary of {title}", ""]
    if summary.options.query:
        lines += [f"*{summary.options.query}*", ""]
    if summary.data is not None:
        lines += ["```json", json.dumps(summary.data, indent=2, ensure_ascii=False), "```", ""]
    for sentence in summary.sentences:
        places = dict.fromkeys(place(link, with_source=several) for link in sentence.links)
        mark = f" ({'; '.join(places)})" if places else " (*no source found*)"
        doubt = f" ⚠ not in the source: {', '.join(sentence.unsupported)}"
        lines.append(f"- {sentence.text}{mark}{doubt * bool(sentence.unsupported)}")
    lines += ["", "---", "", coverage_line(summary)]
    lines += [f"- {note}" for note in summary.notes]
    return "\n".join(lines) + "\n"


def _sources(sentence: SummarySentence) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place(link, with_source=True) for link in sentence.links))
