"""The verification of a collection: SQLite against itself, the files, the embedder and Chroma."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quoth.collection import DenseIndex, Problem, Store
from quoth.embed import Embedder, embedded_text
from quoth.ingest.walk import content_hash
from quoth.system import WriteLock, modified_ns

_AT_ONCE = 1000
_SAMPLED = 32
_LEAST_COSINE = 0.98


@dataclass(frozen=True, slots=True)
class Verification:
    """The counts of what was checked, and the problems.

    `notes` are facts that are no problems, such as files that changed since their ingestion.
    """

    sources: int
    pages: int
    chunks: int
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def verify(
    store: Store,
    index: DenseIndex,
    embedder: Embedder,
    lock: WriteLock,
    *,
    wait_seconds: float = 0.0,
) -> Verification:
    """Check the whole collection, without changing it.

    Raises `CollectionBusyError` when another process writes for longer than `wait_seconds`.
    """
    with lock.hold(wait_seconds=wait_seconds):
        problems = list(store.problems())
        notes: list[str] = []
        if any(problem.part == "database" for problem in problems):
            return Verification(0, 0, 0, tuple(problems), ())
        if not store.chunk_count() and index.is_left_over():
            what = (
                "it holds nothing, and vectors of an earlier one lie beside it; restore it from "
                "a backup, or ingest again"
            )
            problems.append(Problem("database", str(store.path), what))
        sources = store.sources()
        without_file = store.records.paths()
        for source in sources:
            if source.path in without_file:
                continue
            problems += _check_file(
                Path(source.path), source.size, source.mtime_ns, source.hash, notes
            )
        if store.chunk_count():
            if store.meta("embedder") == embedder.fingerprint:
                problems += _check_vectors(store, embedder)
            else:
                notes.append(
                    "The collection was built with another embedder; its vectors were not checked."
                )
        if not store.words_are_current:
            notes.append("The keywords were made by another version; `quoth rebuild` renews them.")
        added, removed = store.pending()
        if added or removed:
            notes.append(
                f"{len(added) + len(removed)} changes are not in the index yet; the next search "
                "or ingestion applies them."
            )
        problems += [Problem("index", str(index.folder), what) for what in index.differences()]
    return Verification(
        sources=len(sources),
        pages=sum(source.pages for source in sources),
        chunks=store.chunk_count(),
        problems=tuple(problems),
        notes=tuple(notes),
    )


def _check_file(
    path: Path, size: int, mtime_ns: int, hash: str, notes: list[str]
) -> Iterator[Problem]:
    try:
        status = path.stat()
        if (status.st_size, modified_ns(status)) != (size, mtime_ns):
            notes.append(f"{path} changed since it was ingested.")
        elif content_hash(path) != hash:
            yield Problem(
                "file", str(path), "the content changed, but neither size nor modification time"
            )
    except OSError:
        notes.append(f"{path} is gone or cannot be opened.")


def _check_vectors(store: Store, embedder: Embedder) -> Iterator[Problem]:
    """Check the hashes of the embedded texts, and a sample of the vectors against the model."""
    hashes = store.embedded_hashes()
    ids = list(hashes)
    for start in range(0, len(ids), _AT_ONCE):
        for id, chunk in store.chunks(ids[start : start + _AT_ONCE]).items():
            if embedded_text(chunk, embedder)[1] != hashes[id]:
                where = f"{chunk.source}, page {chunk.page}, chunk {id}"
                yield Problem("vectors", where, "the vector is that of another text")
    sample = ids[:: max(1, len(ids) // _SAMPLED)]
    ids, vectors = store.vectors(sample)
    chunks = store.chunks(ids)
    expected = embedder.embed([embedded_text(chunks[id], embedder)[0] for id in ids])
    if vectors.shape != expected.shape:
        yield Problem(
            "vectors", str(store.path), "the vectors do not have the dimensions of the model's"
        )
        return
    for id, cosine in zip(ids, (vectors * expected).sum(axis=1), strict=True):
        if not cosine >= _LEAST_COSINE:
            yield Problem(
                "vectors", f"chunk {id}", f"the model computes another vector (cosine {cosine:.3f})"
            )
