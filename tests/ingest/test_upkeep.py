"""What keeps a collection right: verify, rebuild, reembed, watch."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from programs import Quoth
from quoth import Library
from quoth.collection.store import Store
from quoth.config import load_config
from quoth.errors import FingerprintError, UsageError
from quoth.ingest import reembed, watch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "cats.md").write_text(
        "# Cats\n\n" + "\n\n".join(f"Cat number {n} sleeps for {n} hours a day." for n in range(40))
    )
    (folder / "dogs.txt").write_text("Dogs bark at the postman. The ﬁnancial oﬃce is theirs.")
    return folder


@pytest.fixture
def library(tmp_path: Path, session_home: Path, folder: Path) -> Iterator[Library]:
    home = tmp_path / "home"
    home.mkdir()
    with Library("warm", home=session_home) as warm:
        warm.embedder.query_vector("The graph is exported by the first use.")
    (home / "models").symlink_to(session_home / "models")
    with Library("test", home=home) as library:
        library.ingest(folder)
        yield library


def change(library: Library, statement: str) -> None:
    with sqlite3.connect(library.store.path) as connection:
        connection.execute(statement)


def parts(library: Library) -> set[str]:
    return {problem.part for problem in library.verify().problems}


def test_a_sound_collection_has_no_problems(library: Library) -> None:
    found = library.verify()
    assert found.problems == ()
    assert found.notes == ()
    assert (found.sources, found.chunks) == (2, library.store.chunk_count())


@pytest.mark.parametrize(
    ("statement", "part"),
    [
        ("UPDATE pages SET text = replace(text, 'postman', 'mailman')", "spans"),
        ("UPDATE chunks SET end = end - 3 WHERE id = 1", "spans"),
        ("DELETE FROM chunks WHERE id = 2", "spans"),
        ("UPDATE chunks SET vector = zeroblob(length(vector)) WHERE id = 1", "vectors"),
        (
            "UPDATE chunks SET vector = (SELECT vector FROM chunks ORDER BY id DESC LIMIT 1)"
            " WHERE id = 1",
            "vectors",
        ),
        ("UPDATE chunks SET embedded_hash = 'x' WHERE id = 1", "vectors"),
        ("DELETE FROM keywords WHERE rowid = 1", "keywords"),
        ("UPDATE keywords SET body = 'other words' WHERE rowid = 1", "keywords"),
    ],
)
def test_what_is_off_is_found(library: Library, statement: str, part: str) -> None:
    change(library, statement)
    assert part in parts(library)


def test_a_file_that_rotted_without_a_trace_is_found(library: Library, folder: Path) -> None:
    import os

    path = folder / "dogs.txt"
    status = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Dogs", b"Logs"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert parts(library) == {"file"}
    path.write_text("Something else now.")
    found = library.verify()
    assert found.problems == ()
    assert "changed since" in found.notes[0]


def test_an_index_that_is_off_is_found_and_made_again(library: Library) -> None:
    file = library.index.file.path
    content = bytearray(file.read_bytes())
    content[-4:] = b"\0\0\0\x3f"
    file.write_bytes(content)
    assert parts(library) == {"index"}
    assert library.rebuild() == library.store.chunk_count()
    assert library.verify().problems == ()


def test_the_command_says_what_is_off(library: Library, quoth: Quoth) -> None:
    arguments = ("-c", "test", "--json")
    sound = quoth("verify", *arguments, QUOTH_HOME=str(library.home))
    assert sound.returncode == 0, sound.stderr
    change(library, "DELETE FROM keywords WHERE rowid = 1")
    broken = quoth("verify", *arguments, QUOTH_HOME=str(library.home))
    assert broken.returncode == 1
    printed = json.loads(broken.stdout)
    assert {problem["part"] for problem in printed["problems"]} == {"keywords"}


def smaller(library: Library) -> Library:
    config = load_config(overrides={"ingestion.chunk_tokens": 60}).config
    return Library("test", home=library.home, config=config)


def test_another_splitter_takes_over_at_once(library: Library, folder: Path) -> None:
    before = library.store.chunk_count()
    (folder / "cats.md").unlink()  # no file is read again
    with smaller(library) as other:
        with pytest.raises(FingerprintError):
            other.ingest(folder)
        report = other.reembed()
        assert {Path(line.path).name for line in report.done} == {"cats.md", "dogs.txt"}
        assert other.store.chunk_count() > before
        assert all(chunk.tokens <= 60 for chunk in chunks(other.store))
        assert "postman" in other.search("Who do dogs bark at?", k=1)[0].chunk.text
        assert other.verify().problems == ()
        assert not other.reembed().done, "there is nothing left to do"
    assert not (library.folder / "reembed.sqlite").exists()


def test_a_run_that_ended_after_the_chunks_were_replaced_is_completed(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with smaller(library) as other:
        with monkeypatch.context() as patch:
            patch.setattr(other.index, "rebuild", interrupted)
            with pytest.raises(KeyboardInterrupt):
                other.reembed()
        assert other.index.problem() is not None
        assert not other.reembed().done, "the chunks are the new ones already"
        assert other.index.problem() is None
        assert other.verify().problems == ()
    assert not list(library.folder.glob("reembed.sqlite*"))


def test_the_old_chunks_answer_until_the_new_ones_are_complete(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = library.search("Who do dogs bark at?", k=1)
    embedded: list[str] = []
    with smaller(library) as other:
        parts = other.store, other.index, other.embedder, other.splitter, other.lock
        engine = other.embedder.embed

        def interrupted(texts: list[str], **more: Any) -> object:
            if embedded:
                raise KeyboardInterrupt
            embedded.extend(texts)
            return engine(texts, **more)

        monkeypatch.setattr(other.embedder, "embed", interrupted)
        with pytest.raises(KeyboardInterrupt):
            reembed(*parts, batch_chunks=1)
        assert library.search("Who do dogs bark at?", k=1) == before
        assert library.verify().problems == ()

        again: list[str] = []

        def remembered(texts: list[str], **more: Any) -> object:
            again.extend(texts)
            return engine(texts, **more)

        monkeypatch.setattr(other.embedder, "embed", remembered)
        assert len(other.reembed().done) == 2
        assert embedded
        assert not set(again) & set(embedded), "what was finished is not embedded again"


def chunks(store: Store) -> list:  # type: ignore[type-arg]
    return list(store.chunks(store.chunk_ids()).values())


def test_ligatures_are_found_by_their_letters_and_kept_in_the_text(library: Library) -> None:
    hit = library.search("financial office", k=1)[0]
    assert "ﬁnancial oﬃce" in hit.chunk.text
    assert hit.keyword_score


def test_a_failing_file_is_reported_but_not_read_again(library: Library, folder: Path) -> None:
    broken = folder / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing else")
    first = library.ingest(folder)
    assert [line.status for line in first.failed] == ["corrupt"]
    read: list[tuple[int, int, str]] = []

    def note(*step: Any) -> None:
        read.append(step)

    (again,) = library.ingest(folder, progress=note).failed
    assert again == replace(first.failed[0], known=True)
    assert read == [(0, 0, "")]
    library.ingest(folder, retry=True, progress=note)
    assert read[1:] == [(0, 1, ""), (1, 1, str(broken))]
    broken.unlink()
    assert library.ingest(folder).failed == ()
    assert library.store.failures.read() == {}


def test_watching_follows_the_folder(library: Library, folder: Path) -> None:
    stop = threading.Event()
    reports = watch(library.ingestor, [folder], stop=stop, rest_milliseconds=100)
    assert not next(reports).done
    (folder / "birds.txt").write_text("Storks fly south in August.")
    assert [Path(line.path).name for line in next(reports).done] == ["birds.txt"]
    (folder / "birds.txt").unlink()
    while not (report := next(reports)).removed:
        assert not report.done
    stop.set()
    assert list(reports) == []
    with pytest.raises(UsageError, match="only folders"):
        next(library.watch(folder / "cats.md"))
