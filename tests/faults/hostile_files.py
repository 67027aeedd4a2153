"""Ingests hostile files, and tells what the main process took for each.

Run as `PYTHON hostile_files.py NAME FOLDER HOME`, which writes the file of that name into a folder,
beside good ones; with the name `each`, every file that is in the folder is ingested alone. The
vectors are random, so that the time is that of reading, cutting and storing. A line of JSON tells
megabytes above those of the vectors, seconds, and the names of the files that were kept.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import psutil
from quoth import Library
from quoth.config import Embedding
from quoth.embed import Advance, FolderEmbedder
from quoth.types import Vectors

_SENTENCE = "In {n} the harbour of Kattholm took {n} barges of timber, and {n} of them stayed. "
_MEGABYTE = 2**20
GOOD = ("a.md", "z.md")


def _text(megabytes: int) -> str:
    count = megabytes * _MEGABYTE // len(_SENTENCE)
    return "".join(
        _SENTENCE.format(n=n) + ("\n\n" if n % 6 == 0 else "") for n in range(1000, 1000 + count)
    )


def _columns(count: int) -> str:
    return "\n".join([",".join(f"c{n}" for n in range(count)), ",".join(map(str, range(count)))])


def _write_sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 * 2**30)


def _writer(make: Callable[[], str]) -> Callable[[Path], object]:
    return lambda path: path.write_text(make())


HOSTILE: Mapping[str, tuple[str, Callable[[Path], object]]] = {
    "30 MB of text": ("text.txt", _writer(lambda: _text(30))),
    "50 MB of text": ("text.txt", _writer(lambda: _text(50))),
    "one line of 8 MB": ("line.txt", _writer(lambda: _text(8).replace("\n", ""))),
    "a table of a million columns": ("table.csv", _writer(lambda: _columns(10**6))),
    "a megabyte of backticks": ("ticks.md", _writer(lambda: "`" * _MEGABYTE)),
    "60,000 headings": (
        "heads.md",
        _writer(lambda: "".join(f"# head {n}\n\ntext {n}\n\n" for n in range(60_000))),
    ),
    "a sparse file of 100 GB": ("sparse.txt", _write_sparse),
}


class _RandomVectors(FolderEmbedder):
    def embed(self, texts: list[str], *, progress: Advance | None = None) -> Vectors:  # type: ignore[override]
        random = np.random.default_rng(len(texts))
        vectors: Vectors = random.standard_normal((len(texts), 384), dtype=np.float32)
        vectors /= np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, np.newaxis]
        return vectors


class _Peak:
    """The most memory of this process since it was last asked for."""

    def __init__(self) -> None:
        self._bytes = 0
        threading.Thread(target=self._watch, daemon=True).start()

    def take(self) -> int:
        most, self._bytes = self._bytes, 0
        return most

    def _watch(self) -> None:
        while True:
            self._bytes = max(self._bytes, psutil.Process().memory_info().rss)
            time.sleep(0.02)


def ingest(path: Path, home: Path, collection: str, peak: _Peak, embedder: FolderEmbedder) -> None:
    """Ingest a file or a folder into a collection of its own, and tell what it took."""
    peak.take()
    begin = time.perf_counter()
    with Library(collection, home=home, embedder=embedder) as library:
        report = library.ingest(path)
        kept = [Path(source.path).name for source in library.documents()]
    vectors = (home / "collections" / collection / "vectors.bin").stat().st_size
    told = {
        "megabytes": round((peak.take() - vectors) / _MEGABYTE),
        "seconds": round(time.perf_counter() - begin),
        "kept": kept,
        "failed": [outcome.reason for outcome in report.failed],
    }
    print(json.dumps(told), flush=True)


def main(name: str, folder: Path, home: Path) -> None:
    os.environ["QUOTH_HOME"] = str(home)
    peak, embedder = _Peak(), _RandomVectors.open(Embedding())
    if name == "each":
        for number, path in enumerate(sorted(folder.iterdir())):
            ingest(path, home, f"test-{number}", peak, embedder)
        return
    file, write = HOSTILE[name]
    write(folder / file)
    for good in GOOD:
        (folder / good).write_text(f"The ferry {good} leaves at noon from the northern quay.")
    ingest(folder, home, "test", peak, embedder)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
