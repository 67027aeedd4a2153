"""A document that is removed everywhere: not a byte of it is left in the home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from programs import Quoth
from quoth import Library
from quoth.answer.turns import Turn, TurnFile
from quoth.collection import Scope
from quoth.ingest.presence import note_leaving
from quoth.jobs import OutputFolder
from quoth.journal import CallIdentity, Entry, Journal
from quoth.library import forget_everywhere
from quoth.mcp.log import CallLog
from quoth.server.state import open_state

SECRET = "zvornik4711"
TEXT = (
    f"The safe of the harbour office opens with the word {SECRET}, which Ragnhild Tvedt keeps.\n\n"
    "She changes it on the first Monday of every quarter and tells nobody but the night porter."
)
OTHER = "The ferry to Kattholm leaves the northern quay at noon, and takes no cars on Sundays."
PASSAGE = TEXT[:60]
TRACES = (SECRET, "Ragnhild", "ragnhild", "night porter", "secret.md")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "secret.md").write_text(TEXT)
    (folder / "copy.md").write_text(TEXT)
    (folder / "ferry.md").write_text(OTHER)
    return folder


def fill(home: Path, folder: Path) -> None:
    """Let the home hold a trace of the document wherever Quoth keeps anything."""
    secret = str(folder / "secret.md")
    for name in ("default", "second"):
        with Library(name, home=home) as library:
            library.ingest(folder)
            note_leaving(library.store, [str(folder)], [secret])
    journal = Journal(home / "journal.sqlite")
    for number, (prompt, reply) in enumerate(
        [
            (f"Excerpt: {TEXT} What opens the safe?", "A word."),
            ("What opens it?", f"{SECRET.upper()}"),
            (f"From {secret}: …", "Nothing."),
            (OTHER, "At noon."),
        ]
    ):
        journal.record(Entry(CallIdentity("f", prompt, {"n": number}), reply))
    journal.close()
    talk = TurnFile(home / "collections" / "default" / "conversations", "talk")
    talk.add(Turn("What opens the safe?", "What opens the safe?", f"It is {SECRET} [1]."))
    talk.add(Turn("When does the ferry leave?", "When does the ferry leave?", "At noon."))
    TurnFile(talk.path.parent, "only").add(Turn("Who?", "Who?", "Ragnhild Tvedt."))
    log = CallLog(home)
    log.write("search", {"query": f"safe {SECRET}"}, "done", 0.1)
    log.write("search", {"query": "ferry at noon"}, "done", 0.1)
    state = open_state(home / "server")
    with state.transaction() as connection:
        for rank, text in enumerate([PASSAGE + SECRET, "At noon."]):
            values = (f"op{rank}", json.dumps({"answer": text}), rank)
            connection.execute(
                """INSERT INTO operations (id, kind, collection, spec, state, created, result, rank)
                   VALUES (?, 'answer', 'default', '{}', 'done', 0, ?, ?)""",
                values,
            )
    state.close()
    outputs = OutputFolder(home / "server" / "outputs" / "op0")
    outputs.write("secret.md.txt", f"A summary: {SECRET}.", source=secret)
    outputs.write("ferry.md.txt", "A summary: at noon.", source=str(folder / "ferry.md"))
    outputs.close()


def find_traces(home: Path) -> set[str]:
    """Return the files of a home in whose bytes, or whose name, a trace is."""
    found = set()
    for file in home.rglob("*"):
        if file.is_symlink() or not file.is_file() or "models" in file.parts:
            continue
        content = file.read_bytes() + file.name.encode()
        if any(trace.encode() in content for trace in TRACES):
            found.add(str(file.relative_to(home)))
    return found


def test_no_byte_of_a_document_is_left_and_all_others_are(
    quoth: Quoth, home: Path, folder: Path
) -> None:
    fill(home, folder)
    assert len(find_traces(home)) >= 7, "the traces are there to be found"
    done = quoth("documents", "remove", "secret.md", "--everywhere", "--yes", QUOTH_HOME=str(home))
    assert done.returncode == 0, done.stderr
    assert "4 documents removed from all collections" in done.stdout
    assert find_traces(home) == set()

    journal = Journal(home / "journal.sqlite")
    assert [call["text"] for call in journal.export()] == ["At noon."]
    assert list(journal.defects()) == []
    journal.close()
    with Library("default", home=home) as library:
        assert [Path(source.path).name for source in library.documents()] == ["ferry.md"]
        assert library.verify().problems == ()
        scope = Scope(documents=("ferry.md",))
        assert library.search("When does the ferry leave?", scope=scope)
    folder_of_talks = home / "collections" / "default" / "conversations"
    assert [turn.answer for turn in TurnFile(folder_of_talks, "talk").read()] == ["At noon."]
    assert not (folder_of_talks / "only.json").exists()
    assert "ferry at noon" in (home / "agents.jsonl").read_text()
    state = open_state(home / "server")
    assert state.read("SELECT id FROM operations").fetchall() == [("op1",)]
    state.close()
    assert (home / "server" / "outputs" / "op0" / "ferry.md.txt").exists()
    assert (folder / "secret.md").exists(), "the file of the user stays"


def test_a_file_that_was_uploaded_goes_with_its_text(home: Path, tmp_path: Path) -> None:
    upload = home / "server" / "files" / "f1" / "secret.md"
    upload.parent.mkdir(parents=True)
    upload.write_text(TEXT)
    with Library("default", home=home) as library:
        library.ingest(upload)
    forgotten = forget_everywhere(home, [str(upload)])
    assert forgotten.sources == (("default", str(upload)),)
    assert not upload.exists()
    assert find_traces(home) == set()
