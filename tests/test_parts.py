"""The parts of a library: made once for all threads, and replaceable by the caller's own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from bag_embedder import BagEmbedder
from quoth import Hit, Library
from quoth.collection import Scope, Store
from quoth.journal import Journal
from quoth.retrieve import Hits, Question
from quoth.text import Splitter
from quoth.types import Chunk
from scripted_model import Scripted

THREADS = 8
TEXT = "The boiler was inspected in May. It holds 300 litres.\n\nThe roof was mended in June."
PARTS = (
    "store",
    "lock",
    "index",
    "embedder",
    "splitter",
    "model",
    "searcher",
    "answerer",
    "journal",
    "ingestor",
)


class Closable(Scripted):
    """Remembers that it was closed."""

    def close(self) -> None:
        closed.append(self)


closed: list[Closable] = []


class Fixed:
    """Finds the same passage for every question."""

    def search(self, question: str, *, k: int | None = None, scope: Scope | None = None) -> Hits:
        hit = Hit(Chunk("fixed.txt", "Fixed", 1, None, 0, len(TEXT), TEXT), 1.0, 0.9)
        return Hits(Question(question, BagEmbedder()), [hit])


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "house.txt"
    path.write_text(TEXT)
    return path


def test_a_part_is_made_once_however_many_threads_ask_for_it(tmp_path: Path) -> None:
    with Library(home=tmp_path) as library, ThreadPoolExecutor(THREADS) as threads:
        for part in PARTS:
            barrier = Barrier(THREADS)

            def take(_: int, part: str = part, barrier: Barrier = barrier) -> int:
                barrier.wait()
                return id(getattr(library, part))

            assert len(set(threads.map(take, range(THREADS)))) == 1, part


def test_threads_share_one_library_and_each_gets_its_own_hits(
    sample: str, session_home: Path
) -> None:
    questions = [f"What is said of {word}?" for word in ("tanks", "leases", "roofs", "books")] * 2
    with Library(sample, home=session_home) as library:
        expected = [library.search(question) for question in questions]
    with Library(sample, home=session_home) as library, ThreadPoolExecutor(THREADS) as threads:
        assert list(threads.map(library.search, questions)) == expected


def test_a_model_of_the_callers_own_summarizes_and_stays_open(
    tmp_path: Path, document: Path
) -> None:
    model = Closable()
    with Library(home=tmp_path / "home", model=model) as library:
        (summary,) = library.summarize(document)
        assert summary.model == "scripted:test"
    assert model.asked
    assert closed == []
    assert library.model is model, "a closed library keeps what it was given"


def test_an_embedder_of_the_callers_own_embeds_the_collection(
    tmp_path: Path, document: Path
) -> None:
    embedder = BagEmbedder()
    with Library(home=tmp_path / "home", embedder=embedder) as library:
        library.ingest(document)
        assert library.search("When was the boiler inspected?")
        assert embedder.queries
        assert library.verify().problems == ()


def test_a_splitter_of_the_callers_own_makes_the_chunks(tmp_path: Path, document: Path) -> None:
    embedder = BagEmbedder()
    splitter = Splitter(embedder.token_starts, chunk_tokens=16, limit=64)
    with Library(home=tmp_path / "home", embedder=embedder, splitter=splitter) as library:
        library.ingest(document)
        (source,) = library.documents()
        assert source.chunks == len(splitter.split(library.loader()(document))) > 1


def test_a_searcher_of_the_callers_own_is_answered_from(tmp_path: Path) -> None:
    model = Scripted(answer=lambda prompt: "“The boiler was inspected in May.”")
    with Library(home=tmp_path, model=model, searcher=Fixed()) as library:
        answer = library.ask("When was the boiler inspected?")
        assert [citation.source for citation in answer.citations] == ["fixed.txt"]
        assert library.retriever().invoke("boiler")[0].metadata["source"] == "fixed.txt"


def test_a_store_and_a_journal_of_the_callers_own_are_written_to(
    tmp_path: Path, document: Path
) -> None:
    store, journal = Store(tmp_path / "mine.sqlite"), Journal(tmp_path / "journal.sqlite")
    with Library(
        home=tmp_path / "home",
        model=Scripted(),
        embedder=BagEmbedder(),
        store=store,
        journal=journal,
    ) as library:
        library.ingest(document)
        library.summarize(document)
    assert store.chunk_count(), "it is still open"
    assert journal.stats().calls
    store.close()
    journal.close()


def test_a_library_can_be_used_after_it_was_closed(tmp_path: Path, document: Path) -> None:
    library = Library(home=tmp_path / "home", embedder=BagEmbedder())
    library.ingest(document)
    library.close()
    assert library.search("When was the boiler inspected?")
    library.close()


def test_collections_that_share_parts_make_them_once(tmp_path: Path) -> None:
    first = Library("first", home=tmp_path)
    second = Library("second", home=tmp_path, shares=first)
    embedder = second.embedder
    assert first.embedder is embedder
    assert second.journal is first.journal
    second.close()
    assert first.embedder is embedder
    assert first.journal.stats().calls == 0  # it is still open
    first.close()
    assert first.embedder is not embedder
    first.close()
