from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from quoth import Library
from quoth.config import load_config
from quoth.errors import CollectionBusyError, FingerprintError, UsageError
from quoth.types import Report


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "cats.txt").write_text("Cats sleep for sixteen hours a day.")
    (folder / "dogs.md").write_text("# Dogs\n\nDogs bark at the postman.")
    (folder / "birds.html").write_text("<h1>Birds</h1><p>Storks fly south in August.</p>")
    return folder


@pytest.fixture
def library(tmp_path: Path, session_home: Path) -> Iterator[Library]:
    with Library("test", home=tmp_path / "home") as library:
        # The exported embedder is made once a session.
        (tmp_path / "home").mkdir()
        if (session_home / "models").is_dir():
            (tmp_path / "home" / "models").symlink_to(session_home / "models")
        yield library


def paths(library: Library) -> list[str]:
    return [Path(source.path).name for source in library.documents()]


def found(library: Library, question: str) -> str:
    return library.search(question, k=1)[0].chunk.text


def statuses(report: Report) -> dict[str, str]:
    lines = (*report.done, *report.skipped, *report.failed, *report.removed)
    return {Path(line.path).name: line.status for line in lines}


def test_the_collection_follows_the_folder(library: Library, folder: Path) -> None:
    assert statuses(library.ingest(folder)) == dict.fromkeys(
        ["cats.txt", "dogs.md", "birds.html"], "text"
    )
    assert "sixteen hours" in found(library, "How long do cats sleep?")

    again = library.ingest(folder)
    assert not again.done
    assert {line.status for line in again.skipped} == {"unchanged"}

    (folder / "cats.txt").write_text("Cats sleep for twelve hours a day.")
    (folder / "dogs.md").rename(folder / "hounds.md")
    (folder / "birds.html").unlink()
    assert statuses(library.ingest(folder)) == {
        "cats.txt": "text",
        "hounds.md": "linked",
        "dogs.md": "removed",
        "birds.html": "removed",
    }
    assert paths(library) == ["cats.txt", "hounds.md"]
    assert "twelve hours" in found(library, "How long do cats sleep?")
    assert not any("Storks" in hit.chunk.text for hit in library.search("Storks in August"))
    assert library.index.problem() is None


def test_the_language_of_documents_is_detected_or_set(library: Library, folder: Path) -> None:
    library.ingest(folder)
    assert {source.language for source in library.documents()} == {"en"}
    cats = next(source.path for source in library.documents() if "cats" in source.path)
    library.ingestor.language = "de"
    library.ingest(cats)  # which was read before
    (folder / "more.txt").write_text("The owner feeds the cats twice a day, at seven and at five.")
    (outcome,) = library.ingest(folder / "more.txt").done
    assert outcome.reason == "The language was set to de; the text looks like en."
    languages = {Path(s.path).name: s.language for s in library.documents()}
    assert languages == {"birds.html": "en", "cats.txt": "de", "dogs.md": "en", "more.txt": "de"}
    assert library.verify().problems == ()


