"""The words of a collection are made by one analyser; another one makes them again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from quoth.collection import Store
from quoth.errors import CollectionBusyError, FingerprintError
from quoth.system import WriteLock
from quoth.text import analyse, analyser_fingerprint, unpack
from quoth.types import Chunk, Document, Page

TEXTS = ("the rents are due", "income taxes", "lifting wings")


def put(store: Store, path: str = "/rent_2024.md") -> None:
    pages = tuple(Page(number, text) for number, text in enumerate(TEXTS, start=1))
    chunks = [
        Chunk(path, "Notes", page.number, None, 0, len(page.text), page.text, (), page.number - 1)
        for page in pages
    ]
    store.put(
        Document(path, "Notes", "text", pages),
        chunks,
        np.eye(3, dtype=np.float32),
        hash=path,
        size=1,
        mtime_ns=1,
        embedded_hashes=[f"{path}{n}" for n in range(3)],
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "library.sqlite")
    put(store)
    return store


@pytest.fixture
def lock(tmp_path: Path) -> WriteLock:
    return WriteLock(tmp_path / "write.lock")


def outdate(store: Store) -> None:
    store.set_meta("analyser", "words-1")


def test_a_collection_knows_its_analyser(store: Store) -> None:
    assert store.meta("analyser") == analyser_fingerprint()
    assert store.words_are_current


def test_words_of_another_analyser_are_made_again_and_nothing_else(
    store: Store, lock: WriteLock
) -> None:
    signals, vectors = store.signals(store.chunk_ids()), store.vectors()[1]
    outdate(store)
    generation = store.generation
    store.follow_analyser(lock)
    assert store.words_are_current
    assert store.generation > generation
    assert store.signals(store.chunk_ids()) == signals
    assert (store.vectors()[1] == vectors).all()
    assert store.pending()[1] == []
    assert list(store.problems()) == []


def test_a_damaged_keyword_index_is_made_again(store: Store) -> None:
    before = store.signals(store.chunk_ids())
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE keywords SET body = 'other'")
        connection.execute("UPDATE chunks SET words = zeroblob(4), around = zeroblob(4)")
        connection.execute("DELETE FROM names")
        connection.execute("DELETE FROM terms")
    store.analyse_again()
    assert store.signals(store.chunk_ids()) == before
    assert store.keywords.search(analyse("tax"), 5)[0][0] == before[1].id
    assert store.keywords.find_named(["rent"], most=5) == {"rent": [1]}
    assert len(unpack(before[0].words)) == 2 + len(analyse(TEXTS[0]))


def test_words_of_two_analysers_are_never_mixed(store: Store) -> None:
    outdate(store)
    with pytest.raises(FingerprintError) as refused:
        put(store, "/other.md")
    assert "quoth rebuild" in refused.value.hint
    assert len(store.sources()) == 1
    assert not store.words_are_current


def test_a_large_collection_is_renewed_only_when_asked_to(store: Store, lock: WriteLock) -> None:
    outdate(store)
    with pytest.raises(FingerprintError, match="another version"):
        store.follow_analyser(lock, up_to=2)
    assert not store.words_are_current
    store.follow_analyser(lock, up_to=3)
    assert store.words_are_current


def test_another_writer_is_waited_for(store: Store, lock: WriteLock, tmp_path: Path) -> None:
    outdate(store)
    with WriteLock(tmp_path / "write.lock").hold(), pytest.raises(CollectionBusyError):
        store.follow_analyser(lock, wait_seconds=0)
    store.follow_analyser(lock, wait_seconds=0)
    assert store.words_are_current


def test_outdated_words_are_no_damage(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as connection, connection:
        connection.execute("UPDATE keywords SET body = 'other' WHERE rowid = 1")
    assert [problem.part for problem in store.problems()] == ["keywords"]
    outdate(store)
    assert list(store.problems()) == []
