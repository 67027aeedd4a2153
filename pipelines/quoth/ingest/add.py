"""LangChain documents into a collection, and out of it again, by id."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import closing

from langchain_core.documents import Document

from quoth.collection import Store
from quoth.errors import UsageError
from quoth.ingest.added import AddedText, read_added
from quoth.ingest.compose import Composed, compose
from quoth.ingest.embed_chunks import EmbeddedChunks, embed_chunks
from quoth.ingest.ingestor import Ingestor
from quoth.ingest.outcomes import Outcomes, outcome_of
from quoth.ingest.separation import measure_separations
from quoth.types import Outcome, Progress, Report


def add_documents(
    ingestor: Ingestor,
    documents: Iterable[Document],
    *,
    ids: Sequence[str | None] | None = None,
    replace: bool = False,
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
) -> tuple[list[str], Report]:
    """Add LangChain documents to a collection; return their ids, and a report with each source.

    A document takes the place of the one with its id. With `replace`, what else their sources had
    is removed. All or nothing: every document is checked and embedded before the first is written.
    Raises as `read_added` does, and as `Ingestor.ingest`.
    """
    begin = time.perf_counter()
    added = read_added(documents, ids)
    with ingestor.lock.hold(wait_seconds=wait_seconds):
        ingestor.check_fingerprint()
        sources, gone = _compose_all(ingestor, added, replace=replace)
        outcomes = Outcomes(len(sources), progress)
        _store(ingestor, sources, gone, outcomes)
    return [each.id for each in added], outcomes.report((), time.perf_counter() - begin)


def remove_documents(
    ingestor: Ingestor, ids: Iterable[str], *, wait_seconds: float = 0.0
) -> list[str]:
    """Remove added documents by id; return the ids of those that were there."""
    store = ingestor.store
    with ingestor.lock.hold(wait_seconds=wait_seconds):
        removed = store.records.named(ids)
        touched = store.records.of_sources({record.path for record in removed.values()})
        left = {
            path: [record for record in records if record.id not in removed]
            for path, records in touched.items()
        }
        kept = [compose(path, records, ()) for path, records in left.items() if records]
        gone = [path for path, records in left.items() if not records]
        if removed:
            _store(ingestor, kept, gone, Outcomes(len(kept)))
    return list(removed)


def _compose_all(
    ingestor: Ingestor, added: Sequence[AddedText], *, replace: bool
) -> tuple[list[Composed], list[str]]:
    """Return the sources that change, and the paths of those of which nothing is left."""
    store = ingestor.store
    by_path: dict[str, list[AddedText]] = {}
    for each in added:
        by_path.setdefault(each.path, []).append(each)
    known = store.records.named(each.id for each in added)
    before = store.records.of_sources({*by_path, *(record.path for record in known.values())})
    _check_sources(ingestor, by_path, before.keys(), replace=replace)
    ids = {each.id: each.path for each in added}
    sources, gone = [], []
    for path in {**by_path, **before}:
        kept = [] if replace and path in by_path else before.get(path, [])
        kept = [record for record in kept if ids.get(record.id, path) == path]
        if kept or path in by_path:
            sources.append(compose(path, kept, by_path.get(path, ())))
        else:
            gone.append(path)
    return sources, gone


def _check_sources(
    ingestor: Ingestor, paths: Iterable[str], added: Iterable[str], *, replace: bool
) -> None:
    """Raise `UsageError` for documents that would be mixed with a file that was ingested."""
    if replace:
        return
    files = ingestor.store.stamps().keys() - set(added)
    if mixed := sorted(files & set(paths)):
        raise UsageError(
            f"The source {mixed[0]!r} of `documents` is in the collection already: it was ingested "
            "from a file.",
            hint="Add them with `replace=True`, in its place, or with another `source`.",
        )


def _store(
    ingestor: Ingestor, sources: Sequence[Composed], gone: Sequence[str], outcomes: Outcomes
) -> None:
    """Embed the chunks of the sources, then write all of them at once."""
    store = ingestor.store
    unchanged = _find_unchanged(store, sources)
    changed = [source for source in sources if source.document.source not in unchanged]
    outcomes.skipped += [
        Outcome(path, "The documents are unchanged.", "unchanged") for path in sorted(unchanged)
    ]
    outcomes.begin()
    if not (changed or gone):
        return
    store.renew_words()
    embedded = _embed(ingestor, changed, outcomes)
    with store.records.together():
        store.remove(gone)
        for each in embedded:
            _put(ingestor, each)
        store.set_tags({each.document.source: each.tags for each in changed}, "beside")
    ingestor.index.sync()
    measure_separations(store, ingestor.embedder)


def _embed(
    ingestor: Ingestor, sources: Sequence[Composed], outcomes: Outcomes
) -> list[EmbeddedChunks[Composed]]:
    found = []
    items = ((source, source.split(ingestor.splitter)) for source in sources)
    with closing(
        embed_chunks(
            items,
            ingestor.embedder,
            ingestor.store.known_vectors,
            batch_chunks=ingestor.batch_chunks,
            within=lambda source, *far: outcomes.within(
                source.document, source.document.source, *far
            ),
        )
    ) as embedded:
        for each in embedded:
            found.append(each)
            outcomes.add(outcome_of(each.item.document, each.chunks))
    return found


def _put(ingestor: Ingestor, embedded: EmbeddedChunks[Composed]) -> None:
    source = embedded.item
    ingestor.store.put(
        ingestor.with_language(source.document),
        embedded.chunks,
        embedded.vectors,
        hash=source.hash,
        size=sum(len(page.text.encode()) for page in source.document.pages),
        mtime_ns=time.time_ns(),
        embedded_hashes=embedded.hashes,
        records=source.records,
    )


def _find_unchanged(store: Store, sources: Sequence[Composed]) -> set[str]:
    """Return the paths of the sources whose text and records are in the collection as they are."""
    paths = [source.document.source for source in sources]
    hashes = {path: hash for path, (_, _, hash) in store.stamps().items()}
    stored = store.records.of_sources(paths)
    return {
        path
        for path, source in zip(paths, sources, strict=True)
        if hashes.get(path) == source.hash and stored.get(path, []) == list(source.records)
    }