def test_what_was_embedded_once_is_not_embedded_again(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.ingest(folder)
    embedded: list[str] = []
    engine = library.embedder.embed

    def remembered(texts: list[str], **more: Any) -> object:
        embedded.extend(texts)
        return engine(texts, **more)

    monkeypatch.setattr(library.embedder, "embed", remembered)
    shutil.copy(folder / "cats.txt", folder / "copy.txt")
    (folder / "dogs.md").rename(folder / "hounds.md")
    library.ingest(folder)
    assert embedded == []
    (folder / "dogs2.md").write_text("# Dogs\n\nDogs bark at the postman.\n\n# More\n\nThey run.")
    library.ingest(folder)
    assert len(embedded) == 1


def test_a_bad_file_costs_only_itself(library: Library, folder: Path) -> None:
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnothing else")
    report = library.ingest(folder)
    assert len(report.done) == 3
    failed = {Path(line.path).name: line for line in report.failed}
    assert {name: line.status for name, line in failed.items()} == {
        "binary.txt": "corrupt",
        "empty.txt": "empty",
        "broken.pdf": "corrupt",
    }
    assert all(line.reason.endswith(".") for line in failed.values())
    (folder / "cats.txt").write_bytes(b"")
    report = library.ingest(folder)
    assert "cats.txt" not in paths(library), "what the file held is not there any more"


def test_a_folder_that_is_not_there_takes_nothing_with_it(library: Library, folder: Path) -> None:
    library.ingest(folder)
    away = folder.rename(folder.with_name("away"))
    with pytest.raises(UsageError, match="There is no such file"):
        library.ingest(folder)
    assert len(paths(library)) == 3
    away.rename(folder)


def test_an_empty_folder_is_one_sentence(library: Library, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="There are no files in"):
        library.ingest(tmp_path / "empty")


def test_two_writers_do_not_meet(library: Library, folder: Path) -> None:
    with library.lock.hold(), pytest.raises(CollectionBusyError, match="is writing") as caught:
        Library("test", home=library.home).ingest(folder)
    assert str(os.getpid()) in str(caught.value)


def test_whoever_waits_is_told_once_for_whom(library: Library, folder: Path) -> None:
    told: list[str] = []
    with library.lock.hold(), Library("test", home=library.home) as second:
        second.lock.announce = told.append
        with pytest.raises(CollectionBusyError):
            second.ingest(folder, wait_seconds=0.3)
    assert len(told) == 1
    assert f"Process {os.getpid()} " in told[0]


def test_progress_says_first_how_much_there_is(library: Library, folder: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    library.ingest(folder, progress=lambda *step: seen.append(step))
    assert seen[0] == (0, 3, "")
    assert [step[:2] for step in seen[1:]] == [(1, 3), (2, 3), (3, 3)]


def test_another_splitter_is_an_error_that_says_what_to_do(library: Library, folder: Path) -> None:
    library.ingest(folder)
    config = load_config(overrides={"ingestion.chunk_tokens": 60}).config
    with pytest.raises(FingerprintError, match="different splitter") as caught:
        Library("test", home=library.home, config=config).ingest(folder)
    assert "quoth reembed" in caught.value.hint


def test_a_killed_run_loses_nothing_and_goes_on(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(40):
        (folder / f"{n:02}.txt").write_text(f"Document number {n} speaks of subject {n}. " * 30)
    program = [sys.executable, "-m", "quoth.cli", "ingest", str(folder), "-c", "test"]
    environment = {**os.environ, "QUOTH_HOME": str(library.home)}
    acknowledged = 0
    for seconds in (1.5, 2.5, 3.5):
        process = subprocess.Popen(program, env=environment, stdout=subprocess.DEVNULL)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        with Library("test", home=library.home) as half:
            held = half.documents()
            assert len(held) >= acknowledged
            acknowledged = len(held)
            for source in held:
                document = half.store.document(source.path)
                assert document is not None
                assert document.pages[0].text.startswith("Document number")
    assert subprocess.run(program, env=environment, stdout=subprocess.DEVNULL).returncode == 0
    assert len(paths(library)) == 40
    assert library.index.problem() is None
    texts = [chunk.text for chunk in library.store.chunks(library.store.vectors()[0]).values()]
    assert len(texts) == library.store.chunk_count()


def test_files_that_exchange_their_content_keep_it(library: Library, folder: Path) -> None:
    library.ingest(folder)
    cats, dogs = folder / "cats.txt", folder / "dogs.txt"
    dogs.write_bytes(b"Dogs dig in the garden.")
    library.ingest(folder)
    first, second = cats.read_bytes(), dogs.read_bytes()
    cats.write_bytes(second)
    dogs.write_bytes(first)
    (folder / "news.txt").write_text("A new file comes last.")
    done = statuses(library.ingest(folder))
    assert [done[name] for name in ("cats.txt", "dogs.txt", "news.txt")] == [
        "linked",
        "linked",
        "text",
    ]
    assert found(library, "Where do dogs dig?") == "Dogs dig in the garden."
    assert library.verify().problems == ()


def test_many_copies_of_one_file_are_linked(library: Library, folder: Path) -> None:
    library.ingest(folder)
    for number in range(30):
        (folder / f"cats-{number}.txt").write_bytes((folder / "cats.txt").read_bytes())
        (folder / f"owl-{number}.txt").write_text("Owls hunt at night.")
    done = statuses(library.ingest(folder))
    assert list(done.values()).count("linked") == 59
    assert library.store.content_count() == 4
    assert library.verify().problems == ()


def test_a_file_over_the_limit_is_not_even_hashed(library: Library, folder: Path) -> None:
    with (folder / "sparse.txt").open("wb") as sparse:
        sparse.truncate(100 * 10**9)  # it takes no room, and minutes to read
    report = library.ingest(folder)
    assert [outcome.status for outcome in report.failed] == ["limit"]
    assert report.done, "the other files are read"
    assert report.seconds < 60


@pytest.mark.skipif(os.name != "posix", reason="Windows does not tell when a record changed")
def test_an_edit_that_keeps_size_and_time_is_found(library: Library, folder: Path) -> None:
    library.ingest(folder)
    cats = folder / "cats.txt"
    before = cats.stat()
    cats.write_text("Cats sleep for nineteen hour a day.")
    os.utime(cats, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (cats.stat().st_size, cats.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert statuses(library.ingest(folder))["cats.txt"] == "text"
    assert "nineteen" in found(library, "How long do cats sleep?")
    assert statuses(library.ingest(folder))["cats.txt"] == "unchanged"
    cats.touch()
    report = library.ingest(folder)
    assert statuses(report)["cats.txt"] == "unchanged", "it was hashed, and is the same"
    assert not report.done
