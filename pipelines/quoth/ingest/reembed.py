"""The same documents with another embedder or splitter.

No file is read again. The new chunks are built beside the old ones and replace them in one
transaction; until then, a process with the old configuration still gets answers. An interrupted run
continues where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing

from quoth.collection import Build, DenseIndex, Source, Store
from quoth.embed import Embedder
from quoth.ingest.embed_chunks import BATCH_CHUNKS, embed_chunks
from quoth.ingest.separation import measure_separations
from quoth.system import WriteLock, remove_parts
from quoth.text import Splitter
from quoth.types import Chunk, Document, Outcome, Progress, Report, Vectors


def reembed(
    store: Store,
    index: DenseIndex,
    embedder: Embedder,
    splitter: Splitter,
    lock: WriteLock,
    *,
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
    batch_chunks: int = BATCH_CHUNKS,
) -> Report:
    """Split and embed every document again, with this embedder and splitter.

    All documents are `skipped` when the collection was built with both. Raises
    `CollectionBusyError` when another process writes for longer than `wait_seconds`. Documents that
    an interrupted run finished, in batches of about `batch_chunks` chunks, are not embedded again.
    A run that was killed after it had replaced the chunks is completed.
    """
    begin = time.perf_counter()
    fingerprints = {"embedder": embedder.fingerprint, "splitter": splitter.fingerprint}
    with lock.hold(wait_seconds=wait_seconds):
        remove_parts(store.path.parent)
        sources = store.sources()
        path = store.path.with_name("reembed.sqlite")
        is_current = all(store.meta(key) == value for key, value in fingerprints.items())
        if not is_current or path.exists():
            with closing(Build(path, "|".join(fingerprints.values()))) as build:
                if not is_current:
                    by_hash = {source.hash: source for source in sources}
                    _fill(
                        build,
                        store,
                        embedder,
                        splitter,
                        by_hash,
                        progress=progress,
                        batch_chunks=batch_chunks,
                    )
                    store.replace_chunks(_finished(build, store, by_hash), fingerprints)
                index.rebuild()
                measure_separations(store, embedder)
                build.close(remove=True)
        if is_current:
            return Report(
                skipped=tuple(
                    Outcome(source.path, "The document is as configured.", "unchanged")
                    for source in sources
                )
            )
        sources = store.sources()
    return Report(
        done=tuple(
            Outcome(
                source.path, "The document was embedded again.", "text", source.pages, source.chunks
            )
            for source in sources
        ),
        seconds=time.perf_counter() - begin,
    )


def _fill(
    build: Build,
    store: Store,
    embedder: Embedder,
    splitter: Splitter,
    sources: Mapping[str, Source],
    *,
    progress: Progress | None,
    batch_chunks: int,
) -> None:
    """Embed the contents that the build lacks; `sources` has a source for each content hash."""
    finished = build.read_finished()
    missing = {hash: source for hash, source in sources.items() if hash not in finished}
    same_embedder = store.meta("embedder") == embedder.fingerprint

    def known_vectors(hashes: Sequence[str]) -> dict[str, Vectors]:
        known = store.known_vectors(hashes) if same_embedder else {}
        return {**known, **build.known_vectors(hashes)}

    if progress:
        progress(len(sources) - len(missing), len(sources), "")
    items = ((hash, splitter.split(_document(store, missing[hash]))) for hash in missing)
    with closing(
        embed_chunks(items, embedder, known_vectors, batch_chunks=batch_chunks)
    ) as contents:
        for done, content in enumerate(contents, start=len(sources) - len(missing) + 1):
            build.put(content.item, content.chunks, content.vectors, content.hashes)
            if progress:
                progress(done, len(sources), sources[content.item].path)


def _finished(
    build: Build, store: Store, by_hash: dict[str, Source]
) -> Iterator[tuple[str, Sequence[Chunk], Vectors, Sequence[str]]]:
    for hash, source in by_hash.items():
        yield hash, *build.get(hash, _document(store, source))


def _document(store: Store, source: Source) -> Document:
    document = store.document(source.path)
    assert document is not None  # the lock is held
    return document
