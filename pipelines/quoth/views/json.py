"""Results as plain values, ready for `json.dumps`: one form of each for every front."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from quoth.types import Answer, Chunk, Citation, Hit, Page, Report, Timings

if TYPE_CHECKING:
    from quoth.summarize import Summary, SummaryNode


def chunk_json(chunk: Chunk) -> dict[str, Any]:
    """Return the text of a chunk and its place."""
    return {**chunk.as_metadata(), "text": chunk.text}


def page_json(source: str, page: Page) -> dict[str, Any]:
    """Return the text of a page, its place and its metadata."""
    place = {"source": source, "page": page.number, "page_label": page.label}
    return {**place, "text": page.text, "metadata": dict(page.metadata)}


def hit_json(hit: Hit) -> dict[str, Any]:
    """Return the text of a hit, its place and its scores."""
    return {**hit.as_metadata(), "text": hit.chunk.text}


def citation_json(citation: Citation) -> dict[str, Any]:
    """Return a citation, or a place near a question."""
    return {
        "n": citation.n,
        "document": citation.document,
        "source": citation.source,
        "page": citation.page,
        "page_label": citation.page_label,
        "heading": citation.heading,
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "match": citation.match,
        "verified": citation.verified,
        "boxes": [asdict(box) for box in citation.boxes],
        "marks": [list(mark) for mark in citation.marks],
        **({"collection": citation.collection} if citation.collection else {}),
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return an answer with its places."""
    return {
        "question": answer.question,
        "kind": answer.kind,
        "text": answer.text,
        "phrase": answer.phrase,
        "sentences": [asdict(sentence) for sentence in answer.sentences],
        "citations": [citation_json(citation) for citation in answer.citations],
        "nearest": [citation_json(place) for place in answer.nearest],
        "not_read": [asdict(part) for part in answer.not_read],
        "unsupported_numbers": list(answer.unsupported_numbers),
        "language": answer.language,
        "evidence_language": answer.evidence_language,
        "confidence": answer.confidence,
        "finish_reason": answer.finish_reason,
        "reason": answer.reason,
        "model": answer.model,
        "timings": timings_json(answer.timings),
        "from_journal": answer.from_journal,
    }


def timings_json(timings: Timings) -> dict[str, Any]:
    """Return the cost of model calls."""
    return {**asdict(timings), "tokens_per_second": round(timings.tokens_per_second, 1)}


def report_json(report: Report) -> dict[str, Any]:
    """Return the report of a run, with an entry for every file."""
    return asdict(report)


def summary_json(summary: Summary, *, costs: bool = True) -> dict[str, Any]:
    """Return a summary without its tree.

    `costs` are the values that differ from run to run: calls, answers from the journal, seconds.
    """
    value: dict[str, Any] = {
        "text": summary.text,
        "data": summary.data,
        "sentences": [asdict(sentence) for sentence in summary.sentences],
        "titles": dict(summary.titles),
        "coverage": summary.coverage,
        "unread": list(summary.unread),
        "notes": list(summary.notes),
        "unsupported": list(summary.unsupported),
        "strategy": summary.strategy,
        "kinds": list(summary.kinds),
        "query": summary.options.query,
        "model": summary.model,
        "fingerprint": summary.fingerprint,
        "prompts": list(summary.prompts),
    }
    if costs:
        value |= {
            "calls": summary.calls,
            "cached_calls": summary.cached_calls,
            "timings": asdict(summary.timings),
            "tokens_per_second": summary.tokens_per_second,
            "seconds": summary.seconds,
        }
    return value


def tree_json(root: SummaryNode) -> list[dict[str, Any]]:
    """Return the nodes of a tree of partial summaries, each before its children.

    A node names its children by their positions in the list. The list is flat, because a chain of
    refinements is deeper than JSON parsers allow.
    """
    nodes = [*root.walk()]
    positions = {id(node): position for position, node in enumerate(nodes)}
    return [
        {
            "kind": node.kind,
            "text": node.text,
            "children": [positions[id(child)] for child in node.children],
            "chunks": [chunk_json(chunk) for chunk in node.chunks],
            "dropped": list(node.dropped),
            "extracted": node.extracted,
            "unread": node.unread,
            "cached": node.cached,
            "key": node.key,
            "timings": asdict(node.timings),
        }
        for node in nodes
    ]
