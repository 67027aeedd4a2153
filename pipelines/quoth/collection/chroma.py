"""Vectors in a Chroma folder, by chunk id."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from quoth.errors import CollectionError
from quoth.types import Vectors

BATCH = 4096
"""Vectors that are read by one call of Chroma."""
AT_ONCE = 512
"""Vectors that are written by one call: during it, no Ctrl-C is heard. It refuses 5,462."""
_NAME = "chunks"


class Chroma:
    """Nearest neighbours by cosine in Chroma, which is opened at first use.

    Chroma reports damage by many kinds of errors, including panics in Rust; every method raises
    `CollectionError` for them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._collection: Any = None

    @property
    def is_open(self) -> bool:
        """Whether the files are open. An open Chroma does not see writes of other processes."""
        return self._collection is not None

    def count(self) -> int:
        """Return the number of vectors."""
        with errors_as_ours(self.folder):
            return int(self._open().count())

    def search(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """Return (chunk id, cosine) for the `k` nearest vectors, best first."""
        with errors_as_ours(self.folder):
            result = self._open().query(
                query_embeddings=[vector.tolist()], n_results=k, include=["distances"]
            )
            return [
                (int(id), 1.0 - float(distance))
                for id, distance in zip(result["ids"][0], result["distances"][0], strict=True)
            ]

    def put(self, ids: Sequence[int], vectors: Vectors) -> None:
        """Add or replace the vectors of these ids, a row each."""
        with errors_as_ours(self.folder):
            for start in range(0, len(ids), AT_ONCE):
                part = slice(start, start + AT_ONCE)
                self._open().upsert(ids=[str(id) for id in ids[part]], embeddings=vectors[part])

    def remove(self, ids: Sequence[int]) -> None:
        """Remove the vectors of these ids."""
        with errors_as_ours(self.folder):
            for start in range(0, len(ids), AT_ONCE):
                self._open().delete(ids=[str(id) for id in ids[start : start + AT_ONCE]])

    def rows(self) -> Iterator[tuple[list[int], Vectors]]:
        """Yield all ids with their vectors, a batch at a time."""
        for offset in range(0, self.count(), BATCH):
            with errors_as_ours(self.folder):
                batch = self._open().get(limit=BATCH, offset=offset, include=["embeddings"])
                rows = [int(id) for id in batch["ids"]], np.asarray(batch["embeddings"], np.float32)
            yield rows

    def clear(self) -> None:
        """Delete the folder. Other clients in this process open theirs again."""
        self._collection = None
        forget_clients()
        shutil.rmtree(self.folder, ignore_errors=True)

    def close(self) -> None:
        """Close the files; the next use opens them again, with the writes of other processes."""
        if self._collection is not None:
            self._collection = None
            forget_clients()

    def _open(self) -> Any:
        if self._collection is None:
            # Without `embedding_function=None` Chroma would fetch a model from the network.
            self._collection = open_client(self.folder).get_or_create_collection(
                _NAME,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
            )
        return self._collection


def open_client(folder: Path) -> Any:
    """Return a client of the Chroma in a folder, which reports to nobody."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(
        str(folder), settings=Settings(anonymized_telemetry=False, allow_reset=False)
    )


@contextmanager
def errors_as_ours(folder: Path) -> Iterator[None]:
    """Raise `CollectionError` for whatever goes wrong in Chroma while in the block."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit, CollectionError):
        raise
    except BaseException as error:  # a panic in Rust is no Exception
        raise CollectionError(
            f"The dense index at {folder} cannot be used: {error}.",
            hint="Check the free disk space and the permissions of the folder.",
        ) from error


def forget_clients() -> None:
    """Make Chroma drop the clients that it caches for each folder; without it, there are none."""
    if "chromadb" in sys.modules:
        from chromadb.api.shared_system_client import SharedSystemClient

        SharedSystemClient.clear_system_cache()
