"""Refine and stuff: one call after the other, and one call for all."""

from __future__ import annotations

from quoth.errors import ContextOverflowError, GenerationError
from quoth.models import Call
from quoth.summarize.part_calls import PartCalls
from quoth.summarize.parts import Part
from quoth.summarize.values import SummaryNode


def refine(calls: PartCalls) -> SummaryNode:
    """Return the last of a chain of summaries, each of the one before it and the next part.

    A part about which the model writes nothing leaves the summary as it is.
    """
    run = calls.run
    run.monitor.planned(len(calls.parts))
    length = calls.length(calls.words)
    node: SummaryNode | None = None
    for part in calls.parts:
        if node is None or not node.text:
            request = calls.request(part, length)
        else:
            values = {"text": part.text, "query": calls.query, "summary": node.text}
            messages = run.messages(calls.names.refine, {**values, **length.values})
            request = run.request(messages, length.tokens)
        before = [node.text] if node else []
        call = run.ask(request)
        step = calls.node("refine", call, [*before, part.text], length, part)
        if step.extracted and node is not None and node.text:
            step = _keep(node, part, call)
        node = step.with_children(node) if node else step
    assert node is not None
    if all(step.silent for step in node.walk()):
        raise GenerationError(
            f"{run.model.model} wrote nothing about any of the {len(calls.parts)} parts.",
            hint="Try another model, or --strategy map-reduce.",
        )
    return node


def stuff(calls: PartCalls) -> SummaryNode:
    """Return the summary that one call makes of everything.

    Raises `ContextOverflowError` when it does not fit; nothing is cut.
    """
    run = calls.run
    length = calls.length(calls.words)
    whole = Part(
        tuple(chunk for part in calls.parts for chunk in part.chunks),
        sum(part.tokens for part in calls.parts),
    )
    request = calls.request(whole, length)
    prompt_tokens = run.model.count_prompt(request.messages)
    window = run.description.context_window
    if prompt_tokens + length.tokens > window:
        raise ContextOverflowError(
            prompt_tokens=prompt_tokens,
            answer_tokens=length.tokens,
            window=window,
            what="The whole text in one call (strategy stuff)",
        )
    run.monitor.planned(1)
    node = calls.node("stuff", run.ask(request), [whole.text], length, whole)
    if node.silent:
        raise GenerationError(
            f"{run.model.model} wrote nothing about the text.",
            hint="Try another model, or --strategy map-reduce.",
        )
    return node


def _keep(node: SummaryNode, part: Part, call: Call) -> SummaryNode:
    """Return the summary so far as the one that also covers the next part."""
    return SummaryNode(
        "refine",
        node.text,
        chunks=part.chunks,
        key=call.key,
        cached=call.cached,
        timings=call.timings,
        extracted=True,
    )
