"""Summaries of Quoth against LangChain's load_summarize_chain, on the same documents.

    python -m bench.summarize public/squality/dev.jsonl public/qmsum/val.jsonl --each 10

The chain is used as its documentation has it: `load_summarize_chain(llm, chain_type="map_reduce")`
with its default prompts, over 3,000 characters at a time from RecursiveCharacterTextSplitter. Both
sides have the same weights and the same documents, one after the other, so that what else
goes on in the machine meets both alike. Where llama-cpp-python is installed, the chain's model is
LangChain's `LlamaCpp`; elsewhere it is Quoth's own engine, one call at a time, with the 256 tokens
that `LlamaCpp` allows an answer: that gives the chain a chat template it would not have had.
Where `quoth tune` has stored the weights anew, Quoth reads that copy, the chain the original.
"""

from __future__ import annotations

import argparse
import importlib.util
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

from quoth.backends import LlamaCpp
from quoth.config import ModelSettings, load_config
from quoth.evaluate import ReferencedDocument, first_words, judge_summary, read_references, sample
from quoth.models import LocalModel, open_model
from quoth.summarize import Summarizer, SummaryOptions
from quoth.weights import choose_threads, weights_of

ANSWER_TOKENS = 256  # of langchain_community.llms.LlamaCpp
FIGURES = ("rouge1", "rouge2", "rougeL", "supported_numbers", "supported_names")
SIDES = ("quoth", "langchain", "lead")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--each", type=int, default=10, help="documents of each file")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--model", default="llamacpp:embedded")
    parser.add_argument("--chain-model", default="", help="the model of the chain, if another")
    parser.add_argument("--no-langchain", action="store_true", help="measure Quoth alone")
    parser.add_argument("--texts", action="store_true", help="print the summaries too")
    given = parser.parse_args()

    threads = choose_threads(load_config().config.backend.threads)
    overrides = {"backend.model": given.model, "backend.threads": threads}
    settings = load_config(overrides=overrides).config
    model = open_model(settings.backend)
    summarizer = Summarizer(model, options=SummaryOptions.of(settings.summarization))
    sides: dict[str, Callable[[str], str]] = {
        "quoth": lambda text: summarizer.invoke(text).text,
    }
    if not given.no_langchain:
        name = given.chain_model or given.model
        sides["langchain"] = langchain(model, name, settings.backend)
    total: dict[str, list[float]] = {side: [] for side in sides}
    for file in given.files:
        items = sample(read_references(file), given.each, seed=given.seed)
        print(
            f"\n{file.parent.name}: {len(items)} documents, seed {given.seed}, {model.model}, "
            f"{threads} threads"
        )
        measure(items, sides, total, texts=given.texts)
    if "langchain" in total:
        ours, theirs = sum(total["quoth"]), sum(total["langchain"])
        print(f"\nwall time: {ours:.0f} s and {theirs:.0f} s, ratio {ours / theirs:.3f}")


def measure(
    items: list[ReferencedDocument],
    sides: dict[str, Callable[[str], str]],
    total: dict[str, list[float]],
    *,
    texts: bool,
) -> None:
    """Print the figures of all sides on these documents; add the seconds to the total."""
    values: dict[str, dict[str, dict[str, float]]] = {
        side: {name: {} for name in FIGURES} for side in SIDES
    }
    seconds: dict[str, list[float]] = {side: [] for side in sides}
    processor: dict[str, list[float]] = {side: [] for side in sides}
    words: dict[str, list[float]] = {side: [] for side in SIDES}
    for item in items:
        source = item.document.pages[0].text
        said = {}
        for side, summarize in sides.items():
            begin, spent = time.perf_counter(), time.process_time()
            said[side] = summarize(source)
            seconds[side].append(time.perf_counter() - begin)
            processor[side].append(time.process_time() - spent)
        said["lead"] = first_words(source, len(said["quoth"].split()))
        for side, text in said.items():
            words[side].append(len(text.split()))
            for name, found in judge_summary(text, item, source).items():
                values[side][name] |= found
        took = ", ".join(
            f"{side} {times[-1]:.1f} s (processor {processor[side][-1]:.1f} s, "
            f"rougeL {values[side]['rougeL'][item.id]:.3f})"
            for side, times in seconds.items()
        )
        print(f"  {item.id}: {len(source)} characters, {took}", flush=True)
        if texts:
            for side, text in said.items():
                print(f"    {side}: {text}\n")
    print(f"{'':18}" + "".join(f"{side:>12}" for side in said))
    for name in FIGURES:
        cells = (list(values[side][name].values()) for side in said)
        print(f"{name:18}" + "".join(f"{fmean(c) if c else 1.0:12.3f}" for c in cells))
    print(f"{'numbers':18}" + "".join(f"{len(values[s]['supported_numbers']):12}" for s in said))
    print(f"{'words':18}" + "".join(f"{fmean(words[side]):12.0f}" for side in said))
    for name, times_of in (("seconds", seconds), ("processor seconds", processor)):
        print(f"{name:18}" + "".join(f"{sum(times):12.1f}" for times in times_of.values()))
    if "langchain" in seconds:
        print(f"ratio of wall time {sum(seconds['quoth']) / sum(seconds['langchain']):.3f}")
    for side in sides:
        total[side] += seconds[side]


def langchain(model: LocalModel, name: str, settings: ModelSettings) -> Callable[[str], str]:
    """Return LangChain's documented way to summarize a text, on the weights of that name."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=3000, chunk_overlap=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from langchain_classic.chains.summarize import load_summarize_chain

        weights = weights_of(name.partition(":")[2])
        llm: Any
        if importlib.util.find_spec("llama_cpp"):
            from langchain_community.llms import LlamaCpp as LangChainLlamaCpp

            llm = LangChainLlamaCpp(
                model_path=str(weights),
                n_ctx=8192,
                n_threads=settings.threads,
                temperature=0.0,
                verbose=False,
            )
        else:
            if model.weights_file() != weights:
                model = LlamaCpp(model=name, path=weights, settings=settings)
            llm = model.model_copy(update={"max_tokens": ANSWER_TOKENS})
        print(f"LangChain's model: {type(llm).__module__}, {weights.name}")
        chain = load_summarize_chain(llm, chain_type="map_reduce")

    def summarize(text: str) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            documents = splitter.create_documents([text])
            return str(chain.invoke({"input_documents": documents})["output_text"])

    return summarize


if __name__ == "__main__":
    main()
