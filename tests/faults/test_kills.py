"""`kill -9` at random moments of an ingestion, while the folder changes between the runs."""

from __future__ import annotations

import random
import shutil
import time
from pathlib import Path

import pytest
from faults.parts import (
    Killer,
    first_start,
    hash_of,
    library_of_chunks,
    reembedding_started,
    seconds_of,
    started,
    tuning_started,
    write_document,
)
from quoth import Library
from quoth.collection.store import Store

pytestmark = pytest.mark.timeout(3600)


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_lost_and_nothing_comes_twice(
    tmp_path: Path, home: Path, kills: int
) -> None:
    folder, acknowledged = tmp_path / "documents", tmp_path / "acknowledged"
    reason = acknowledged.with_suffix(".error")
    folder.mkdir()
    for number in range(12):
        write_document(folder / f"{number}.txt", ["first", str(number)])

    whole = seconds_of(started(home, folder, acknowledged), reason)
    killer = Killer(kills, whole, (0.05, 1.0))
    with Library("test", home=home) as reader:
        for round in range(kills):
            change(folder, killer.chance, round)
            acknowledged.unlink(missing_ok=True)
            killer.kill(started(home, folder, acknowledged))
            assert not reason.exists(), reason.read_text()
            check(reader, acknowledged)
    assert killer.landed >= kills // 3, "the kills came too late to say anything"

    seconds_of(started(home, folder, acknowledged), reason)
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
    folder = tmp_path / "documents"
    folder.mkdir()
    for number in range(6):
        write_document(folder / f"{number}.txt", ["text", str(number)])
    sizes = (60, 90)
    with library_of_chunks(home, sizes[0]) as library:
        library.ingest(folder)
    size = sizes[1]
    killer = Killer(kills, seconds_of(reembedding_started(home, size)), (0.02, 0.8))
    for _ in range(kills):
        other = sizes[sizes.index(size) - 1]
        killer.kill(reembedding_started(home, other))
        store = Store(home / "collections" / "test" / "library.sqlite")
        assert list(store.problems()) == []
        assert len(store.sources()) == 6
        splitter = str(store.meta("splitter"))
        size = next(size for size in sizes if f":{size}:" in splitter)
        assert all(chunk.tokens <= size for chunk in store.chunks(store.chunk_ids()).values())
        store.close()
        with library_of_chunks(home, size) as library:
            assert library.search("What does sentence 7 say?"), "questions are answered"
    assert killer.landed >= kills // 3, "the kills came too late to say anything"
    seconds_of(reembedding_started(home, sizes[0]))
    with library_of_chunks(home, sizes[0]) as library:
        assert library.verify().problems == ()
        assert not list(library.folder.glob("reembed.sqlite*")), "nothing is left behind"


@pytest.mark.parametrize("kills", [2, pytest.param(200, marks=pytest.mark.slow)])
def test_a_first_start_that_is_killed_is_made_good_by_the_next(tmp_path: Path, kills: int) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    write_document(folder / "1.txt", ["text", "1"])
    home = tmp_path / "home"
    killer = Killer(kills, seconds_of(first_start(home, folder)), (0.05, 0.9))
    for _ in range(kills):
        shutil.rmtree(home)
        killer.kill(first_start(home, folder))
        seconds_of(first_start(home, folder))
        assert not list((home / "models").glob(".*.part")), "nothing is left behind"
    assert killer.landed >= kills // 3, "the kills came too late to say anything"
    with Library("test", home=home) as library:
        assert len(library.documents()) == 1
        assert library.verify().problems == ()


@pytest.mark.slow
def test_a_killed_tuning_leaves_nothing_behind(tmp_path: Path) -> None:
    tuned = tmp_path / "tuned"
    killer = Killer(7, seconds_of(tuning_started(tmp_path)), (0.1, 1.0))
    for _ in range(20):
        killer.kill(tuning_started(tmp_path))
        end = time.monotonic() + 60
        while list(tuned.glob("*.part-*")) and time.monotonic() < end:
            time.sleep(0.05)
        kept = [file.name for file in tuned.rglob("*") if file.is_file()]
        assert all(name == "profile.json" or name.endswith(".gguf") for name in kept), kept
        assert all((folder / "profile.json").exists() for folder in tuned.iterdir()), kept
    assert killer.landed >= 6, "the kills came too late to say anything"
