"""The time of a search in a large collection, without embedding the question.

    python -m bench.search public/scifact --chunks 100000
    python -m bench.search public/scifact --chunks 1000000 --no-peers

The chunks are made of halves of two abstracts each, so their words are those of real text. Vectors
are drawn: every abstract has one, a chunk the mean of its two with some noise. They are stored by
the product's own `Store`, indexed by its own `DenseIndex`, and searched by its own
`CollectionSearcher`. In the same loop, for the same questions, stand its dense side alone, a plain
FTS5 query of all words and a plain Chroma query; ratios to them hold on any machine, milliseconds
only on this one. The time of each tenth of the chunks shows whether the cost grows with the
collection; the memory is that of this process, mapped files included.
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
import psutil
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


def fill(store: Store, texts: list[list[str]], drawn: np.ndarray, count: int) -> list[float]:
    """Store chunks; return the seconds of each tenth of them."""
    random = np.random.default_rng(0)
    documents = count // A_DOCUMENT
    seconds, begin = [], time.perf_counter()
    for number in range(documents):
        pairs = random.integers(0, len(texts), (A_DOCUMENT, 2))
        parts = [" ".join(texts[a][:75] + texts[b][-75:]) for a, b in pairs]
        noise = random.normal(0, NOISE, (A_DOCUMENT, WIDTH))
        vectors = unit(drawn[pairs[:, 0]] + drawn[pairs[:, 1]] + noise)
        put(store, f"/{number}.txt", parts, vectors)
        if 10 * (number + 1) // documents > 10 * number // documents:
            seconds.append(time.perf_counter() - begin)
            begin = time.perf_counter()
    store.set_meta("embedder", Drawn.fingerprint)
    return seconds


def put(store: Store, path: str, parts: list[str], vectors: np.ndarray) -> None:
    """Store a document of one page, with a chunk for each part."""
    chunks, at = [], 0
    for ordinal, part in enumerate(parts):
        end = at + len(part)
        chunks.append(Chunk(path, "", 1, None, at, end, part, (), ordinal, 200))
        at = end + 1
    store.put(
        Document(path, "", "text", (Page(1, "\n".join(parts)),)),
        chunks,
        vectors,
        hash=path,
        size=1,
        mtime_ns=1,
        embedded_hashes=[f"{path}{ordinal}" for ordinal in range(len(parts))],
    )


def plain_chroma(folder: Path, count: int) -> tuple[float, Any]:
    """Return a collection of Chroma alone, with as many vectors and texts, and its seconds."""
    import chromadb

    random, texts = np.random.default_rng(2), ["a text of some words"] * A_DOCUMENT
    client = chromadb.PersistentClient(str(folder))
    collection = client.get_or_create_collection("plain", embedding_function=None)
    begin = time.perf_counter()
    for number in range(collection.count() // A_DOCUMENT, count // A_DOCUMENT):
        vectors = unit(random.normal(size=(A_DOCUMENT, WIDTH)))
        ids = [f"{number}-{n}" for n in range(A_DOCUMENT)]
        collection.add(ids=ids, embeddings=vectors, documents=texts)
    return time.perf_counter() - begin, collection


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the milliseconds of some work, and those of the processor, on all its threads."""
    begin, at_work = time.perf_counter(), time.process_time()
    work()
    return 1000 * (time.perf_counter() - begin), 1000 * (time.process_time() - at_work)


def measure(
    folder: Path, corpus: Path, count: int, questions: int, *, peers: bool = True
) -> dict[str, dict[str, float]]:
    documents = read_corpus(corpus).documents
    random = np.random.default_rng(1)
    drawn = unit(random.normal(size=(len(documents), WIDTH)))
    place = {id: n for n, id in enumerate(documents)}
    store = Store(folder / "library.sqlite")
    lock = WriteLock(folder / "write.lock")
    index = DenseIndex(store, folder / "chroma", lock)
    begin, tenths = time.perf_counter(), [0.0]
    if store.chunk_count() != count:
        tenths = fill(store, [d.pages[0].text.split() for d in documents.values()], drawn, count)
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
    memory = psutil.Process().memory_info().rss / 2**20
    beside: dict[str, Callable[[str, np.ndarray], object]] = {
        "hybrid": lambda question, _: searcher.search(question),
        "dense side": lambda _, vector: index.search(vector, CANDIDATES),
    }
    if peers:
        chroma_made, chroma = plain_chroma(folder / "plain", count)
        beside["plain FTS5"] = lambda question, _: store.keywords.search(analyse(question), SHOWN)
        beside["plain Chroma"] = lambda _, vector: chroma.query(
            query_embeddings=[vector.tolist()], n_results=SHOWN, include=["distances"]
        )
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in beside}
    for question, vector in asked.items():
        for name, search in beside.items():
            times[name].append(timed(partial(search, question, vector)))
    index.close()
    found = {}
    for name, values in times.items():
        waits, work = zip(*values, strict=True)
        found[name] = {
            "p50": statistics.median(waits),
            "p95": statistics.quantiles(waits, n=20)[18],
            "processor p50": statistics.median(work),
        }
    found["hybrid"] |= {
        "seconds to make": made,
        "first tenth": tenths[0],
        "last tenth": tenths[-1],
        "memory in MB": memory,
        "disk in MB": sum(f.stat().st_size for f in folder.glob("*.*") if f.is_file()) / 2**20,
    }
    for name in set(found) - {"hybrid"}:
        found["hybrid"][f"of {name}"] = found["hybrid"]["p50"] / found[name]["p50"]
    if peers:
        found["plain Chroma"]["seconds to make"] = chroma_made
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("corpus", type=Path, help="a folder in BEIR's layout")
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=150)
    parser.add_argument("--folder", type=Path, default=Path("/tmp/quoth-bench-search"))
    parser.add_argument("--no-peers", action="store_true", help="neither Chroma nor FTS5 alone")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = given.folder / str(given.chunks)
    found = measure(folder, given.corpus, given.chunks, given.questions, peers=not given.no_peers)
    if given.json:
        print(json.dumps(found, indent=2))
        return
    for name, values in found.items():
        print(name, " ".join(f"{key} {value:.2f}" for key, value in values.items()))


if __name__ == "__main__":
    main()
