from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import numpy as np
import pytest

from pipelines.errors import CollectionError
from pipelines.store import Store
from pipelines.types import Chunk, Document, Heading, Page
from pipelines.words import analyse


def document(path: str, *texts: str) -> Document:
    pages = tuple(
        Page(n, text, label=f"p{n}", headings=(Heading(0, 1, "Top"),))
        for n, text in enumerate(texts, start=1)
    )
    return Document(path, "A title", "text", pages, unreadable=(9,), metadata={"author": "x"})


def put(store: Store, path: str, *texts: str, hash: str = "h") -> None:
    found = document(path, *texts)
    chunks = [
        Chunk(path, "A title", p.number, p.label, 0, len(p.text), p.text, ("Top",), p.number - 1, 3)
        for p in found.pages
    ]
    vectors = np.eye(len(chunks), 4, dtype=np.float32)
    store.put(
        found, chunks, vectors, hash=hash, size=1, mtime_ns=2,
        embedded_hashes=[f"{hash}{n}" for n in range(len(chunks))],
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "c" / "library.sqlite")


def words(store: Store, expression: str) -> list[str]:
    ids = [id for id, _ in store.keywords.search(analyse(expression), 10)]
    held = store.chunks(ids)
    return [held[id].text for id in ids]


def test_what_was_put_is_there_again_after_opening_anew(store: Store) -> None:
    put(store, "/a.txt", "the cat sat", "a dog ran")
    store.close()
    again = Store(store.path)
    assert again.document("/a.txt") == document("/a.txt", "the cat sat", "a dog ran")
    (source,) = again.sources()
    assert (source.path, source.pages, source.chunks, source.unreadable) == ("/a.txt", 2, 2, (9,))
    assert again.page_text("/a.txt", 2) == "a dog ran"
    assert words(again, "dog") == ["a dog ran"]


def test_words_are_found_by_their_stem_and_without_accents(store: Store) -> None:
    put(store, "/a.txt", "The meetings were held in Zürich")
    assert words(store, "meeting")
    assert words(store, "zurich")


def test_the_name_of_the_file_is_searched_too_and_follows_a_rename(store: Store) -> None:
    put(store, "/3M_2018_10K.pdf", "Net sales were up")
    assert words(store, "2018")
    store.link("/other.pdf", hash="h", size=1, mtime_ns=2)
    store.remove(["/3M_2018_10K.pdf"])
    assert not words(store, "2018")
    assert words(store, "other") == ["Net sales were up"]


def test_the_same_content_at_two_paths_is_held_once(store: Store) -> None:
    put(store, "/a.txt", "the cat sat")
    assert store.link("/b.txt", hash="h", size=1, mtime_ns=2)
    assert store.chunk_count() == 1
    assert [source.path for source in store.sources()] == ["/a.txt", "/b.txt"]
    store.remove(["/a.txt"])
    assert store.chunks([1])[1].source == "/b.txt"
    store.remove(["/b.txt"])
    assert store.chunk_count() == 0
    assert not words(store, "cat")


def test_a_changed_file_replaces_what_was_there(store: Store) -> None:
    put(store, "/a.txt", "the cat sat", "and slept")
    put(store, "/a.txt", "a dog ran", hash="other")
    assert store.chunk_count() == 1
    assert not words(store, "cat")
    added, removed = store.pending()
    assert removed == [1, 2]
    assert added == [3]


def test_a_failing_transaction_leaves_nothing_behind(store: Store) -> None:
    put(store, "/a.txt", "the cat sat")
    before = store.generation
    with pytest.raises(ValueError, match="zip"):
        store.put(
            document("/b.txt", "one"), [], np.zeros((1, 4), np.float32), hash="b", size=1,
            mtime_ns=1, embedded_hashes=[],
        )  # fmt: skip
    assert [source.path for source in store.sources()] == ["/a.txt"]
    assert store.generation == before


def test_the_generation_changes_with_every_change_and_is_seen_by_others(store: Store) -> None:
    other = Store(store.path)
    seen = [other.generation]
    put(store, "/a.txt", "the cat sat")
    seen.append(other.generation)
    store.link("/b.txt", hash="h", size=1, mtime_ns=2)
    seen.append(other.generation)
    store.remove(["/a.txt", "/b.txt"])
    seen.append(other.generation)
    assert len(set(seen)) == 4


def test_neighbours_come_in_order(store: Store) -> None:
    put(store, "/a.txt", *[f"page {n}" for n in range(10)])
    middle = store.chunks([5])[5]
    texts = [chunk.text for chunk in store.neighbours(middle, distance=2)]
    assert texts == ["page 2", "page 3", "page 4", "page 5", "page 6"]


def test_threads_read_while_one_writes(store: Store) -> None:
    failures: list[BaseException] = []

    def read() -> None:
        try:
            for _ in range(50):
                store.sources()
        except BaseException as error:  # pragma: no cover - only on failure
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for n in range(20):
        put(store, f"/{n}.txt", f"text {n}", hash=f"h{n}")
    for thread in threads:
        thread.join()
    assert not failures
    assert store.chunk_count() == 20


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(CollectionError, match="cannot be read") as caught:
        Store(path)
    assert "ingest again" in caught.value.hint


def test_a_layout_from_the_future_is_left_alone(store: Store) -> None:
    store.close()
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(CollectionError, match="newer Carrel"):
        Store(store.path)
