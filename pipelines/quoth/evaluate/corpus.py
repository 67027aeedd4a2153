"""A folder of texts to measure on, ingested into a collection as a user's documents are.

The layout is BEIR's (Thakur and others, 2021): `corpus.jsonl` with `_id`, `title` and `text`,
`queries.jsonl` with `_id` and `text`, `qrels/*.tsv` with query, document and grade.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from quoth.collection import SCHEMA, DenseIndex, Store
from quoth.config import Config, state_folder
from quoth.embed import Embedder
from quoth.errors import UsageError
from quoth.ingest import embed_chunks, measure_separations, open_ingestor, open_splitter
from quoth.models import open_model
from quoth.retrieve import OpenedSearcher, open_searcher
from quoth.system import WriteLock, parse_json
from quoth.text import Splitter
from quoth.types import Document, Page, Progress

WAIT_SECONDS = 600.0
"""The longest wait for another process that builds the same collection."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The texts of a folder with their titles, by id; `fingerprint` is a hash of all of them."""

    folder: Path
    documents: Mapping[str, Document]
    fingerprint: str


def read_corpus(folder: Path) -> Corpus:
    """Read `folder/corpus.jsonl`. Raises `UsageError`, which names the file, line and fault."""
    path = folder / "corpus.jsonl"
    digest = hashlib.blake2b(digest_size=8)
    documents: dict[str, Document] = {}
    for row in read_rows(path, needed=("_id", "text")):
        id, title, text = str(row["_id"]), str(row.get("title") or ""), str(row["text"])
        digest.update(json.dumps([id, title, text]).encode())
        documents[id] = Document(id, title, "text", (Page(1, text),))
    if not documents:
        raise UsageError(f"There are no texts in {path}.")
    return Corpus(folder, documents, digest.hexdigest())


def read_queries(folder: Path) -> dict[str, str]:
    """Return the text of each query by id."""
    rows = read_rows(folder / "queries.jsonl", needed=("_id", "text"))
    return {str(row["_id"]): str(row["text"]) for row in rows}


def read_grades(folder: Path) -> dict[str, dict[str, int]]:
    """Return the relevance grade of each judged document, by query and document.

    Reads `qrels/test.tsv`, or every file in `qrels` without it.
    """
    files = sorted((folder / "qrels").glob("*.tsv"))
    files = [file for file in files if file.stem == "test"] or files
    if not files:
        raise UsageError(
            f"There are no relevance judgements in {folder / 'qrels'}.",
            hint="Put a .tsv file there, with the columns query-id, corpus-id and score.",
        )
    grades: dict[str, dict[str, int]] = {}
    for file in files:
        for row in _rows_of(file):
            if len(row) < 3 or not row[2].strip().lstrip("-").isdecimal():
                continue  # the header
            grades.setdefault(row[0], {})[row[1]] = int(row[2])
    return grades


def _rows_of(table: Path) -> list[list[str]]:
    try:
        with table.open(encoding="utf-8", newline="") as stream:
            return list(csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{table} cannot be read: {error}.") from error


def read_rows(path: Path, *, needed: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """Yield the objects in a file of JSON lines; each must have the `needed` keys."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = parse_json(line)
        except ValueError as error:
            raise UsageError(f"{path}, line {number}, is not JSON: {error}.") from error
        if not isinstance(row, dict) or any(key not in row for key in needed):
            raise UsageError(
                f"{path}, line {number}, must be a JSON object with {', '.join(needed)}."
            )
        yield row


@contextmanager
def corpus_searcher(
    corpus: Corpus,
    embedder: Embedder,
    *,
    config: Config,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[OpenedSearcher]:
    """Open a searcher over a corpus that is split and embedded like a user's documents.

    The collection is kept in `cache` (by default in the state folder) and reused while the texts,
    the splitter and the embedder stay the same.
    """
    splitter = open_splitter(embedder, config.ingestion)
    model = partial(open_model, config.backend, prompt_folders=config.prompt_folders)
    key = f"{corpus.fingerprint}-{embedder.fingerprint[:12]}-{splitter.fingerprint}"
    with _collection(key, cache) as (store, index, lock):
        with lock.hold(wait_seconds=WAIT_SECONDS):
            _fill(store, corpus, embedder, splitter, progress)
            index.sync()
            measure_separations(store, embedder)
        yield open_searcher(store, index, embedder, config.retrieval, model)


@contextmanager
def documents_searcher(
    path: Path,
    embedder: Embedder,
    *,
    config: Config,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[OpenedSearcher]:
    """Open a searcher over files that are ingested as by `quoth ingest`.

    Raises `UsageError` when none of the files can be read.
    """
    splitter = open_splitter(embedder, config.ingestion)
    model = partial(open_model, config.backend, prompt_folders=config.prompt_folders)
    key = f"{path.resolve()}-{embedder.fingerprint[:12]}-{splitter.fingerprint}"
    with _collection(key, cache) as (store, index, lock):
        ingestor = open_ingestor(store, index, embedder, lock, config.ingestion)
        report = ingestor.ingest([path], progress=progress, wait_seconds=WAIT_SECONDS)
        if not store.chunk_count():
            reason = f" {report.failed[0].reason}" if report.failed else ""
            raise UsageError(f"There is no readable document in {path}.{reason}")
        yield open_searcher(store, index, embedder, config.retrieval, model)


@contextmanager
def _collection(key: str, cache: Path | None) -> Iterator[tuple[Store, DenseIndex, WriteLock]]:
    name = hashlib.blake2b(f"{SCHEMA}{key}".encode(), digest_size=8).hexdigest()
    folder = (cache or state_folder() / "evaluations") / name
    folder.mkdir(parents=True, exist_ok=True)
    lock = WriteLock(folder / "write.lock")
    store = Store(folder / "library.sqlite")
    index = DenseIndex(store, folder / "chroma", lock)
    try:
        yield store, index, lock
    finally:
        index.close()
        store.close()


def _fill(
    store: Store,
    corpus: Corpus,
    embedder: Embedder,
    splitter: Splitter,
    progress: Progress | None,
) -> None:
    """Store the documents of a corpus that the collection does not have yet."""
    if store.meta("embedder") is None:
        store.set_meta("embedder", embedder.fingerprint)
    store.renew_words()
    stamps = store.stamps()
    missing = [document for id, document in corpus.documents.items() if id not in stamps]
    items = ((document, splitter.split(document)) for document in missing)
    with closing(embed_chunks(items, embedder, store.known_vectors)) as embedded_documents:
        for done, embedded in enumerate(embedded_documents, start=len(stamps) + 1):
            document = embedded.item
            store.put(
                document,
                embedded.chunks,
                embedded.vectors,
                hash=hashlib.blake2b(document.source.encode(), digest_size=16).hexdigest(),
                size=document.characters,
                mtime_ns=0,
                embedded_hashes=embedded.hashes,
            )
            if progress:
                progress(done, len(corpus.documents), "embedding")
