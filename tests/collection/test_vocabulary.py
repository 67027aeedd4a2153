"""The words of a collection that are spelled like another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from quoth.collection import Store, name_language
from quoth.types import Chunk, Document, Page


def put(store: Store, path: str, text: str) -> None:
    page = Page(1, text)
    store.put(
        name_language(Document(path, "", "text", (page,)), "en"),
        [Chunk(path, "", 1, None, 0, len(text), text, (), 0)],
        np.full((1, 4), 0.5, np.float32),
        hash=path,
        size=1,
        mtime_ns=1,
        embedded_hashes=[path],
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "library.sqlite")
    put(store, "/a", "watermill photosynthesis lighthouse XK-4821/3 2019")
    put(store, "/b", "lighthouse harbour")
    return store


def find(store: Store, word: str, *, limit: int = 8) -> list[str]:
    return list(store.keywords.find_similar(word, limit=limit))


@pytest.mark.parametrize(
    ("word", "similar"),
    [
        ("hous", ["lighthous"]),
        ("fotosynthesi", ["photosynthesi"]),
        ("harbour", []),
        ("ox", []),
        ("xk-4821/4", []),
        ("2018", []),
        ('"*', []),
        ("", []),
    ],
)
def test_words_with_the_same_groups_of_letters_are_similar(
    store: Store, word: str, similar: list[str]
) -> None:
    assert find(store, word) == similar


def test_a_word_leaves_the_vocabulary_with_its_last_chunk(store: Store) -> None:
    store.remove(["/a"])
    assert find(store, "fotosynthesi") == []
    assert find(store, "lighthouses") == ["lighthous"]
    store.remove(["/b"])
    assert find(store, "lighthouses") == []


def test_words_analysed_again_are_the_same(store: Store) -> None:
    store.analyse_again()
    assert find(store, "fotosynthesi") == ["photosynthesi"]
    assert find(store, "lighthouses") == ["lighthous"]
    assert find(store, "lighthouses", limit=0) == []
