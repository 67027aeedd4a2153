"""The quality of summaries, beside the first words of the document and an extract of it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any

from quoth.evaluate.references import ReferencedDocument
from quoth.evaluate.results import Evaluation, build_evaluation
from quoth.evaluate.rouge import ROUGE, rouge
from quoth.summarize import Summarizer, Summary
from quoth.text import SourceVocabulary, detect_language, fold_words, is_complete, language
from quoth.types import Document, Progress

SIDES = ("summary", "lead", "extract")
METRICS = (*ROUGE, "supported_numbers", "supported_names")
OWN_METRICS = (
    "coverage",
    "first_third",
    "middle_third",
    "last_third",
    "carried",
    "repeated",
    "cut",
)
"""What is measured of the summary alone: the text that was read, the share of the places that it
rests on in each third of the document, and the shares of its sentences that the document carries,
that say nothing new, and that have no end."""


def evaluate_summaries(
    items: Sequence[ReferencedDocument],
    summarizer: Summarizer,
    *,
    about: Mapping[str, Any] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Evaluation:
    """Measure summaries (`summary …`), the first words (`lead …`), and an extract (`extract …`).

    The first words of the document are as many as the summary has; so are the words of the extract,
    which takes no model. `rouge`
    describes ROUGE. `supported_numbers` and `supported_names` are the shares of the numbers and
    names in a summary that its document contains. `coverage` is the share of the text that the
    model read. `about` gains the mean words and seconds of a summary. Pass a summarizer without a
    journal: an answer from the journal takes no time.
    """
    names = [f"{side} {metric}" for side in SIDES for metric in METRICS]
    values: dict[str, dict[str, float]] = {name: {} for name in names}
    values |= {f"summary {metric}": {} for metric in OWN_METRICS}
    details: list[dict[str, Any]] = []
    for done, item in enumerate(items, start=1):
        begin = time.perf_counter()
        options = replace(summarizer.options, query=item.query)
        summary = summarizer.with_options(options).invoke(item.document)
        seconds = time.perf_counter() - begin
        source = "\n".join(page.text for page in item.document.pages)
        extracting = replace(options, strategy="extract", schema=None)
        texts = {
            "summary": summary.text,
            "lead": first_words(source, len(summary.text.split())),
            "extract": summarizer.with_options(extracting).invoke(item.document).text,
        }
        for side, text in texts.items():
            for metric, scores in judge_summary(text, item, source).items():
                values[f"{side} {metric}"] |= scores
        for metric, value in judge_sentences(summary, item.document).items():
            values[f"summary {metric}"][item.id] = value
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


def judge_sentences(summary: Summary, document: Document) -> dict[str, float]:
    """Return the values of the metrics of a summary alone."""
    sentences = summary.sentences
    count = max(1, len(sentences))
    seen: set[tuple[str, ...]] = set()
    repeated = 0
    for sentence in sentences:
        words = tuple(fold_words(sentence.text))
        repeated += words in seen
        seen.add(words)
    return {
        "coverage": summary.coverage,
        **_measure_thirds(summary, document),
        "carried": sum(bool(s.links) and not s.unsupported for s in sentences) / count,
        "repeated": repeated / count,
        "cut": sum(not is_complete(sentence.text) for sentence in sentences) / count,
    }


def _measure_thirds(summary: Summary, document: Document) -> dict[str, float]:
    """Return the share of a summary's first places in each third of the document."""
    begins: dict[int, int] = {}
    total = 0
    for page in document.pages:
        begins[page.number] = total
        total += len(page.text)
    first = [sentence.links[0] for sentence in summary.sentences if sentence.links]
    thirds = [3 * (begins[link.page] + link.start) // max(1, total) for link in first]
    names = ("first_third", "middle_third", "last_third")
    return {name: thirds.count(n) / max(1, len(thirds)) for n, name in enumerate(names)}
