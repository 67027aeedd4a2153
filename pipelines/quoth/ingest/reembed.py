"""The same documents with another embedder or splitter: built beside the old, swapped at the end.

No file is read again. Until the swap, which is one transaction, a process configured as before
still gets its answers. A run that is interrupted goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from quoth.collection import Build, DenseIndex, Source, Store
from quoth.embed import Embedder, embedded_text
from quoth.system import WriteLock
from quoth.text import Splitter
from quoth.types import Chunk, Document, Outcome, Progress, Report, Vectors

_GATHER = 256

_Waiting = list[tuple[str, str, list[Chunk]]]


def reembed(
    store: Store,
    index: DenseIndex,
    embedder: Embedder,
    splitter: Splitter,
    lock: WriteLock,
    *,
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
) -> Report:
    """Give every document the chunks and vectors of this embedder and splitter.

    Documents are `skipped` when the collection has those already. Raises `CollectionBusyError`
    when another process writes for longer than `wait_seconds`.
    """
    begin = time.perf_counter()
    made_with = {"embedder": embedder.fingerprint, "splitter": splitter.fingerprint}
    with lock.hold(wait_seconds=wait_seconds):
        sources = store.sources()
        if all(store.meta(key) == value for key, value in made_with.items()):
            return Report(
                skipped=tuple(
                    Outcome(source.path, "It is as configured already.", "unchanged")
                    for source in sources
                )
            )
        build = Build(store.path.with_name("reembed.sqlite"), "|".join(made_with.values()))
        try:
            by_hash = {source.hash: source for source in sources}
            _fill(build, store, embedder, splitter, by_hash, progress)
            store.replace_chunks(_finished(build, store, by_hash), made_with)
            build.close(remove=True)
        finally:
            build.close()
        index.rebuild()
        sources = store.sources()
    return Report(
        done=tuple(
            Outcome(source.path, "It was embedded anew.", "text", source.pages, source.chunks)
            for source in sources
        ),
        seconds=time.perf_counter() - begin,
    )


def _fill(
    build: Build,
    store: Store,
    embedder: Embedder,
    splitter: Splitter,
    by_hash: dict[str, Source],
    progress: Progress | None,
) -> None:
    """Embed what the build does not hold yet, a few documents at a time."""
    finished = build.finished()
    same_embedder = store.meta("embedder") == embedder.fingerprint
    waiting: _Waiting = []
    done = len(finished & by_hash.keys())
    if progress:
        progress(done, len(by_hash), "")

    def embed() -> None:
        nonlocal done
        texts = [embedded_text(chunk, embedder) for _, _, chunks in waiting for chunk in chunks]
        hashes = [hash for _, hash in texts]
        known = build.known_vectors(hashes)
        if same_embedder:
            known = {**store.known_vectors(hashes), **known}
        missing = {hash: text for text, hash in texts if hash not in known}
        known.update(zip(missing, embedder.embed(list(missing.values())), strict=True))
        at = 0
        for hash, path, chunks in waiting:
            own = hashes[at : at + len(chunks)]
            at += len(chunks)
            build.put(hash, chunks, _stacked([known[text] for text in own]), own)
            done += 1
            if progress:
                progress(done, len(by_hash), path)
        waiting.clear()

    for hash, source in by_hash.items():
        if hash in finished:
            continue
        waiting.append((hash, source.path, splitter.split(_document(store, source))))
        if sum(len(chunks) for _, _, chunks in waiting) >= _GATHER:
            embed()
    if waiting:
        embed()


def _finished(
    build: Build, store: Store, by_hash: dict[str, Source]
) -> Iterator[tuple[str, Sequence[Chunk], Vectors, Sequence[str]]]:
    for hash, source in by_hash.items():
        yield hash, *build.get(hash, _document(store, source))


def _document(store: Store, source: Source) -> Document:
    document = store.document(source.path)
    assert document is not None  # the lock is held
    return document


def _stacked(rows: Sequence[Vectors]) -> Vectors:
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)
