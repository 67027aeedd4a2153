"""One way to say the scope, for every command that reads documents."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programs import Quoth
from quoth import Library, Scope

FERRY = "The ferry to Aldersey leaves at {time} from pier {pier}, every day but Sunday."


@pytest.fixture
def home(tmp_path: Path, session_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without collections; the embedder is that of the session."""
    (tmp_path / "home").mkdir()
    (session_home / "models").mkdir(exist_ok=True)
    (tmp_path / "home" / "models").symlink_to(session_home / "models")
    monkeypatch.setenv("QUOTH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def ferries(tmp_path: Path, home: Path, quoth: Quoth) -> Path:
    """A folder with tags of every kind, ingested as the collection `ferries`."""
    folder = tmp_path / "ferries"
    folder.mkdir()
    (folder / "north.txt").write_text(FERRY.format(time="7:40", pier=1))
    (folder / "south.txt").write_text(FERRY.format(time="8:15", pier=2))
    (folder / "west.md").write_text(
        "---\nline: west\n---\n# West\n\n" + FERRY.format(time="9:05", pier=3)
    )
    (folder / "north.txt.meta.yaml").write_text(
        "line: north\nyear: 2024\nports: [Aldersey, Bray]\n"
    )
    (folder / "lines.meta.csv").write_text("document;line\nsouth.txt;south\n")
    assert quoth("ingest", folder, "-c", "ferries", "--tag", "kind=timetable").returncode == 0
    return folder


def sources(quoth: Quoth, *limits: str) -> list[str]:
    found = quoth("search", "When does the ferry leave?", "-c", "ferries", "--json", *limits)
    assert found.returncode == 0, found.stderr
    return sorted(Path(hit["source"]).name for hit in json.loads(found.stdout))


HELD: list[tuple[list[str], list[str]]] = [
    (["--document", "n*", "--document", "*.md"], ["north.txt", "west.md"]),
    (["--format", "markdown"], ["west.md"]),
    (["--page", "2-"], []),
    (["--since", "2100-01-01"], []),
    (["--until", "2100-01-01"], ["north.txt", "south.txt", "west.md"]),
    (["--document-language", "en"], ["north.txt", "south.txt", "west.md"]),
    (["--tag", "kind=timetable"], ["north.txt", "south.txt", "west.md"]),
    (["--tag", "line=north", "--tag", "line=west"], ["north.txt", "west.md"]),
    (["--tag", "line=NORTH", "--tag", "year=2024"], ["north.txt"]),
    (["--tag", "line=west", "--tag", "year=2024"], []),
    (["--tag", "ports=bray"], ["north.txt"]),
    (["--tag", "line=south"], ["south.txt"]),
]


def test_a_scope_holds_what_it_names(ferries: Path, quoth: Quoth) -> None:
    for limits, held in HELD:
        assert sources(quoth, *limits) == held, limits
    shown = quoth("documents", "show", "west.md", "-c", "ferries").stdout
    assert "line=west" in shown, "what --tag finds can be seen"


def test_an_answer_and_a_conversation_keep_to_the_scope(ferries: Path, quoth: Quoth) -> None:
    question = "When does the ferry to Aldersey leave?"
    limits = ["-c", "ferries", "--tag", "line=south", "--json"]
    answer = json.loads(quoth("ask", question, *limits).stdout)
    assert {Path(citation["source"]).name for citation in answer["citations"]} == {"south.txt"}
    spoken = json.loads(quoth("chat", *limits, input=f"{question}\n").stdout)
    assert {Path(citation["source"]).name for citation in spoken["citations"]} == {"south.txt"}
    counted = json.loads(quoth("ask", "How many documents are there?", *limits).stdout)
    assert "1" in counted["text"]
    assert "3" not in counted["text"]


def test_a_summary_and_a_job_keep_to_the_scope(ferries: Path, quoth: Quoth, tmp_path: Path) -> None:
    limits = ["--document", "*.txt", "--tag", "line=north"]
    assert quoth("summarize", ferries, "-o", tmp_path / "out", *limits).returncode == 0
    assert [path.name for path in (tmp_path / "out").glob("*.md")] == ["north.txt.md"]
    job = tmp_path / "job.yaml"
    scope = "scope:\n  documents: '*.txt'\n  tags: {line: [south, west]}\n  until: 2100-01-01\n"
    job.write_text(f"sources: [ferries]\noutput: out2\n{scope}")
    assert quoth("run", job).returncode == 0
    assert [path.name for path in (tmp_path / "out2").glob("*.md")] == ["south.txt.md"]
    job.write_text("sources: [ferries]\noutput: out2\nscope:\n  fomats: pdf\n")
    slip = quoth("run", job)
    assert slip.returncode == 2
    assert "line 4: a scope has no 'fomats'. The nearest one is 'formats'" in slip.stderr


def test_tags_follow_the_files_that_hold_them(ferries: Path, quoth: Quoth) -> None:
    (ferries / "north.txt.meta.yaml").write_text("line: far north\n")
    (ferries / "lines.meta.csv").unlink()
    assert quoth("ingest", ferries, "-c", "ferries").returncode == 0
    listed = json.loads(quoth("documents", "list", "-c", "ferries", "--json").stdout)
    assert {Path(source["path"]).name: source["tags"] for source in listed} == {
        "north.txt": {"line": "far north", "kind": "timetable"},
        "south.txt": {"kind": "timetable"},
        "west.md": {"kind": "timetable"},
    }


def test_tags_that_cannot_be_read_are_told_and_nothing_is_lost(ferries: Path, quoth: Quoth) -> None:
    for text in ("- a\n- b\n", "a: {b: c}\n", "a: [", "\xff"):
        (ferries / "north.txt.meta.yaml").write_bytes(text.encode("latin-1"))
        told = quoth("ingest", ferries, "-c", "ferries")
        assert told.returncode == 1
        assert "north.txt.meta.yaml" in told.stdout
        assert sources(quoth, "--tag", "line=north") == ["north.txt"]


def test_tags_are_the_metadata_of_langchain(ferries: Path) -> None:
    with Library("ferries") as library:
        retriever = library.retriever(scope=Scope.read(tags=["line=north"]))
        (document,) = retriever.invoke("When does the ferry leave?")
    assert document.metadata["year"] == 2024
    assert document.metadata["ports"] == ["Aldersey", "Bray"]
    assert document.metadata["source"].endswith("north.txt")


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (["--page", "0"], "is not a range of pages"),
        (["--since", "May"], "`since` is not a date"),
        (["--tag", "project"], "A tag is KEY=VALUE"),
    ],
)
def test_a_scope_that_cannot_be_is_one_sentence(
    quoth: Quoth, sample: str, limits: list[str], told: str
) -> None:
    shown = quoth("ask", "When?", "-c", sample, *limits)
    assert shown.returncode == 2
    assert told in shown.stderr


def test_only_ingest_makes_a_collection(ferries: Path, quoth: Quoth, home: Path) -> None:
    for command in (["ask", "When?"], ["search", "When?"], ["chat"], ["documents", "list"]):
        shown = quoth(*command, "-c", "feries")
        assert shown.returncode == 2
        assert "There is no collection 'feries'. The nearest one is 'ferries'." in shown.stderr
    assert not (home / "collections" / "feries").exists()
