"""Quoth's side of the measurements that no command runs. Prints JSON in its last line."""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from quoth import Library
from quoth.config import load_config
from quoth.embed import FolderEmbedder


def prepare(question: str, *files: str) -> None:
    """Ingest the files, and prepare the files that are made once for a machine."""
    with Library(config=load_config(environment={}).config) as library:
        library.ingest(*files)
        library.ask(question)
        facts = {
            "engine": library.embedder.engine_name,
            "embedder": str(FolderEmbedder.open(library.config.embedding).folder),
        }
    print(json.dumps(facts))


def ingest(*files: str) -> None:
    """Ingest files into an empty collection."""
    with Library("bench", config=load_config(environment={}).config) as library:
        report = library.ingest(*files)
    assert not report.failed, report.failed
    pages = sum(line.pages for line in report.done)
    chunks = sum(line.chunks for line in report.done)
    print(json.dumps({"pages": pages, "chunks": chunks}))


def embed(texts: str) -> None:
    """Embed the texts of a JSON file; report the seconds, without loading the model."""
    chunks = json.loads(Path(texts).read_text())
    with Library(config=load_config(environment={}).config) as library:
        engine = library.embedder.engine_name  # opens it
        begin = time.perf_counter()
        vectors = library.embedder.embed(chunks)
        seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, "chunks": len(vectors), "engine": engine}))


def generate(prompts: str, tokens: str, calls: str) -> None:
    """Answer prompts through the model contract, several at once."""
    from langchain_core.messages import HumanMessage
    from quoth.models import timings_of

    texts = json.loads(Path(prompts).read_text())
    with Library(config=load_config(environment={}).config) as library:
        model = library.model
        model.invoke("Once", max_tokens=2)
        begin = time.perf_counter()
        with ThreadPoolExecutor(int(calls)) as pool:
            messages = [[HumanMessage(text)] for text in texts]
            done = list(pool.map(lambda one: model.invoke(one, max_tokens=int(tokens)), messages))
        seconds = time.perf_counter() - begin
        timings = [timings_of(message) for message in done]
    print(
        json.dumps(
            {
                "seconds": seconds,
                "read": sum(t.prompt_tokens - t.cached_prompt_tokens for t in timings),
                "written": sum(t.generated_tokens for t in timings),
            }
        )
    )


def tune(seconds: str) -> None:
    """Find the fastest settings of the model, in about the given seconds."""
    from quoth.tune import tune as measure

    profile = measure(load_config(environment={}).config.backend, seconds=float(seconds))
    facts = {
        "weights": profile.stored,
        "engine": profile.engine,
        "chosen": profile.chosen.seconds,
        "default": profile.default.seconds,
    }
    print(json.dumps(facts))


def summarize(*files: str) -> None:
    """Summarize documents. The state folder must hold no journal."""
    with Library(config=load_config(environment={}).config) as library:
        begin = time.perf_counter()
        summaries = library.summarize(*files)
    seconds = time.perf_counter() - begin
    words = sum(len(summary.text.split()) for summary in summaries)
    print(json.dumps({"seconds": seconds, "words": words}))


def chat(first: str, second: str) -> None:
    """Report the seconds to the first token of a question and of a follow-up, in prose."""
    settings = {"answering.style": "prose", "answering.max_tokens": 16}
    with Library(config=load_config(environment={}, overrides=settings).config) as library:
        conversation, waits = library.chat(), []
        for question in (first, second):
            begin, wait = time.perf_counter(), 0.0
            for _ in conversation.stream(question):
                wait = wait or time.perf_counter() - begin
            waits.append(wait)
    print(json.dumps({"first": waits[0], "second": waits[1]}))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
