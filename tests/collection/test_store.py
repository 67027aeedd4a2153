from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Literal
from unicodedata import normalize

import numpy as np
import pytest
from quoth.collection.documents import Copy
from quoth.collection.scope import Scope
from quoth.collection.store import Store
from quoth.errors import CollectionError
from quoth.text import analyse, encode_word, unpack
from quoth.types import Chunk, Document, Heading, Page


def document(path: str, *texts: str) -> Document:
    pages = tuple(
        Page(n, text, label=f"p{n}", headings=(Heading(0, 1, "Top"),), metadata={"ocr": f"e{n}"})
        for n, text in enumerate(texts, start=1)
    )
    return Document(
        path,
        "A title",
        "text",
        pages,
        unreadable=(9,),
        metadata={"author": "x"},
        language="en",
        language_is_set=True,
    )


def put(store: Store, path: str, *texts: str, hash: str = "h") -> None:
    found = document(path, *texts)
    chunks = [
        Chunk(path, "A title", p.number, p.label, 0, len(p.text), p.text, ("Top",), p.number - 1, 3)
        for p in found.pages
    ]
    vectors = np.eye(len(chunks), 4, dtype=np.float32)
    store.put(
        found,
        chunks,
        vectors,
        hash=hash,
        size=1,
        mtime_ns=2,
        embedded_hashes=[f"{hash}{n}" for n in range(len(chunks))],
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "c" / "library.sqlite")


def words(store: Store, expression: str) -> list[str]:
    ids = [id for id, _ in store.keywords.search(analyse(expression), 10)]
    held = store.chunks(ids)
    return [held[id].text for id in ids]


def test_what_was_put_is_there_again_after_opening_again(store: Store) -> None:
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
    store.link([Copy("/lease.pdf", "h", 1, 2)])
    store.remove(["/3M_2018_10K.pdf"])
    assert not words(store, "2018")
    assert words(store, "lease") == ["Net sales were up"]


def test_the_names_of_many_copies_are_written_once(store: Store) -> None:
    put(store, "/a.txt", "the cat sat")
    statements: list[str] = []
    store._database._connection().set_trace_callback(statements.append)
    paths = [f"/copy-{number}.txt" for number in range(200)]
    linked = store.link([*(Copy(path, "h", 1, 2) for path in paths), Copy("/x", "other", 1, 2)])
    assert linked == set(paths)
    store.remove(paths[1:])
    assert sum(statement.startswith("UPDATE keywords") for statement in statements) == 2
    assert words(store, "copy") == words(store, "cat")
    assert [source.path for source in store.sources()] == ["/a.txt", "/copy-0.txt"]


def test_the_same_content_at_two_paths_is_held_once(store: Store) -> None:
    put(store, "/a.txt", "the cat sat")
    assert store.link([Copy("/b.txt", "h", 1, 2)])
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
            document("/b.txt", "one"),
            [],
            np.zeros((1, 4), np.float32),
            hash="b",
            size=1,
            mtime_ns=1,
            embedded_hashes=[],
        )
    assert [source.path for source in store.sources()] == ["/a.txt"]
    assert store.generation == before


def test_the_generation_changes_with_every_change_and_is_seen_by_others(store: Store) -> None:
    other = Store(store.path)
    seen = [other.generation]
    put(store, "/a.txt", "the cat sat")
    seen.append(other.generation)
    store.link([Copy("/b.txt", "h", 1, 2)])
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
    with pytest.raises(CollectionError, match="newer Quoth"):
        Store(store.path)


def test_how_often_words_stand_in_chunks_is_known_through_all_changes(store: Store) -> None:
    random = Random(5)
    held: dict[str, list[str]] = {}
    for step in range(60):
        path = f"/{random.randrange(8)}.txt"
        if path in held and random.random() < 0.4:
            store.remove([path])
            del held[path]
        else:
            held[path] = [
                " ".join(random.choices("ox elk yak emu cow".split(), k=5)) for _ in range(2)
            ]
            put(store, path, *held[path], hash=f"h{step}")
    texts = [text.split() for texts in held.values() for text in texts]
    for word in "ox elk yak emu cow".split():
        assert store.keywords.frequency(word) == sum(word in text for text in texts)
    store.remove(list(held))
    assert store.keywords.frequency("ox") == store.keywords.frequency("titl") == 0


