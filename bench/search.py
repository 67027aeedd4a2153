"""The time of a search in a large collection, without embedding the question.

    python -m bench.search public/scifact --chunks 100000

The chunks are made of halves of two abstracts each, so their words are those of real text. Vectors
are drawn: every abstract has one, a chunk the mean of its two with some noise. They are stored by
the product's own `Store`, indexed by its own `DenseIndex` (Chroma), and searched by its own
`CollectionSearcher`. In the same loop, for the same questions, stand a plain FTS5 query of all
words and a plain Chroma query; ratios to them hold on any machine, milliseconds only on this one.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from quoth.collection import DenseIndex, Store
from quoth.config import Retrieval
from quoth.evaluate import read_corpus, read_grades, read_queries
from quoth.retrieve import CollectionSearcher
from quoth.system import WriteLock
from quoth.text import analyse
from quoth.types import Chunk, Document, Page

WIDTH = 384
NOISE = 0.02
A_DOCUMENT = 100
SHOWN = 10
CANDIDATES = Retrieval().candidates


class Drawn:
    """An embedder that returns known vectors for the questions."""

    fingerprint = "drawn"

    def __init__(self, vectors: dict[str, np.ndarray]) -> None:
        self.vectors = vectors

    def query_vector(self, text: str) -> np.ndarray:
        return self.vectors[text]


def unit(values: np.ndarray) -> np.ndarray:
    scaled: np.ndarray = (values / np.linalg.norm(values, axis=-1, keepdims=True)).astype(
        np.float32
    )
    return scaled


def fill(store: Store, texts: list[list[str]], drawn: np.ndarray, count: int) -> None:
    random = np.random.default_rng(0)
    for number in range(count // A_DOCUMENT):
        pairs = random.integers(0, len(texts), (A_DOCUMENT, 2))
        parts = [" ".join(texts[a][:75] + texts[b][-75:]) for a, b in pairs]
        path, chunks, at = f"/{number}.txt", [], 0
        for ordinal, part in enumerate(parts):
            end = at + len(part)
            chunks.append(Chunk(path, "", 1, None, at, end, part, (), ordinal, 200))
            at = end + 1
        noise = random.normal(0, NOISE, (A_DOCUMENT, WIDTH))
        store.put(
            Document(path, "", "text", (Page(1, "\n".join(parts)),)),
            chunks,
            unit(drawn[pairs[:, 0]] + drawn[pairs[:, 1]] + noise),
            hash=path,
            size=1,
            mtime_ns=1,
            embedded_hashes=[f"{path}{ordinal}" for ordinal in range(A_DOCUMENT)],
        )
    store.set_meta("embedder", Drawn.fingerprint)


def plain_chroma(folder: Path, count: int) -> float:
    """Return the seconds of Chroma alone for the same number of vectors, each with a text."""
    import chromadb

    random, texts = np.random.default_rng(2), ["a text of some words"] * A_DOCUMENT
    client = chromadb.PersistentClient(str(folder))
    collection = client.create_collection("plain", embedding_function=None)
    begin = time.perf_counter()
    for number in range(count // A_DOCUMENT):
        vectors = unit(random.normal(size=(A_DOCUMENT, WIDTH)))
        ids = [f"{number}-{n}" for n in range(A_DOCUMENT)]
        collection.add(ids=ids, embeddings=vectors, documents=texts)
    return time.perf_counter() - begin


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


def measure(folder: Path, corpus: Path, count: int, questions: int) -> dict[str, dict[str, float]]:
    documents = read_corpus(corpus).documents
    random = np.random.default_rng(1)
    drawn = unit(random.normal(size=(len(documents), WIDTH)))
    place = {id: n for n, id in enumerate(documents)}
    store = Store(folder / "library.sqlite")
    lock = WriteLock(folder / "write.lock")
    index = DenseIndex(store, folder / "chroma", lock)
    begin = time.perf_counter()
    if store.chunk_count() != count:
        fill(store, [d.pages[0].text.split() for d in documents.values()], drawn, count)
        with lock.hold():
            index.sync()
    made = time.perf_counter() - begin
    asked = {}
    for query, grades in list(read_grades(corpus).items())[:questions]:
        near = drawn[place[next(iter(grades))]]
        asked[read_queries(corpus)[query]] = unit(near + random.normal(0, NOISE, WIDTH))
    embedder: Any = Drawn(asked)
    searcher = CollectionSearcher(store, index, embedder, Retrieval(k=SHOWN))
    first = next(iter(asked))
    searcher.search(first)
    assert index.problem() is None, index.problem()
    times: dict[str, list[float]] = {"hybrid": [], "plain FTS5": [], "plain Chroma": []}
    for question, vector in asked.items():
        words = analyse(question)
        work: dict[str, Callable[[], object]] = {
            "hybrid": partial(searcher.search, question),
            "plain FTS5": partial(store.keywords.search, words, SHOWN),
            "plain Chroma": partial(index.chroma.search, vector, SHOWN),
        }
        for name, doing in work.items():
            times[name].append(timed(doing))
    index.close()
    found = {}
    for name, values in times.items():
        cuts = statistics.quantiles(values, n=20)
        found[name] = {"p50": statistics.median(values), "p95": cuts[18]}
    found["hybrid"]["seconds to make"] = made
    for name in ("plain FTS5", "plain Chroma"):
        found["hybrid"][f"of {name}"] = found["hybrid"]["p50"] / found[name]["p50"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path, help="a folder in BEIR's layout")
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/quoth-bench-search"))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = given.folder / str(given.chunks)
    found = measure(folder, given.corpus, given.chunks, given.questions)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    for name, values in found.items():
        print(name, " ".join(f"{key} {value:.2f}" for key, value in values.items()))


if __name__ == "__main__":
    main()
