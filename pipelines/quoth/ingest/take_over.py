"""A Chroma collection of another program → sources of ours, with its vectors where they fit."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePath

import numpy as np

from quoth.collection import read_foreign_vectors
from quoth.embed import Embedder, embedded_hash
from quoth.errors import CollectionError
from quoth.ingest.adopt import AdoptedCollection, AdoptedDocument, read_chroma
from quoth.ingest.embed_chunks import EmbeddedChunks, embed_chunks
from quoth.ingest.ingestor import Ingestor, disk_full_explained
from quoth.ingest.outcomes import Outcomes, outcome_of
from quoth.ingest.segments import split_segments
from quoth.ingest.separation import measure_separations
from quoth.types import Chunk, Progress, Report, Tags, Vectors

_SAMPLED = 8
"""The number of texts that are embedded to see whether their vectors are those of our embedder."""
_LEAST_COSINE = 1 - 1e-3


def take_over(
    ingestor: Ingestor,
    folder: Path,
    *,
    name: str = "",
    progress: Progress | None = None,
    wait_seconds: float = 0.0,
) -> Report:
    """Add the texts of a Chroma collection, in place of sources of the same names.

    Where a sample of its vectors is what the embedder makes of the texts, the chunks are its
    pieces, and each piece keeps its vector that is whole in one chunk: it is no longer than a chunk
    may be, and does not overlap with another; the report counts them. Raises as `read_chroma` does,
    and as `Ingestor.ingest`.
    """
    begin = time.perf_counter()
    adopted = read_chroma(folder, name)
    known = _find_vectors(adopted, ingestor.embedder)
    name_document = _without_title if known else _with_title
    documents = [name_document(each) for each in adopted.documents]

    def known_vectors(hashes: Sequence[str]) -> Mapping[str, Vectors]:
        theirs = {hash: known[hash] for hash in hashes if hash in known}
        return theirs | ingestor.store.known_vectors(hashes)

    def split(adopted: AdoptedDocument) -> list[Chunk]:
        if known:
            return split_segments(adopted.document, adopted.starts, ingestor.splitter)
        return ingestor.splitter.split(adopted.document)

    outcomes = Outcomes(len(documents), progress)
    with ingestor.lock.hold(wait_seconds=wait_seconds), disk_full_explained():
        ingestor.check_fingerprint()
        ingestor.store.renew_words()
        outcomes.begin()
        with closing(
            embed_chunks(
                ((each, split(each)) for each in documents),
                ingestor.embedder,
                known_vectors,
                batch_chunks=ingestor.batch_chunks,
                within=lambda each, *far: outcomes.within(
                    each.document, each.document.source, *far
                ),
            )
        ) as embedded:
            for one in embedded:
                _put(ingestor, one, outcomes, kept=sum(hash in known for hash in one.hashes))
        ingestor.store.set_tags({each.document.source: each.tags for each in documents}, "given")
        ingestor.index.sync()
        measure_separations(ingestor.store, ingestor.embedder)
    return outcomes.report((), time.perf_counter() - begin)


def _put(
    ingestor: Ingestor,
    embedded: EmbeddedChunks[AdoptedDocument],
    outcomes: Outcomes,
    *,
    kept: int,
) -> None:
    document = ingestor.with_language(embedded.item.document)
    text = "\f".join(f"{page.number} {page.text}" for page in document.pages)
    body = text.encode("utf-8", "surrogatepass")
    ingestor.store.put(
        document,
        embedded.chunks,
        embedded.vectors,
        hash=hashlib.blake2b(body, digest_size=16).hexdigest(),
        size=len(body),
        mtime_ns=time.time_ns(),
        embedded_hashes=embedded.hashes,
    )
    outcomes.add(replace(outcome_of(document, embedded.chunks), kept=kept))


def _find_vectors(adopted: AdoptedCollection, embedder: Embedder) -> dict[str, Vectors]:
    """Return the vectors of the pieces by the hashes of their texts; none of another embedder."""
    texts = {id: text.strip() for each in adopted.documents for id, text in each.texts.items()}
    try:
        vectors = read_foreign_vectors(adopted.file, adopted.name)
    except CollectionError:
        return {}
    vectors = {id: vector for id, vector in vectors.items() if id in texts and vector.any()}
    units = {id: vector / np.linalg.norm(vector) for id, vector in vectors.items()}
    if not _are_ours({texts[id]: unit for id, unit in units.items()}, embedder):
        return {}
    return {embedded_hash(texts[id]): unit for id, unit in units.items()}


def _are_ours(units: Mapping[str, Vectors], embedder: Embedder) -> bool:
    """Whether a sample of texts has the vectors that the embedder makes of them."""
    every = max(1, len(units) // _SAMPLED)
    readable = (text for text in [*units][::every] if embedder.count_tokens(text) <= embedder.limit)
    sample = list(islice(readable, _SAMPLED))
    ours = embedder.embed(sample)
    if not sample or units[sample[0]].shape != ours[0].shape:
        return False
    theirs = np.stack([units[text] for text in sample])
    return bool(((theirs * ours).sum(axis=1) >= _LEAST_COSINE).all())


def _without_title(adopted: AdoptedDocument) -> AdoptedDocument:
    """Return a document whose title is a tag, since titles are embedded with each chunk."""
    document = adopted.document
    title: Tags = {"title": document.title} if document.title else {}
    return replace(adopted, document=replace(document, title=""), tags={**title, **adopted.tags})


def _with_title(adopted: AdoptedDocument) -> AdoptedDocument:
    document = adopted.document
    title = document.title or PurePath(document.source).stem
    return replace(adopted, document=replace(document, title=title))