def test_words_are_counted_again_when_all_chunks_are_replaced(store: Store) -> None:
    put(store, "/a.txt", "the cat sat")
    chunk = Chunk("/a.txt", "", 1, "p1", 0, 11, "the cat sat", (), 0, 3)
    store.replace_chunks([("h", [chunk], np.eye(1, 4, dtype=np.float32), ["x"])], {"embedder": "e"})
    assert store.keywords.frequency("cat") == 1
    assert store.keywords.frequency("titl") == 0
    assert words(store, "cat") == ["the cat sat"]


def test_only_as_much_is_found_as_is_looked_among(store: Store) -> None:
    put(store, "/a.txt", "a cat", "a cat", "a cat")
    assert [id for id, _ in store.keywords.search(["cat"], 10, among=[3, 1])] == [1, 3]
    assert store.keywords.search(["cat"], 10, among=[]) == []


def test_a_number_is_no_name(store: Store) -> None:
    put(store, "/2018.txt", "a cat")
    assert not words(store, "2018")
    assert store.keywords.find_named(["2018"], most=9) == {}


def test_names_know_their_contents_and_follow_a_rename(store: Store) -> None:
    put(store, "/3M_2018_10K.pdf", "a cat")
    assert store.keywords.find_named(["2018", "x"], most=1) == {"2018": [1]}
    assert store.keywords.find_named(["2018"], most=0) == {}
    store.link([Copy("/lease.pdf", "h", 1, 2)])
    store.remove(["/3M_2018_10K.pdf"])
    assert store.keywords.find_named(["2018"], most=1) == {}
    assert store.keywords.find_named(["leas"], most=1) == {"leas": [1]}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_path_matches_however_its_accents_are_encoded(form: Literal["NFC", "NFD"]) -> None:
    path = normalize("NFD" if form == "NFC" else "NFC", "/notes/Résumé [2024].md")
    for pattern in ("Résumé*", "*/Résumé*.md", "Résumé [[]2024].md"):
        assert Scope(documents=(normalize(form, pattern),)).holds(path)
    assert not Scope(documents=("Resume*",)).holds(path)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), [1, 2, 3]),
        (Scope(documents=("*.txt",)), [1, 2]),
        (Scope(documents=("*.txt",), pages=(2, 2)), [2]),
        (Scope(documents=("/x/*",)), [3]),
        (Scope(documents=("/a.txt", "*.md")), [1, 2, 3]),
        (Scope(formats=("pdf",)), []),
        (Scope(since=date(1970, 1, 1)), [1, 2, 3]),
        (Scope(since=date(1970, 1, 2)), []),
        (Scope(until=date(1969, 12, 31)), []),
    ],
)
def test_a_scope_selects_chunks(store: Store, scope: Scope, expected: list[int]) -> None:
    put(store, "/a.txt", "one", "two")
    put(store, "/x/b.md", "three", hash="b")
    assert store.select(scope) == expected


@pytest.mark.parametrize("told", ["Mon, 05 Feb 2024 10:00:00 +0100", "2024-02-05T10:00:00"])
def test_a_mail_is_of_the_day_it_was_sent(store: Store, told: str) -> None:
    found = replace(document("/m.eml", "hello"), metadata={"date": told})
    chunk = Chunk("/m.eml", "", 1, "p1", 0, 5, "hello", (), 0, 1)
    store.put(
        found,
        [chunk],
        np.eye(1, 4, dtype=np.float32),
        hash="m",
        size=1,
        mtime_ns=2,
        embedded_hashes=["m"],
    )
    assert store.select(Scope(since=date(2024, 2, 5), until=date(2024, 2, 5))) == [1]
    assert store.select(Scope(since=date(2024, 2, 6))) == []


def test_a_chunk_is_weighed_with_those_around_it_on_its_page(store: Store) -> None:
    page, other = Page(1, "ox elk\nyak\nemu"), Page(2, "cow")
    chunks = [
        Chunk("/a", "", number, None, 0, len(text), text, (), n, 1)
        for n, (number, text) in enumerate([(1, "ox elk"), (1, "yak"), (1, "emu"), (2, "cow")])
    ]
    store.put(
        Document("/a", "", "text", (page, other)),
        chunks,
        np.eye(4, dtype=np.float32),
        hash="a",
        size=1,
        mtime_ns=1,
        embedded_hashes=list("abcd"),
    )
    around = [unpack(row.around).tolist() for row in store.signals([1, 2, 3, 4])]
    named = [["yak"], ["ox", "elk", "emu"], ["yak"], []]
    assert around == [[encode_word(word) for word in words] for words in named]
