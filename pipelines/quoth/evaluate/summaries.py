"""The quality of summaries, compared with the lead baseline: the first words of the document."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from quoth.evaluate.references import ReferencedDocument
from quoth.evaluate.results import Evaluation, build_evaluation
from quoth.evaluate.rouge import ROUGE, rouge
from quoth.summarize import Summarizer
from quoth.text import SourceVocabulary, detect_language, language
from quoth.types import Progress

SIDES = ("summary", "lead")
METRICS = (*ROUGE, "supported_numbers", "supported_names")


def evaluate_summaries(
    items: Sequence[ReferencedDocument],
    summarizer: Summarizer,
    *,
    about: Mapping[str, Any] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure summaries (`summary …`) and the lead baseline (`lead …`).

    The lead baseline is the first words of the document, as many as the summary has. `rouge`
    describes ROUGE. `supported_numbers` and `supported_names` are the shares of the numbers and
    names in a summary that its document contains. `coverage` is the share of the text that the
    model read. `about` gains the mean words and seconds of a summary. Pass a summarizer without a
    journal: an answer from the journal takes no time.
    """
    names = [f"{side} {metric}" for side in SIDES for metric in METRICS]
    values: dict[str, dict[str, float]] = {name: {} for name in (*names, "summary coverage")}
    details: list[dict[str, Any]] = []
    for done, item in enumerate(items, start=1):
        begin = time.perf_counter()
        options = replace(summarizer.options, query=item.query)
        summary = summarizer.with_options(options).invoke(item.document)
        seconds = time.perf_counter() - begin
        source = "\n".join(page.text for page in item.document.pages)
        texts = {"summary": summary.text, "lead": first_words(source, len(summary.text.split()))}
        for side, text in texts.items():
            for metric, scores in judge_summary(text, item, source).items():
                values[f"{side} {metric}"] |= scores
        values["summary coverage"][item.id] = summary.coverage
        details.append(
            {
                "id": item.id,
                "query": item.query,
                "text": summary.text,
                "words": len(summary.text.split()),
                "seconds": seconds,
                "calls": summary.calls,
                "prompt_tokens": summary.timings.prompt_tokens,
                "generated_tokens": summary.timings.generated_tokens,
            }
        )
        if progress:
            progress(done, len(items), "summarizing")
    means = {
        f"{name}_each": round(fmean(row[name] for row in details), 3)
        for name in ("words", "seconds")
    }
    facts = {"documents": len(items), "seed": seed, **(about or {}), **means}
    return build_evaluation("summaries", values, about=facts, details=details, seed=seed)


def first_words(text: str, words: int) -> str:
    """Return the first words of a text."""
    return " ".join(text.split()[:words])


def judge_summary(text: str, item: ReferencedDocument, source: str) -> dict[str, dict[str, float]]:
    """Return the values of each metric for one summary, by the id of the item."""
    scores = {name: {item.id: value} for name, value in rouge(text, item.references).items()}
    scores |= {"supported_numbers": {}, "supported_names": {}}
    vocabulary = SourceVocabulary([source], language=language(detect_language(text)))
    for index, mention in enumerate(vocabulary.mentions(text), start=1):
        scores[f"supported_{mention.kind}s"][f"{item.id}/{index}"] = float(mention.supported)
    return scores
