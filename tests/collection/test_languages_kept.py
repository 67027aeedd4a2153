"""Each document and chunk has a language: found in its text, or set by a person."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from quoth.collection import Scope, Store, find_other_language, name_language
from quoth.system import WriteLock
from quoth.text import analyse, language
from quoth.types import Chunk, Document, Page

GERMAN = "Die Staumauer wird jedes Jahr im Herbst von zwei Gutachtern geprüft."
FRENCH = "Le barrage est contrôlé chaque année en automne par deux experts du canton."
ENGLISH = "The dam is inspected every autumn by two engineers from the canton."
NUMBERS = "17.5 | 2204 | 88-12 | 0x3f"


def put(store: Store, path: str, *texts: str, code: str = "") -> None:
    pages = tuple(Page(number, text) for number, text in enumerate(texts, start=1))
    chunks = [
        Chunk(path, "", page.number, None, 0, len(page.text), page.text, (), page.number - 1)
        for page in pages
    ]
    store.put(
        name_language(Document(path, "", "text", pages), code),
        chunks,
        np.eye(len(texts), 4, dtype=np.float32),
        hash=path,
        size=1,
        mtime_ns=1,
        embedded_hashes=[f"{path}{number}" for number in range(len(texts))],
    )


def languages_of(store: Store) -> list[str]:
    return [chunk.language for _, chunk in sorted(store.chunks(store.chunk_ids()).items())]


def words_of(store: Store) -> list[str]:
    return [signals.text for signals in store.signals(store.chunk_ids())]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "library.sqlite")


@pytest.mark.parametrize(
    ("texts", "document", "chunks"),
    [
        ((GERMAN, GERMAN, ENGLISH), "de", ["de", "de", "en"]),
        ((FRENCH, NUMBERS), "fr", ["fr", "fr"]),
        ((NUMBERS, NUMBERS), "und", ["und", "und"]),
        (("",), "und", ["und"]),
    ],
)
def test_a_chunk_has_its_own_language_else_that_of_its_document(
    store: Store, texts: Sequence[str], document: str, chunks: list[str]
) -> None:
    put(store, "/dam.txt", *texts)
    assert [source.language for source in store.sources()] == [document]
    assert languages_of(store) == chunks


def test_the_words_of_a_chunk_follow_its_language(store: Store) -> None:
    put(store, "/dam.txt", GERMAN, GERMAN, ENGLISH)
    texts = zip(("de", "de", "en"), (GERMAN, GERMAN, ENGLISH), strict=True)
    assert words_of(store) == [" ".join(analyse(text, language(code))) for code, text in texts]
    assert list(store.problems()) == []


def test_a_search_is_limited_to_languages(store: Store) -> None:
    put(store, "/dam.txt", GERMAN, GERMAN, ENGLISH)
    put(store, "/barrage.txt", FRENCH)
    assert store.languages() == {"de": 2, "en": 1, "fr": 1}
    assert store.select(Scope(languages=("de",))) == [1, 2]
    assert store.select(Scope(languages=("en", "fr"))) == [3, 4]
    assert store.select(Scope(languages=("it",))) == []


def test_a_language_that_a_person_sets_holds_for_all_chunks(store: Store) -> None:
    put(store, "/dam.txt", GERMAN, ENGLISH, code="nl")
    assert languages_of(store) == ["nl", "nl"]
    document = store.document("/dam.txt")
    assert document is not None
    assert document.language_is_set
    assert find_other_language(document) == "de"


def test_no_other_language_is_found_in_numbers_or_in_the_language_that_was_set() -> None:
    for text, code in ((NUMBERS, "nl"), (GERMAN, "de")):
        assert not find_other_language(
            name_language(Document("/a", "", "text", (Page(1, text),)), code)
        )


def test_a_language_that_is_set_later_makes_the_words_again_and_keeps_the_vectors(
    store: Store,
) -> None:
    put(store, "/dam.txt", ENGLISH)
    put(store, "/other.txt", FRENCH)
    vectors, before = store.vectors()[1], words_of(store)
    generation = store.generation
    store.set_language(["/dam.txt"], "de")
    assert store.generation > generation
    assert languages_of(store) == ["de", "fr"]
    assert words_of(store) == [" ".join(analyse(ENGLISH, language("de"))), before[1]]
    assert (store.vectors()[1] == vectors).all()
    assert list(store.problems()) == []
    generation = store.generation
    store.set_language(["/dam.txt"], "de")
    assert store.generation == generation


def test_layout_two_is_brought_up_to_date_and_a_set_language_outlives_a_new_analyser(
    store: Store, tmp_path: Path
) -> None:
    put(store, "/dam.txt", GERMAN, ENGLISH)
    words, vectors = words_of(store), store.vectors()[1]
    store.close()
    with closing(sqlite3.connect(store.path)) as connection, connection:
        for statement in (
            "DROP INDEX chunks_by_language",
            "ALTER TABLE contents DROP COLUMN language",
            "ALTER TABLE contents DROP COLUMN language_is_set",
            "ALTER TABLE contents DROP COLUMN unread",
            "ALTER TABLE chunks DROP COLUMN language",
            "ALTER TABLE sources DROP COLUMN given",
            "ALTER TABLE sources DROP COLUMN beside",
            "PRAGMA user_version = 2",
        ):
            connection.execute(statement)
    migrated = Store(store.path)
    assert not migrated.words_are_current
    migrated.follow_analyser(WriteLock(tmp_path / "write.lock"))
    assert languages_of(migrated) == ["de", "en"]
    assert words_of(migrated) == words
    assert (migrated.vectors()[1] == vectors).all()
    migrated.set_language(["/dam.txt"], "nl")
    migrated.set_meta("analyser", "another")
    migrated.follow_analyser(WriteLock(tmp_path / "write.lock"))
    assert languages_of(migrated) == ["nl", "nl"]
    assert list(migrated.problems()) == []
