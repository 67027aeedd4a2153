"""What a model reads of a result: text in which every part of a document is fenced."""

from __future__ import annotations

from quoth.mcp.evidence import fence
from quoth.mcp.shapes import (
    AnswerShape,
    AskResult,
    CiteResult,
    DocumentList,
    Fetched,
    IngestResult,
    Place,
    SearchResults,
    SummarizeResult,
    WorkShape,
)


def render_search(found: SearchResults) -> str:
    """Return the passages, each with its id and its page."""
    parts = [
        f"[{number}] {passage.title}, page {passage.page_label or passage.page}"
        f" (id {passage.id}, {passage.url})\n{fence(passage.text)}"
        + ("" if passage.is_whole else f"\nRead on with: fetch {passage.id}")
        for number, passage in enumerate(found.results, 1)
    ]
    if found.left_out:
        parts.append(f"{found.left_out} more were left out; raise max_tokens or ask more narrowly.")
    return "\n\n".join(parts) or "Nothing was found."


def render_fetched(fetched: Fetched) -> str:
    """Return the text, and how to read on."""
    rest = f"\n\nRead on with: fetch {fetched.next}" if fetched.next else ""
    return f"{fetched.title} ({fetched.url})\n{fence(fetched.text)}{rest}"


def render_list(listed: DocumentList) -> str:
    """Return a line for each document."""
    lines = [
        f"{document.id}: {document.name} · {document.title} · {document.pages} pages"
        for document in listed.documents
    ]
    rest = f"More with cursor {listed.next_cursor}." if listed.next_cursor else ""
    return "\n".join([f"{listed.total} documents in {listed.collection}.", *lines, rest]).strip()


def render_ask(result: AskResult) -> str:
    """Return the answer with its places, or where to ask for it."""
    if result.answer is None:
        return render_work(result.job)
    answer = result.answer
    parts = [_introduce(answer)]
    if answer.kind in ("answer", "excerpt"):
        parts.append(answer.text if answer.kind == "answer" else fence(answer.text))
    places = answer.citations or answer.nearest
    parts += [_render_place(place) for place in places]
    if result.left_out:
        parts.append(f"{result.left_out} more places were left out; raise max_tokens.")
    if answer.unsupported_numbers:
        parts.append(f"On no cited page: {', '.join(answer.unsupported_numbers)}")
    return "\n\n".join(filter(None, parts))


def _introduce(answer: AnswerShape) -> str:
    return {
        "answer": "",
        "excerpt": "From the documents, word for word:",
        "nearest": "No sentence says this plainly. The nearest:",
        "declined": "This is not in the documents.",
        "failed": f"No answer: {answer.reason}",
    }[answer.kind]


def _render_place(place: Place) -> str:
    said = "stands there" if place.verified else "says so in other words"
    page = place.page_label or place.page
    return f"[{place.n}] {place.source}, page {page}, {said} ({place.url})\n{fence(place.quote)}"


def render_cite(result: CiteResult) -> str:
    """Return where the claims stand, and which were not found."""
    parts = [_render_place(place) for place in result.citations]
    if result.left_out:
        parts.append(f"{result.left_out} more places were left out; cite less text at once.")
    parts += [f"Not found in the passages: {claim}" for claim in result.unfound]
    if result.unsupported_numbers:
        parts.append(f"Numbers in no passage: {', '.join(result.unsupported_numbers)}")
    return "\n\n".join(parts) or "Every claim was found."


def render_summaries(result: SummarizeResult) -> str:
    """Return the summaries, or where to ask for them."""
    if result.job is not None:
        return render_work(result.job)
    return "\n\n".join(
        f"{', '.join(summary.documents)} ({summary.coverage:.0%} of the text read)\n"
        + fence(summary.text)
        for summary in result.summaries
    )


def render_ingest(result: IngestResult) -> str:
    """Return what became of the files."""
    if result.job is not None:
        return render_work(result.job)
    counts = f"{result.done} read, {result.skipped} skipped, {len(result.failed)} failed."
    return "\n".join([counts, *result.failed])


def render_work(work: WorkShape | None) -> str:
    """Return how far a call is."""
    if work is None:
        return "Nothing came of it."
    told = f", {work.done} of {work.total}" if work.total else ""
    waits = f", {work.position} before it" if work.state == "queued" else ""
    ask = f" Ask job_status for {work.id}." if work.state in ("queued", "running") else ""
    return f"The job {work.id} ({work.kind}) is {work.state}{told}{waits}.{ask}"
