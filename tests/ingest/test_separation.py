"""How well an embedder separates a language is measured from the text alone."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bag_embedder import WIDTH, BagEmbedder
from quoth.collection import Separation, Store, name_language
from quoth.embed import embedded_text
from quoth.ingest import measure_separations
from quoth.types import Chunk, Document, Page, Vectors

THINGS = "harbour bridge orchard mill quarry ferry chapel tannery lighthouse dairy forge depot"
PLACES = "Aldersey Brackton Colmere Dunwick Elmhurst Farleigh"


class BlindEmbedder(BagEmbedder):
    """An embedder whose vectors say nothing of a text."""

    def vector_of(self, text: str) -> Vectors:
        vector = np.random.default_rng(zlib.crc32(text.encode())).normal(size=WIDTH)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def put(store: Store, embedder: BagEmbedder, *, code: str = "en", path: str = "/a") -> None:
    """Store a chunk about each thing in each place, which both its sentences are full of."""
    names = [f"{place}{thing}" for place in PLACES.split() for thing in THINGS.split()]
    texts = [
        f"{name}, {name} and {name} were rebuilt. Visitors reach {name}, {name} and {name}."
        for name in names
    ]
    pages = tuple(Page(number, text) for number, text in enumerate(texts, start=1))
    chunks = [
        Chunk(path, "", page.number, None, 0, len(page.text), page.text, (), page.number - 1, 20)
        for page in pages
    ]
    embedded = [embedded_text(chunk, embedder) for chunk in chunks]
    store.put(
        name_language(Document(path, "", "text", pages), code),
        chunks,
        embedder.embed([text for text, _ in embedded]),
        hash=path,
        size=1,
        mtime_ns=1,
        embedded_hashes=[hash for _, hash in embedded],
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "library.sqlite")


def test_an_embedder_that_knows_the_words_is_trusted(store: Store) -> None:
    put(store, BagEmbedder())
    measure_separations(store, BagEmbedder())
    measured = store.separations()["en"]
    assert measured.keyword > 0.5
    assert measured.trust > 0.3
    assert (measured.probes, measured.chunks) == (16, 72)


def test_an_embedder_that_is_blind_is_not_trusted(store: Store) -> None:
    put(store, BlindEmbedder())
    measure_separations(store, BlindEmbedder())
    measured = store.separations()["en"]
    assert measured.keyword > 0.5
    assert measured.trust < 0.1


def test_a_language_is_measured_again_when_it_has_doubled(store: Store) -> None:
    put(store, BagEmbedder())
    measure_separations(store, BagEmbedder())
    first = store.separations()
    silent = BagEmbedder()
    measure_separations(store, silent)
    assert silent.queries == []
    put(store, BagEmbedder(), code="nl", path="/b")
    measure_separations(store, silent)
    assert len(silent.queries) == 16
    assert store.separations()["en"] == first["en"]
    put(store, BagEmbedder(), path="/c")
    measure_separations(store, silent)
    assert store.separations()["en"].chunks == 144


def test_all_is_measured_again_when_another_analyser_made_the_words(store: Store) -> None:
    put(store, BagEmbedder())
    measure_separations(store, BagEmbedder())
    first = store.separations()["en"]
    store.set_separations({"en": replace(first, keyword=0.1, analyser="words-1")})
    measure_separations(store, BagEmbedder())
    assert store.separations()["en"] == first
    store.set_separations({"en": Separation(first.dense, 0.1, first.probes, first.chunks)})
    measure_separations(store, BagEmbedder())
    assert store.separations()["en"] == first


def test_too_little_text_is_not_measured(store: Store) -> None:
    measure_separations(store, BagEmbedder())
    assert store.separations() == {}


def test_trust_is_the_square_of_the_ratio_and_never_above_one() -> None:
    assert Separation(dense=0.3, keyword=0.6, probes=16, chunks=9).trust == pytest.approx(0.25)
    assert Separation(dense=0.9, keyword=0.6, probes=16, chunks=9).trust == 1.0
    assert Separation(dense=0.0, keyword=0.0, probes=16, chunks=9).trust == 1.0
