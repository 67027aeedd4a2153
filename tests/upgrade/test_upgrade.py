"""A collection that an earlier version wrote is opened, searched and brought up to date today."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from quoth import Library
from quoth.collection.schema import VERSION

VERSIONS = sorted(path.parent for path in Path(__file__).parent.glob("*/library.sqlite"))


@pytest.fixture(params=VERSIONS, ids=lambda path: path.name)
def kept(
    request: pytest.FixtureRequest, session_home: Path, tmp_path: Path
) -> Iterator[tuple[Library, Path]]:
    """The library, and where its documents lie today; they were in another place, now empty."""
    folder: Path = request.param
    before = tmp_path / "before"
    before.mkdir()
    name = f"kept-{folder.name}"
    place = session_home / "collections" / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    shutil.copy(folder / "library.sqlite", place)
    with closing(sqlite3.connect(place / "library.sqlite")) as connection, connection:
        connection.execute(
            "UPDATE sources SET path = replace(path, '/documents', ?)", (str(before),)
        )
    with Library(name, home=session_home) as library:
        yield library, folder / "documents"


def test_one_version_at_least_is_kept() -> None:
    assert "0.1.0" in [path.name for path in VERSIONS]


def test_it_is_searched_and_answered_from(kept: tuple[Library, Path]) -> None:
    library, _ = kept
    names = [Path(source.path).name for source in library.documents()]
    assert names == ["bees.txt", "boats.md"]
    assert "84 kilograms" in library.search("How much honey was there?")[0].chunk.text
    answer = library.ask("What does a ticket cost?")
    assert "12 crowns" in answer.text
    assert answer.citations[0].source.endswith("boats.md")


def test_it_follows_its_documents_without_embedding_them_again(
    kept: tuple[Library, Path],
) -> None:
    library, documents = kept
    vectors = library.store.vectors()[1]
    before = Path(library.documents()[0].path).parent
    report = library.ingest(documents, before, allow_empty=True)
    assert (len(report.done), len(report.removed), len(report.failed)) == (2, 2, 0)
    assert {Path(source.path).parent for source in library.documents()} == {documents}
    assert (library.store.vectors()[1] == vectors).all()
    library.rebuild()
    found = library.verify()
    assert found.problems == ()


def test_its_words_are_made_again_by_the_first_search(kept: tuple[Library, Path]) -> None:
    library, _ = kept
    assert not library.store.words_are_current
    assert "another version" in library.verify().notes[-1]
    assert "84 kilograms" in library.search("How much honey was there?")[0].chunk.text
    assert library.store.words_are_current
    with closing(sqlite3.connect(library.store.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (VERSION,)
    library.rebuild()
    assert library.verify().problems == ()
