"""An Ollama whose store cannot be read gives the same chunks, excerpts and calls as one here."""

from __future__ import annotations

from pathlib import Path

import pytest
from conformance.ollama_server import EMBEDDER, NAME, OllamaServer
from quoth import Library
from quoth.config import load_config
from quoth.embed import FolderEmbedder
from quoth.types import Answer, Chunk

NOTES = {
    "lock.md": "The keeper opens the lower gate at seven and writes it down. " * 60,
    "wharf.txt": "Ящики лежат у старого причала. The crane lifts 4,5 t — daily. " * 30,
    "ferry.txt": "水位在春天上升。The ferry waits until the river falls. " * 40,
}
QUESTION = "When does the keeper open the lower gate?"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, text in NOTES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def use(home: Path, server: OllamaServer, notes: Path) -> tuple[list[str], Answer, int, int]:
    """Return the chunks, an answer, and the parts and calls of a summary, in a state of its own."""
    chosen = {
        "embedding.model": f"ollama:{EMBEDDER}",
        "backend.model": f"ollama:{NAME}",
        "backend.url": server.url,
        "answering.style": "prose",
        "answering.context_tokens": 900,
        "answering.max_tokens": 8,
        "answering.floor": -1,
        "summarization.strategy": "map-reduce",
        "summarization.map_tokens": 200,
    }
    with Library("notes", home=home, config=load_config(overrides=chosen).config) as library:
        report = library.ingest(notes)
        assert len(report.done) == len(NOTES), report.failed
        chunks = sorted(chunk.text for chunk in stored(library))
        answer = library.ask(QUESTION)
        plan = library.summarizer().plan(NOTES["lock.md"])
    return chunks, answer, plan.parts, plan.calls


def stored(library: Library) -> list[Chunk]:
    return list(library.store.chunks(list(range(1, 1000))).values())


@pytest.fixture
def outcomes(
    ollama_server: OllamaServer,
    ollama_folder: Path,
    notes: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> list[tuple[list[str], Answer, int, int]]:
    monkeypatch.setenv("OLLAMA_HOST", ollama_server.url)
    found = []
    for name, store in (("here", ollama_folder), ("elsewhere", tmp_path / "nothing")):
        monkeypatch.setenv("OLLAMA_MODELS", str(store))
        monkeypatch.setenv("QUOTH_HOME", str(tmp_path / name))
        found.append(use(tmp_path / name, ollama_server, notes))
    return found


def test_chunks_excerpts_and_calls_do_not_depend_on_the_store(
    outcomes: list[tuple[list[str], Answer, int, int]],
    notes: Path,
    tmp_path: Path,
) -> None:
    (here, answer, parts, calls), (elsewhere, same, other_parts, other_calls) = outcomes
    assert len(here) > len(NOTES)
    assert here == elsewhere
    assert [one.text for one in answer.excerpts] == [one.text for one in same.excerpts]
    assert len(answer.excerpts) > 2
    assert (parts, calls) == (other_parts, other_calls)
    assert parts > 2
    with Library("embedded", home=tmp_path / "embedded") as library:
        library.ingest(notes)
        assert isinstance(library.embedder, FolderEmbedder)
        assert sorted(chunk.text for chunk in stored(library)) == here
