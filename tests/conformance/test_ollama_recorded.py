"""The imitation of Ollama, held against the recorded answers of a real one, field by field."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conformance.ollama_server import EMBEDDER, NAME, VERSION, OllamaServer
from places import ROOT
from quoth.testing.ollama_recorder import Exchange, Recorded, record

ANSWERS = ROOT.parent / "shared/ollama/answers-0.33.json"
FOX = "The quick brown fox jumps over the lazy dog. " * 300
_CUT = "<the fox 300 times>"
_OF_ONE_RUN = {
    # Times, and what stands in the store of one machine.
    *("created_at", "modified_at", "expires_at", "created", "id", "digest", "size", "modelfile"),
    *("total_duration", "load_duration", "prompt_eval_duration", "eval_duration", "tensors"),
    # What a model writes, which differs between builds of llama.cpp.
    *("content", "response", "token", "logprob", "bytes", "eval_count", "completion_tokens"),
    *("done_reason", "finish_reason", "total_tokens"),
}
_OF_A_FILE = "general."
"""Keys of a GGUF file that say where it comes from."""


def recorded() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(ANSWERS.read_text("utf-8")) if ANSWERS.exists() else []
    return rows


def replay(url: str, rows: list[dict[str, Any]]) -> Iterator[Recorded]:
    """Send the recorded requests again."""
    exchanges = []
    for row in rows:
        sent = json.loads(json.dumps(row["sent"]).replace(_CUT, FOX))
        exchanges.append(Exchange(row["name"], row["method"], row["path"], sent))
    return record(url, exchanges)


def differences(real: Any, ours: Any, where: str = "") -> list[str]:
    """Return where two answers differ in fields, types or values."""
    key = where.rpartition(".")[2].partition("[")[0]
    if isinstance(real, dict) and isinstance(ours, dict):
        keys = {k for k in {*real, *ours} if not k.startswith(_OF_A_FILE)}
        found = [f"{where}.{k} is missing" for k in keys - set(ours)]
        found += [f"{where}.{k} is new" for k in keys - set(real)]
        for k in keys & set(real) & set(ours):
            found += differences(real[k], ours[k], f"{where}.{k}")
        return found
    if isinstance(real, list) and isinstance(ours, list):
        if key in {"embedding", "embeddings", "first"} and _are_numbers(real):
            return [] if ours == pytest.approx(real, abs=0.02) else [f"{where}: other numbers"]
        shared = zip(real, ours, strict=False)
        found = [d for n, (a, b) in enumerate(shared) for d in differences(a, b, f"{where}[{n}]")]
        loose = key in {"logprobs", "answer", "top_logprobs"}
        return found if loose or len(real) == len(ours) else [*found, f"{where}: other length"]
    if _kind(real) != _kind(ours):
        return [f"{where}: {type(ours).__name__} {ours!r} for {type(real).__name__} {real!r}"]
    if key in _OF_ONE_RUN or real == ours or _are_close(real, ours):
        return []
    return [f"{where}: {ours!r} for {real!r}"]


def _kind(value: Any) -> type:
    return float if isinstance(value, int | float) and not isinstance(value, bool) else type(value)


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _are_close(real: Any, ours: Any) -> bool:
    return isinstance(real, int | float) and ours == pytest.approx(real, rel=1e-6)


@pytest.fixture(scope="module")
def replayed(shared_ollama: OllamaServer) -> dict[str, Recorded]:
    if not ANSWERS.exists():
        pytest.skip("the recorded answers of a real Ollama are not here")
    window, shared_ollama.embedder_window = shared_ollama.embedder_window, 512
    loaded, shared_ollama.loaded = shared_ollama.loaded, {}  # others' models would be listed
    try:
        return {row.name: row for row in replay(shared_ollama.url, recorded())}
    finally:
        shared_ollama.embedder_window, shared_ollama.loaded = window, loaded


def test_it_says_which_version_it_follows(replayed: dict[str, Recorded]) -> None:
    assert replayed["version"].answer == [{"version": VERSION}]


@pytest.mark.parametrize("row", recorded(), ids=lambda row: str(row["name"]))
def test_it_answers_as_the_real_one_did(row: dict[str, Any], replayed: dict[str, Recorded]) -> None:
    ours = replayed[row["name"]]
    assert (ours.status, ours.content_type) == (row["status"], row["content_type"])
    real, told = events(row["answer"]), events(ours.answer)
    if "streamed" in row["name"]:
        real, told = [real[0], *real[-2:]], [told[0], *told[-2:]]  # one piece, and the end
    assert bool(real) == bool(told)
    found = differences(real, told, "answer")
    if row["name"] == "embed too long, default":  # the embedder of the tests reads half as much
        found = [one for one in found if "other numbers" not in one]
    assert not found


def events(lines: list[Any]) -> list[Any]:
    """Return the values in the lines of an event stream; other answers as they are."""
    if not lines or not str(lines[0]).startswith("data: "):
        return lines
    texts = [line.removeprefix("data: ") for line in lines]
    return [text if text == "[DONE]" else json.loads(text) for text in texts]


def test_a_recording_of_ones_own_is_made(ollama_server: OllamaServer, tmp_path: Path) -> None:
    out = tmp_path / "answers.json"
    command = [sys.executable, "-m", "quoth.testing.ollama_recorder", str(out)]
    names = ["--model", NAME, "--embedder", EMBEDDER, "--url", ollama_server.url]
    subprocess.run([*command, *names], check=True, capture_output=True)
    rows = {row["name"]: row for row in json.loads(out.read_text("utf-8"))}
    assert rows["version"]["answer"] == [{"version": VERSION}]
    assert "n_prompt_tokens" in str(rows["chat too long, truncate false"]["answer"])
    assert rows["show unknown"]["status"] == 404
    vocabulary = rows[f"show {NAME}"]["answer"][0]["model_info"]["tokenizer.ggml.tokens"]
    assert vocabulary["length"] > 10_000
    assert not ollama_server.removed
