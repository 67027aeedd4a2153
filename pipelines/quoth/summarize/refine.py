"""The strategies refine and stuff: one call for each part in turn, and one call for all."""

from __future__ import annotations

from quoth.errors import ContextOverflowError, GenerationError
from quoth.models import Call
from quoth.summarize.part_calls import PartCalls
from quoth.summarize.parts import Part
from quoth.summarize.values import SummaryNode


def refine(calls: PartCalls) -> SummaryNode:
    """Summarize part by part: each call reads the summary so far and the next part.

    The summary stays as it is when the model writes nothing about a part.
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
    """Summarize all parts in one call.

    Raises `ContextOverflowError` when the text does not fit; nothing is cut.
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
    if node.extracted:
        run.notes["The model wrote nothing usable; sentences of the text are used."] = None
    return node


def _keep(node: SummaryNode, part: Part, call: Call) -> SummaryNode:
    """Return a node with the summary so far, which the next part leaves unchanged."""
    return SummaryNode(
        "refine",
        node.text,
        chunks=part.chunks,
        key=call.key,
        cached=call.cached,
        timings=call.timings,
        extracted=True,
    )
