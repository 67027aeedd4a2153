"""`kill -9` at random moments of an ingestion, while the folder changes between the runs."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest
from faults.parts import (
    first_start,
    hash_of,
    library_of_chunks,
    reembedding_started,
    started,
    write_document,
)
from quoth import Library
from quoth.collection.store import Store

pytestmark = pytest.mark.timeout(1800)


@pytest.mark.parametrize("kills", [50, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_lost_and_nothing_comes_twice(
    tmp_path: Path, home: Path, kills: int
) -> None:
    chance = random.Random(kills)
    folder, acknowledged = tmp_path / "documents", tmp_path / "acknowledged"
    folder.mkdir()
    for number in range(12):
        write_document(folder / f"{number}.txt", ["first", str(number)])

    process = started(home, folder, acknowledged)
    begin = time.perf_counter()
    process.join()
    whole = time.perf_counter() - begin
    assert process.exitcode == 0
    landed = 0
    with Library("test", home=home) as reader:
        for round in range(kills):
            change(folder, chance, round)
            acknowledged.unlink(missing_ok=True)
            process = started(home, folder, acknowledged)
            process.join(chance.uniform(0.05, 1.0) * whole)
            landed += process.is_alive()
            process.kill()
            process.join()
            check(reader, acknowledged)
    assert landed >= kills // 3, "the kills came too late to say anything"

    error = acknowledged.with_suffix(".error")
    error.unlink(missing_ok=True)
    process = started(home, folder, acknowledged)
    process.join()
    told = error.read_text() if error.exists() else "nothing"
    assert process.exitcode == 0, f"the same command completes; it said: {told}"
    with Library("test", home=home) as library:
        held = {source.path: source.hash for source in library.documents()}
        assert held == {str(path): hash_of(path) for path in folder.iterdir()}
        found = library.verify()
        assert found.problems == ()
        assert found.notes == ()


def change(folder: Path, chance: random.Random, round: int) -> None:
    """Add, rewrite, rename, copy and delete."""
    names = sorted(path.name for path in folder.iterdir())
    for name in chance.sample(names, 3):
        write_document(folder / name, ["round", str(round), name])
    a, b, c = chance.sample(names, 3)
    (folder / a).rename(folder / f"renamed-{round}.txt")
    (folder / b).unlink()
    shutil.copy(folder / c, folder / f"copy-{round}.txt")
    write_document(folder / f"new-{round}.txt", ["new", str(round)])
    for name in sorted(path.name for path in folder.iterdir())[14:]:
        (folder / name).unlink()


def check(reader: Library, acknowledged: Path) -> None:
    """The store is sound, and holds every file that was acknowledged, as it is now."""
    lines = acknowledged.read_text().splitlines() if acknowledged.exists() else []
    store = Store(reader.store.path)  # opened again, as after a crash; the reader stayed open
    assert list(store.problems()) == []
    held = {source.path: source for source in store.sources()}
    for path in lines:
        assert held[path].hash == hash_of(Path(path))
        document = store.document(path)
        assert document is not None
        assert document.pages[0].text == Path(path).read_text().strip()
    chunks = store.chunks(store.chunk_ids()).values()
    places = [(chunk.source, chunk.page, chunk.start) for chunk in chunks]
    assert len(places) == len(set(places)), "a chunk is there twice"
    store.close()
    assert reader.search("What does sentence 7 say?"), "questions are answered all the same"


@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=pytest.mark.slow)])
def test_a_collection_that_is_embedded_again_is_the_old_or_the_new_one(
    tmp_path: Path, home: Path, kills: int
) -> None:
    chance = random.Random(kills)
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(6):
        write_document(folder / f"{number}.txt", ["text", str(number)])
    sizes = (60, 90)
    with library_of_chunks(home, sizes[0]) as library:
        library.ingest(folder)
    begin = time.perf_counter()
    process = reembedding_started(home, sizes[1])
    process.join()
    whole = time.perf_counter() - begin
    assert process.exitcode == 0
    landed = 0
    for kill in range(kills):
        process = reembedding_started(home, sizes[kill % 2])
        process.join(chance.uniform(0.02, 0.4) * whole)
        landed += process.is_alive()
        process.kill()
        process.join()
        store = Store(home / "collections" / "test" / "library.sqlite")
        assert list(store.problems()) == []
        assert len(store.sources()) == 6
        splitter = str(store.meta("splitter"))
        size = next(size for size in sizes if f":{size}:" in splitter)
        assert all(chunk.tokens <= size for chunk in store.chunks(store.chunk_ids()).values())
        store.close()
        with library_of_chunks(home, size) as library:
            assert library.search("What does sentence 7 say?"), "questions are answered"
    assert landed >= kills // 4, "the kills came too late to say anything"
    process = reembedding_started(home, sizes[0])
    process.join()
    assert process.exitcode == 0
    with library_of_chunks(home, sizes[0]) as library:
        assert library.verify().problems == ()


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=pytest.mark.slow)])
def test_a_first_start_that_is_killed_is_made_good_by_the_next(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    folder = tmp_path / "documents"
    folder.mkdir()
    write_document(folder / "1.txt", ["text", "1"])
    home = tmp_path / "home"
    begin = time.perf_counter()
    process = first_start(home, folder)
    process.join()
    whole = time.perf_counter() - begin
    assert process.exitcode == 0
    landed = 0
    for _ in range(kills):
        shutil.rmtree(home)
        process = first_start(home, folder)
        process.join(chance.uniform(0.05, 0.9) * whole)
        landed += process.is_alive()
        process.kill()
        process.join()
        process = first_start(home, folder)
        process.join()
        assert process.exitcode == 0, "the same command completes"
        assert not list((home / "models").glob(".*.part")), "nothing is left behind"
    assert landed >= kills // 4, "the kills came too late to say anything"
    with Library("test", home=home) as library:
        assert len(library.documents()) == 1
        assert library.verify().problems == ()
