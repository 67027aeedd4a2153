"""Chunks → vectors: in batches, while earlier ones are stored, and no text twice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from quoth.embed import Advance, Embedder, EmbeddingThread, embedded_text
from quoth.types import Chunk, Vectors

BATCH_CHUNKS = 192
"""The number of chunks in a batch; small documents share one."""
_AHEAD = 2
"""The most batches that are embedded or wait to be embedded."""
_LARGE = 8 * BATCH_CHUNKS
"""The chunks in batches from which no further item is read, so that one large item is in memory."""

Item = TypeVar("Item")
KnownVectors = Callable[[Sequence[str]], Mapping[str, Vectors]]
"""Given hashes of texts, the vectors of the texts that were embedded before."""


@dataclass(frozen=True, slots=True)
class EmbeddedChunks(Generic[Item]):
    """The chunks of one item; each has a row of `vectors` and the hash of its embedded text."""

    item: Item
    chunks: Sequence[Chunk]
    vectors: Vectors
    hashes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Batch(Generic[Item]):
    """Items whose chunks are being embedded; `missing` are the hashes without a known vector."""

    items: Sequence[tuple[Item, Sequence[Chunk]]]
    hashes: Sequence[str]
    known: Mapping[str, Vectors]
    missing: Sequence[str]
    vectors: Future[Vectors]


def embed_chunks(
    items: Iterable[tuple[Item, Sequence[Chunk]]],
    embedder: Embedder,
    known_vectors: KnownVectors,
    *,
    batch_chunks: int = BATCH_CHUNKS,
    within: Callable[[Item, int, int], None] | None = None,
) -> Generator[EmbeddedChunks[Item], None, None]:
    """Yield each item, such as a document, with the vectors of its chunks, in order.

    The next items are read while a batch is embedded, unless it is very large. A batch has fewer
    than `batch_chunks` chunks if the embedder would otherwise be idle. `within` is called while a
    batch with more of them is embedded, with its last item, the chunks that are embedded, and all;
    on another thread. Close the generator to stop early.
    """
    gathered: list[tuple[Item, Sequence[Chunk]]] = []
    in_flight: deque[_Batch[Item]] = deque()
    with EmbeddingThread(embedder) as thread:
        for item in items:
            gathered.append(item)
            del item  # a large one is not kept while the next is read
            if not in_flight or sum(len(chunks) for _, chunks in gathered) >= batch_chunks:
                in_flight.append(_submit(gathered, embedder, known_vectors, thread, within))
                gathered = []
            while in_flight and (
                len(in_flight) > _AHEAD
                or in_flight[0].vectors.done()
                or sum(len(batch.hashes) for batch in in_flight) >= _LARGE
            ):
                yield from _finish(in_flight.popleft())
        in_flight.append(_submit(gathered, embedder, known_vectors, thread, within))
        while in_flight:
            yield from _finish(in_flight.popleft())


def _submit(
    items: Sequence[tuple[Item, Sequence[Chunk]]],
    embedder: Embedder,
    known_vectors: KnownVectors,
    thread: EmbeddingThread,
    within: Callable[[Item, int, int], None] | None,
) -> _Batch[Item]:
    texts = [embedded_text(chunk, embedder) for _, chunks in items for chunk in chunks]
    hashes = [hash for _, hash in texts]
    known = known_vectors(hashes)
    missing = {hash: text for text, hash in texts if hash not in known}
    advance = _advance(items[-1][0], len(missing), within) if within and items else None
    vectors = thread.submit(list(missing.values()), advance=advance)
    return _Batch(items, hashes, known, list(missing), vectors)


def _advance(item: Item, total: int, within: Callable[[Item, int, int], None]) -> Advance | None:
    """Return a callback that counts the embedded chunks of a large batch; `None` for another."""
    if total <= BATCH_CHUNKS:
        return None
    done = 0

    def advance(texts: int) -> None:
        nonlocal done
        done += texts
        within(item, done, total)

    return advance


def _finish(batch: _Batch[Item]) -> Iterator[EmbeddedChunks[Item]]:
    vectors = _vectors_of(batch)
    start = 0
    for item, chunks in batch.items:
        rows = slice(start, start + len(chunks))
        start += len(chunks)
        yield EmbeddedChunks(item, chunks, vectors[rows], batch.hashes[rows])


def _vectors_of(batch: _Batch[Item]) -> Vectors:
    """Return the vectors of all chunks of a batch, without a copy where all were embedded now."""
    embedded = batch.vectors.result()
    if batch.missing == batch.hashes:
        return embedded
    row_of = {hash: row for row, hash in enumerate(batch.missing)}
    rows = [embedded[row_of[h]] if h in row_of else batch.known[h] for h in batch.hashes]
    return np.stack(rows)
