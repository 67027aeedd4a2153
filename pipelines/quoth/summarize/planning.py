"""The expected cost of a summary: calls, tokens and time."""

from __future__ import annotations

from quoth.journal import CallRecord
from quoth.summarize.options import Strategy
from quoth.summarize.part_calls import PartCalls
from quoth.summarize.run import SummaryRun
from quoth.summarize.values import SummaryPlan

EXTRACT_PLAN = SummaryPlan(
    documents=1, parts=0, calls=0, known_calls=0, prompt_tokens=0, answer_tokens=0, seconds=0.0
)
"""The plan of an extract, which takes no call."""


def plan_summary(strategy: Strategy, calls: PartCalls, journal: CallRecord | None) -> SummaryPlan:
    """Estimate the cost of summarizing one document."""
    run, parts = calls.run, calls.parts
    mapped = strategy == "map-reduce"
    length = calls.map_length if mapped else calls.length(calls.run.words)
    head = run.model.count_prompt(
        run.messages(calls.names.map, {"text": "", "query": calls.query, **length.values})
    )
    known = 0
    if mapped:
        known = sum(run.knows(calls.request(part, length, curtail=True)) for part in parts)
    count = 1 if strategy == "stuff" else len(parts)
    if mapped and len(parts) > 1 and not calls.selects:
        count += min(len(parts), calls.count_replies(calls.words))
    return SummaryPlan(
        documents=1,
        parts=len(parts),
        calls=count,
        known_calls=known,
        prompt_tokens=sum(part.tokens for part in parts) + count * head,
        answer_tokens=count * length.tokens,
        seconds=_estimate_seconds(run, count - known, journal),
    )


def _estimate_seconds(run: SummaryRun, calls: int, journal: CallRecord | None) -> float | None:
    """Estimate the seconds that `calls` calls take, from the last calls of this model."""
    if not calls:
        return 0.0
    spent = journal.spent(run.description.fingerprint) if journal is not None else None
    if spent is None or not spent.calls:
        return None
    each = (spent.prompt_seconds + spent.generation_seconds) / spent.calls
    return calls * each / max(1, min(calls, run.description.parallel))
