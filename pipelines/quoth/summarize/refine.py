"""Refine and stuff: one call after the other, and one call for all."""

from __future__ import annotations

from collections.abc import Sequence

from quoth.errors import ContextOverflowError, GenerationError
from quoth.summarize.parts import Part
from quoth.summarize.reduce import MapReduce
from quoth.summarize.run import SummaryRun
from quoth.summarize.values import SummaryNode


def refine(run: SummaryRun, work: MapReduce, parts: Sequence[Part], words: int) -> SummaryNode:
    """Return the last of a chain of summaries, each of the one before it and the next part.

    A part about which the model writes nothing leaves the summary as it is.
    """
    run.watch.planned(len(parts))
    measure = work.measure(words)
    node: SummaryNode | None = None
    for part in parts:
        if node is None or not node.text:
            messages = work.asked(part, measure)
        else:
            values = {"text": part.text, "query": run.options.query, **measure.values}
            messages = run.messages(work.task("refine"), {**values, "summary": node.text})
        before = [node.text] if node else []
        call = run.ask(run.request(messages, measure.tokens))
        fresh = work.node("refine", call, [*before, part.text], measure, part)
        if fresh.extracted and node is not None and node.text:
            fresh = SummaryNode(
                "refine",
                node.text,
                chunks=part.chunks,
                key=call.key,
                cached=call.cached,
                timings=call.timings,
                extracted=True,
            )
        node = fresh.under(node) if node else fresh
    assert node is not None
    if all(step.silent for step in node.walk()):
        raise GenerationError(
            f"{run.model.model} wrote nothing about any of the {len(parts)} parts.",
            hint="Try another model, or --strategy map-reduce.",
        )
    return node


def stuff(run: SummaryRun, work: MapReduce, parts: Sequence[Part], words: int) -> SummaryNode:
    """Return the summary that one call makes of everything.

    Raises `ContextOverflowError` when it does not fit; nothing is cut.
    """
    measure = work.measure(words)
    whole = Part(
        tuple(chunk for part in parts for chunk in part.chunks), sum(part.tokens for part in parts)
    )
    messages = work.asked(whole, measure)
    prompt_tokens = run.model.count_prompt(messages)
    window = run.description.context_window
    if prompt_tokens + measure.tokens > window:
        raise ContextOverflowError(
            prompt_tokens=prompt_tokens,
            answer_tokens=measure.tokens,
            window=window,
            what="The whole text in one call (strategy stuff)",
        )
    run.watch.planned(1)
    node = work.node(
        "stuff", run.ask(run.request(messages, measure.tokens)), [whole.text], measure, whole
    )
    if node.silent:
        raise GenerationError(
            f"{run.model.model} wrote nothing about the text.",
            hint="Try another model, or --strategy map-reduce.",
        )
    return node
