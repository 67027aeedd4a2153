from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from quoth.collection.index import DenseIndex
from quoth.collection.store import Store
from quoth.collection.vector_file import VectorFile
from quoth.system.lock import WriteLock
from quoth.types import Chunk, Document, Page, Vectors

WIDTH = 8
RANDOM = np.random.default_rng(3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "library.sqlite")
    fill(store, "/a.txt", 40)
    return store


def fill(store: Store, path: str, count: int) -> None:
    chunks = [Chunk(path, "", 1, None, n, n + 1, "x", (), n, 1) for n in range(count)]
    document = Document(path, "", "text", (Page(1, "x" * count),))
    hashes = [f"{path}{n}" for n in range(count)]
    store.put(document, chunks, draw(count), hash=path, size=1, mtime_ns=1, embedded_hashes=hashes)


def draw(count: int) -> Vectors:
    vectors = RANDOM.normal(size=(count, WIDTH)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def open_index(store: Store, *, exact_up_to: int = 1000) -> DenseIndex:
    folder = store.path.parent
    lock = WriteLock(folder / "write.lock")
    return DenseIndex(store, folder / "chroma", lock, exact_up_to=exact_up_to)


def finds_all(store: Store, index: DenseIndex) -> bool:
    ids, vectors = store.vectors()
    found = [index.search(vector, 3) for vector in vectors]
    cosines = np.sort(vectors @ vectors.T, axis=1)[:, :-4:-1]
    return [hits[0][0] for hits in found] == ids and np.allclose(
        [[cosine for _, cosine in hits] for hits in found], cosines, atol=1e-5
    )


def test_a_small_collection_has_no_chroma(store: Store) -> None:
    index = open_index(store)
    index.sync()
    assert index.problem() is None
    assert finds_all(store, index)
    assert not index.folder.exists()


def test_changes_are_found_before_and_after_they_are_in_the_file(store: Store) -> None:
    index = open_index(store)
    index.sync()
    changes: list[Callable[[], None]] = [
        partial(fill, store, "/b.txt", 30),
        partial(fill, store, "/c.txt", 5),
        partial(store.remove, ["/c.txt"]),
        partial(store.remove, ["/a.txt"]),
    ]
    for change in changes:
        change()
        assert finds_all(store, index)
        assert finds_all(store, open_index(store))
        index.sync()
        assert finds_all(store, index)
        assert finds_all(store, open_index(store))
        assert list(index.differences()) == []


def test_the_file_is_written_anew_where_much_of_it_was_removed(store: Store) -> None:
    fill(store, "/b.txt", 4)
    index = open_index(store)
    index.sync()
    size = index.file.path.stat().st_size
    store.remove(["/b.txt"])
    index.sync()
    assert index.file.path.stat().st_size == size
    fill(store, "/b.txt", 4)
    store.remove(["/a.txt"])
    index.sync()
    assert index.file.path.stat().st_size < size / 4


def test_a_process_that_reads_an_earlier_state_finds_its_rows(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "vectors.bin")
    vectors = draw(7)
    first = file.write([([1, 2, 3], vectors[:3]), ([4, 5], vectors[3:5])])
    second = file.change(first, [2], [([6, 7], vectors[5:])])
    assert second is not None
    for state, ids in ((first, [1, 0, 3, 4, 5]), (second, [1, 0, 3, 4, 5, 6, 7])):
        rows = file.read(state)
        assert rows is not None
        assert rows.ids.tolist() == ids
        assert np.array_equal(rows.vectors, vectors[: len(ids)])
    third = file.change(second, [], [])
    assert third is not None
    assert file.read(first) is None


@pytest.mark.parametrize("harm", ["gone", "empty", "truncated", "another file"])
def test_a_damaged_file_is_noticed_and_made_again(store: Store, harm: str) -> None:
    index = open_index(store)
    index.sync()
    path = index.file.path
    content = path.read_bytes()
    path.unlink()
    if harm != "gone":
        kept = {"empty": 0, "truncated": len(content) // 2, "another file": len(content)}[harm]
        path.write_bytes(content[:kept] if harm != "another file" else content[::-1])
    again = open_index(store)
    assert "file of vectors" in (again.problem() or "")
    assert finds_all(store, again)
    again.sync()
    assert again.problem() is None
    assert path.read_bytes()[64:] == content[64:]


def test_the_file_of_a_restored_collection_is_not_believed(store: Store, tmp_path: Path) -> None:
    index = open_index(store)
    index.sync()
    store.close()
    earlier = store.path.read_bytes()
    fill(store, "/b.txt", 10)
    index.sync()
    fill(store, "/c.txt", 10)
    index.sync()
    store.close()
    for ending in ("-wal", "-shm"):
        store.path.with_name(store.path.name + ending).unlink(missing_ok=True)
    store.path.write_bytes(earlier)
    restored = Store(store.path)
    fill(restored, "/d.txt", 20)
    again = open_index(restored)
    assert finds_all(restored, again)
    again.sync()
    assert finds_all(restored, again)
    assert list(again.differences()) == []


def test_chroma_is_dropped_and_made_again_as_the_collection_shrinks_and_grows(
    store: Store,
) -> None:
    fill(store, "/b.txt", 20)
    index = open_index(store, exact_up_to=50)
    index.sync()
    assert index.folder.exists()
    store.remove(["/b.txt"])
    index.sync()
    assert not index.folder.exists()
    fill(store, "/c.txt", 20)
    index.sync()
    assert index.problem() is None
    assert finds_all(store, index)
