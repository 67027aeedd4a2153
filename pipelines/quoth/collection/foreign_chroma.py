"""The vectors in a Chroma folder that another program made; the folder itself is only read."""

from __future__ import annotations

import shutil
from pathlib import Path

from quoth.collection.chroma import BATCH, errors_as_ours, forget_clients, open_client
from quoth.system import ScratchFolder
from quoth.types import Vectors


def read_foreign_vectors(file: Path, collection: str) -> dict[str, Vectors]:
    """Return the vectors of a collection by their ids in it, as they were stored.

    `file` is its database. Chroma writes to whatever it opens, so it opens a copy, which is deleted
    afterwards. Raises `CollectionError` when Chroma cannot read it.
    """
    import numpy as np

    found: dict[str, Vectors] = {}
    with ScratchFolder() as scratch, errors_as_ours(file.parent):
        _copy(file, scratch.path)
        try:
            # Without `embedding_function=None` Chroma would fetch a model from the network.
            theirs = open_client(scratch.path).get_collection(collection, embedding_function=None)
            for offset in range(0, theirs.count(), BATCH):
                batch = theirs.get(limit=BATCH, offset=offset, include=["embeddings"])
                vectors = np.asarray(batch["embeddings"], np.float32)
                found.update(zip(batch["ids"], vectors, strict=True))
        finally:
            forget_clients()
    return found


def _copy(file: Path, folder: Path) -> None:
    """Copy a database of Chroma, what SQLite keeps beside it, and the folders of its indexes."""
    for each in file.parent.iterdir():
        if each.name.startswith(file.name):
            shutil.copyfile(each, folder / each.name)
        elif (each / "header.bin").is_file():
            shutil.copytree(each, folder / each.name)
