from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from quoth.collection import index as index_module
from quoth.collection.index import DenseIndex
from quoth.collection.store import Store
from quoth.system.lock import WriteLock
from quoth.types import Chunk, Document, Page, Vectors

COUNT, WIDTH = 300, 16
RANDOM = np.random.default_rng(7)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "library.sqlite")
    fill(store, "/a.txt", COUNT)
    return store


def fill(store: Store, path: str, count: int) -> None:
    vectors = RANDOM.normal(size=(count, WIDTH)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    text = "x" * count
    chunks = [Chunk(path, "", 1, None, n, n + 1, "x", (), n, 1) for n in range(count)]
    store.put(
        Document(path, "", "text", (Page(1, text),)),
        chunks,
        vectors,
        hash=path,
        size=1,
        mtime_ns=1,
        embedded_hashes=[f"{path}{n}" for n in range(count)],
    )


def open_index(store: Store, *, exact_up_to: int = 0) -> DenseIndex:
    folder = store.path.parent / "chroma"
    return DenseIndex(
        store, folder, WriteLock(folder.with_suffix(".lock")), exact_up_to=exact_up_to
    )


def nearest(store: Store, index: DenseIndex, k: int = 5) -> list[int]:
    index.follow()
    _, vectors = store.vectors([17])
    return [id for id, _ in index.search(vectors[0], k)]


def test_chroma_finds_what_comparing_with_every_vector_finds(store: Store) -> None:
    index = open_index(store)
    index.sync()
    assert index.problem() is None
    exact = nearest(store, open_index(store, exact_up_to=10_000))
    assert nearest(store, index) == exact
    assert exact[0] == 17


def test_the_index_follows_additions_and_deletions(store: Store) -> None:
    index = open_index(store)
    index.sync()
    fill(store, "/b.txt", 10)
    assert "10 changes" in (index.problem() or "")
    index.sync()
    assert index.problem() is None
    store.remove(["/a.txt"])
    index.sync()
    assert index.problem() is None
    assert all(id > COUNT for id in nearest_any(store, index))


def nearest_any(store: Store, index: DenseIndex) -> list[int]:
    _, vectors = store.vectors()
    return [id for id, _ in index.search(vectors[0], 5)]


def test_another_process_is_noticed(store: Store) -> None:
    mine = open_index(store)
    mine.sync()
    nearest(store, mine)
    theirs_store = Store(store.path)
    fill(theirs_store, "/b.txt", 10)
    theirs = DenseIndex(theirs_store, mine.folder, WriteLock(mine.folder.with_suffix(".lock")))
    theirs.sync()
    _, vectors = store.vectors([COUNT + 3])
    assert mine.search(vectors[0], 1)[0][0] == COUNT + 3


@pytest.mark.parametrize("harm", ["gone", "truncated", "flipped", "no database"])
def test_a_damaged_folder_is_noticed_and_made_again(store: Store, harm: str) -> None:
    index = open_index(store)
    index.sync()
    before = nearest(store, index)
    index.close()
    if harm == "gone":
        shutil.rmtree(index.folder)
    for file in index.folder.rglob("*") if index.folder.exists() else ():
        if not file.is_file():
            continue
        content = file.read_bytes()
        if harm == "truncated":
            file.write_bytes(content[: len(content) // 2])
        elif harm == "flipped":
            file.write_bytes(bytes(255 - b if n % 97 == 0 else b for n, b in enumerate(content)))
        elif file.suffix == ".sqlite3":
            file.write_bytes(b"nonsense")
    again = open_index(store)
    assert nearest(store, again) == before
    again.follow()
    assert again.problem() is None


def test_rebuilding_gives_the_same_results(store: Store) -> None:
    index = open_index(store)
    index.sync()
    before = nearest(store, index, 20)
    with WriteLock(index.folder.with_suffix(".lock")).hold():
        index.rebuild()
    assert nearest(store, index, 20) == before


def test_while_another_process_writes_the_search_is_right_all_the_same(store: Store) -> None:
    index = open_index(store)  # never synced: everything is pending
    with WriteLock(index.folder.with_suffix(".lock")).hold():
        assert nearest(store, index)[0] == 17
    assert not index.folder.exists()


def test_a_search_can_be_restricted(store: Store) -> None:
    index = open_index(store)
    _, vectors = store.vectors([17])
    assert {id for id, _ in index.search(vectors[0], 9, among=[3, 4])} == {3, 4}
    assert index.search(vectors[0], 9, among=[]) == []


def test_what_chroma_has_followed_is_kept_when_it_is_interrupted(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_index(store).sync()
    fill(store, "/b.txt", 200)
    monkeypatch.setattr(index_module, "AT_ONCE", 50)
    index = open_index(store)
    put, puts = index.chroma.put, 0

    def interrupted(ids: Sequence[int], vectors: Vectors) -> None:
        nonlocal puts
        puts += 1
        if puts == 3:
            raise KeyboardInterrupt
        put(ids, vectors)

    monkeypatch.setattr(index.chroma, "put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        index.sync()
    assert len(store.pending()[0]) == 100
    again = open_index(store)
    assert nearest(store, again) == nearest(store, open_index(store, exact_up_to=10_000))
    again.sync()
    assert again.problem() is None
    assert list(again.differences()) == []
    assert puts == 3
