"""Collections and documents are listed, moved, tagged and removed."""

from __future__ import annotations

import json
import sqlite3
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from bag_embedder import BagEmbedder
from programs import Quoth
from quoth import Library
from quoth.embed import Advance
from quoth.types import Vectors
from quoth.views import format_adoption

GENERATOR = "How long can the emergency generator run on a full tank?"


@pytest.fixture(scope="module")
def archive(sample: str, session_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample collection in one file."""
    from quoth.library import export_collection

    file = tmp_path_factory.mktemp("archive") / "sample.quoth"
    export_collection(session_home, sample, file)
    return file


@pytest.fixture
def home(
    archive: Path, tmp_path: Path, session_home: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Another home, into which the sample collection was imported as `kept`."""
    from quoth.library import import_collection

    home = tmp_path / "home"
    home.mkdir()
    (session_home / "models").mkdir(exist_ok=True)
    (home / "models").symlink_to(session_home / "models")
    monkeypatch.setenv("QUOTH_HOME", str(home))
    assert import_collection(home, archive, name="kept") == "kept"
    return home


def test_a_collection_travels_in_one_file_and_answers_the_same(
    home: Path, session_home: Path, quoth: Quoth, sample: str
) -> None:
    moved = json.loads(quoth("search", GENERATOR, "-c", "kept", "--json").stdout)
    kept = json.loads(
        quoth("search", GENERATOR, "-c", sample, "--json", QUOTH_HOME=str(session_home)).stdout
    )
    assert moved == kept
    verified = quoth("verify", "-c", "kept", QUOTH_HOME=str(home))
    assert verified.returncode == 0, verified.stdout
    file = home / "back.quoth"
    assert quoth("collections", "export", "kept", "-o", file).returncode == 0
    assert "is there already" in quoth("collections", "export", "kept", "-o", file).stderr
    assert "already" in quoth("collections", "import", file).stderr
    assert quoth("collections", "import", file, "--name", "again").returncode == 0
    listed = json.loads(quoth("collections", "list", "--json").stdout)
    assert [(each["name"], each["documents"]) for each in listed] == [("again", 5), ("kept", 5)]


def test_half_a_file_or_another_one_leaves_nothing_behind(
    home: Path, archive: Path, quoth: Quoth, tmp_path: Path
) -> None:
    whole = archive.read_bytes()
    damaged = tmp_path / "damaged.quoth"
    bad = bytearray(whole)
    for place in range(len(bad) // 3, len(bad) // 3 + 60):
        bad[place] ^= 0xFF
    for content in (whole[: len(whole) // 2], bytes(bad), b"PK", b"", b"{}" * 99):
        damaged.write_bytes(content)
        shown = quoth("collections", "import", damaged, "--name", "half")
        assert shown.returncode == 2
        assert "Traceback" not in shown.stderr
    with zipfile.ZipFile(damaged, "w") as packed:
        packed.writestr("collection.json", '{"name": "../up"}')
        packed.writestr("library.sqlite", "no store")
    for more in ((), ("--name", "half")):
        assert quoth("collections", "import", damaged, *more).returncode == 2
    assert quoth("collections", "import", "absent.quoth").returncode == 2
    assert [c["name"] for c in json.loads(quoth("collections", "list", "--json").stdout)] == [
        "kept"
    ]
    assert quoth("collections", "import", archive, "--name", "half").returncode == 0


def test_a_collection_is_renamed_and_removed_after_a_question(home: Path, quoth: Quoth) -> None:
    assert quoth("collections", "rename", "kept", "moved").returncode == 0
    assert "There is no collection 'kept'" in quoth("ask", "x", "-c", "kept").stderr
    assert quoth("search", GENERATOR, "-c", "moved").returncode == 0
    for answer in ("", "n\n", "\n"):
        shown = quoth("collections", "remove", "moved", input=answer)
        assert shown.returncode == 2
        assert "Delete the collection moved (5 documents, " in shown.stderr
    assert quoth("collections", "show", "moved").returncode == 0
    assert quoth("collections", "rm", "moved", input="y\n").returncode == 0
    assert not (home / "collections" / "moved").exists()
    assert "There is no collection yet" in quoth("collections", "list").stdout


def test_what_a_collection_holds_is_shown(home: Path, quoth: Quoth) -> None:
    shown = quoth("collections", "show", "kept").stdout
    assert "documents      5 (35 pages)" in shown
    slip = quoth("collections", "show", "kep")
    assert slip.returncode == 2
    assert "The nearest one is 'kept'" in slip.stderr


def test_a_document_is_shown_and_removed_and_its_file_stays(home: Path, quoth: Quoth) -> None:
    shown = quoth("documents", "show", "lease-unit-6.pdf", "--page", "4", "-c", "kept")
    assert "Notice by electronic mail is not valid." in " ".join(shown.stdout.split())
    assert "page 4" in shown.stdout
    assert quoth("documents", "show", "lease-unit-6.pdf", "--page", "99", "-c", "kept").returncode
    slip = quoth("documents", "show", "lease-unit-7.pdf", "-c", "kept")
    assert slip.returncode == 2
    assert "The nearest one is 'lease-unit-6.pdf'" in slip.stderr
    several = quoth("documents", "show", "*.pdf", "-c", "kept")
    assert several.returncode == 2
    assert "names" in several.stderr
    assert quoth("documents", "remove", "lease*", "-c", "kept", input="").returncode == 2
    gone = quoth("documents", "rm", "lease*", "-c", "kept", "--yes")
    assert gone.returncode == 0
    assert "1 document removed" in gone.stdout
    hits = json.loads(quoth("search", "notice by e-mail", "-c", "kept", "--json").stdout)
    assert hits
    assert not any("lease" in hit["source"] for hit in hits)
    assert quoth("verify", "-c", "kept").returncode == 0


def test_documents_are_tagged_and_found_by_their_tags(home: Path, quoth: Quoth) -> None:
    collection = ("-c", "kept")
    quoth("documents", "tag", "lease*", "client=Ada", "year=2024", "year=2025", *collection)
    shown = quoth("documents", "tag", "lease*", *collection).stdout
    assert "client=Ada, year=2024, 2025" in shown
    hits = json.loads(quoth("search", "notice", *collection, "--tag", "year=2025", "--json").stdout)
    assert {Path(hit["source"]).name for hit in hits} == {"lease-unit-6.pdf"}
    quoth("documents", "tag", "lease*", "--without", "client", "--without", "year", *collection)
    assert "no tags" in quoth("documents", "tag", "lease*", *collection).stdout


def test_a_document_is_opened_by_the_program_of_the_system(
    home: Path, quoth: Quoth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (program.parent / "open").symlink_to(program)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    assert quoth("documents", "open", "lease-unit-6.pdf", "-c", "kept").returncode == 0
    assert (tmp_path / "opened").read_text().strip().endswith("lease-unit-6.pdf")


@pytest.fixture
def chroma(tmp_path: Path) -> Path:
    """A Chroma folder as LangChain writes it, made by Chroma itself."""
    import chromadb
    from chromadb.config import Settings

    folder = tmp_path / "theirs"
    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    pieces = client.create_collection("langchain")
    pieces.add(
        ids=["a", "b", "c", "d"],
        embeddings=np.full((4, 2), 0.1, np.float32),
        documents=[
            "The ferry to Aldersey leaves at 7:40 from pier one, every day but Sunday.",
            "from pier one, every day but Sunday. Dogs travel free.",
            "In winter it leaves at 8:15.",
            "Bees gave 84 kilograms of honey.",
        ],
        metadatas=[
            {"source": "/data/ferry.pdf", "page": 0, "start_index": 0, "line": "north", "year": 1},
            {"source": "/data/ferry.pdf", "page": 0, "start_index": 37, "line": "north", "year": 1},
            {"source": "/data/ferry.pdf", "page": 1, "start_index": 0, "line": "north", "year": 2},
            {"kind": "honey"},
        ],
    )
    return folder


def test_a_chroma_collection_of_another_program_is_taken_over(
    home: Path, chroma: Path, quoth: Quoth
) -> None:
    before = {file: file.read_bytes() for file in chroma.rglob("*") if file.is_file()}
    shown = quoth("collections", "adopt", chroma, "-c", "adopted")
    assert shown.returncode == 0, shown.stderr
    assert "2 documents adopted" in shown.stdout
    assert "No vector of theirs was kept: every text was embedded" in shown.stdout
    assert {file: file.read_bytes() for file in chroma.rglob("*") if file.is_file()} == before
    with Library("adopted") as library:
        ferry, honey = library.documents()
        document = library.store.document("/data/ferry.pdf")
    assert document is not None
    assert [page.text for page in document.pages] == [
        "The ferry to Aldersey leaves at 7:40 from pier one, every day but Sunday. "
        "Dogs travel free.",
        "In winter it leaves at 8:15.",
    ]
    assert ferry.tags == {"line": "north"}
    assert (honey.path, honey.tags) == ("chroma:langchain/d", {"kind": "honey"})
    (hit, *_) = json.loads(
        quoth("search", "Do dogs pay?", "-c", "adopted", "--tag", "line=north", "--json").stdout
    )
    assert (hit["source"], hit["page"], hit["line"]) == ("/data/ferry.pdf", 1, "north")


class CountingEmbedder(BagEmbedder):
    """`embedded` has the texts that were embedded, in the order in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded: list[str] = []

    def embed(self, texts: Sequence[str], *, progress: Advance | None = None) -> Vectors:
        self.embedded += texts
        return super().embed(texts, progress=progress)


LOCKS = (
    ("/data/lock.pdf", 0, "The lock at Wend opens at six and shuts at nine."),
    ("/data/lock.pdf", 1, "A barge longer than 24 metres waits below the weir."),
    ("/data/lock.pdf", 1, "below the weir. Its crew may go ashore."),
    ("/data/tolls.txt", 0, "A canoe pays nothing, a barge eleven crowns."),
)


@pytest.mark.parametrize("same", [True, False])
def test_vectors_of_the_same_embedder_are_taken_over_and_others_made_again(
    tmp_path: Path, same: bool
) -> None:
    import chromadb
    from chromadb.config import Settings

    texts = [text for *_, text in LOCKS]
    vectors = BagEmbedder().embed(texts) * 3  # not of unit length
    folder = tmp_path / "theirs"
    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    client.create_collection("locks").add(
        ids=list("abcd"),
        embeddings=vectors if same else vectors[::-1],
        documents=texts,
        metadatas=[{"source": source, "page": page, "title": "Wend"} for source, page, _ in LOCKS],
    )
    embedder = CountingEmbedder()
    with Library("locks", home=tmp_path / "home", embedder=embedder) as library:
        report = library.adopt(folder)
        assert [(each.kept, each.chunks) for each in report.done] == (
            [(2, 3), (1, 1)] if same else [(0, 2), (0, 1)]
        )
        assert format_adoption(report).startswith("3 vectors" if same else "No vector")
        sampled, made = embedder.embedded[:4], embedder.embedded[4:]
        assert sampled == texts
        whole = [each.chunk.text for each in library.search("weir", k=9)]
        if same:
            assert made == ["Its crew may go ashore."]
            assert sorted(whole) == sorted([texts[0], texts[1], *made, texts[3]])
        else:
            assert len(made) == len(whole)
        assert {source.tags.get("title") for source in library.documents()} == (
            {"Wend"} if same else {None}
        )
        assert library.verify().problems == ()


def test_what_is_no_chroma_collection_is_refused(
    home: Path, chroma: Path, quoth: Quoth, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    assert quoth("collections", "adopt", tmp_path / "empty", "-c", "x").returncode == 2
    shown = quoth("collections", "adopt", chroma, "--name", "others", "-c", "x")
    assert shown.returncode == 2
    assert "langchain" in shown.stderr
    (tmp_path / "empty" / "chroma.sqlite3").write_text("no database")
    assert quoth("collections", "adopt", tmp_path / "empty", "-c", "x").returncode == 2
    with sqlite3.connect(tmp_path / "other.sqlite3") as other:
        other.execute("CREATE TABLE collections (id, name)")
    assert quoth("collections", "adopt", tmp_path / "other.sqlite3", "-c", "x").returncode == 2


def test_a_damaged_collection_is_listed_and_removed(tmp_path: Path, quoth: Quoth) -> None:
    damaged = tmp_path / "state" / "collections" / "torn" / "library.sqlite"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"This is no database." * 100)
    home = {"QUOTH_HOME": str(tmp_path / "state")}
    listed = json.loads(quoth("collections", "list", "--json", **home).stdout)
    assert [(each["name"], bool(each["problem"])) for each in listed] == [("torn", True)]
    assert "damaged" in quoth("collections", "list", **home).stdout
    assert quoth("collections", "show", "torn", **home).returncode != 0
    assert quoth("collections", "remove", "torn", "--yes", **home).returncode == 0
    assert not damaged.exists()
