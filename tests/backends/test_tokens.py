from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from quoth.backends.llama.admission import Admission
from quoth.backends.ollama.prompt_memory import PromptMemory
from quoth.errors import ModelNotFoundError
from quoth.models import cut_at_stop
from quoth.text.tokens import bound_token_count
from quoth.weights.ollama_store import (
    canonical_name,
    list_model_folders,
    read_service_folders,
    split_model_name,
)


@given(st.text("abSTOP ", max_size=40), st.integers(1, 5))
def test_a_stop_string_ends_the_text_however_it_is_cut(text: str, size: int) -> None:
    parts = [text[at : at + size] for at in range(0, len(text), size)]
    assert "".join(cut_at_stop(parts, ["STOP", "b S"])) == min(
        (text.split(stop)[0] for stop in ("STOP", "b S")), key=len
    )


def test_no_more_is_taken_after_a_stop_string() -> None:
    taken = []

    def pieces() -> Iterator[str]:
        for piece in ("a", "EN", "D", "never"):
            taken.append(piece)
            yield piece

    assert list(cut_at_stop(pieces(), ["END"])) == ["a"]
    assert taken == ["a", "EN", "D"]


def test_the_bound_is_never_exceeded_by_bytes() -> None:
    assert bound_token_count("") == 0
    assert bound_token_count("abc") == 4
    assert bound_token_count("🙂") == 5


def test_calls_wait_until_their_tokens_fit() -> None:
    admission = Admission(100, 8)
    now, most, lock = 0, 0, threading.Lock()

    def call() -> None:
        nonlocal now, most
        with admission.admit(40):
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.01)
            with lock:
                now -= 1

    threads = [threading.Thread(target=call) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2
    with admission.admit(1000):  # more than there is takes all, and does not wait for ever
        pass


def test_a_cache_explains_only_what_was_sent_before() -> None:
    memory = PromptMemory()
    assert not memory.explains("one two three", 1, len)
    memory.remember("one two four")
    assert memory.explains("one two three", 8, len)
    assert not memory.explains("one two three", 9, len)
    assert not memory.explains("zero", 1, len)


def test_names_as_ollama_writes_them() -> None:
    registry = "registry.ollama.ai"
    assert split_model_name("llama3.1:8b") == (registry, "library", "llama3.1", "8b")
    assert split_model_name("llama3.1") == (registry, "library", "llama3.1", "latest")
    assert split_model_name("me/mine:q4") == (registry, "me", "mine", "q4")
    assert split_model_name("hf.co/a/b-GGUF:Q4_K_M") == ("hf.co", "a", "b-GGUF", "Q4_K_M")
    own = ("registry.example:5000", "team", "model", "tag")
    assert split_model_name("registry.example:5000/team/model:tag") == own
    assert split_model_name("http://registry.example:5000/team/model:tag") == own
    assert split_model_name("[::1]:5000/a/b") == ("[::1]:5000", "a", "b", "latest")
    assert canonical_name("SmolLM2:135M") == canonical_name("smollm2:135m")
    assert canonical_name("Mine") == f"{registry}/library/mine:latest"


@pytest.mark.parametrize(
    "name", ["", "a b", "../x", "a/b/c/d/e:f:g", "host:port/a/b", "/a/b", "a:"]
)
def test_what_is_no_name_for_ollama(name: str) -> None:
    with pytest.raises(ModelNotFoundError, match="is not the name of a model"):
        split_model_name(name)


def test_the_folder_of_the_service_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ollama.service.d"
    folder.mkdir()
    (tmp_path / "ollama.service").write_text('[Service]\nEnvironment="PATH=/usr/bin"\n')
    (folder / "a.conf").write_text('[Service]\nEnvironment="OLLAMA_MODELS=/data/one"\n')
    (folder / "b.conf").write_text("Environment=OLLAMA_DEBUG=1 OLLAMA_MODELS=/data/two\n")
    assert read_service_folders(tmp_path) == [Path("/data/two"), Path("/data/one")]
    assert read_service_folders(tmp_path / "nothing") == []
    monkeypatch.delenv("OLLAMA_MODELS", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert tmp_path / ".ollama/models" in list_model_folders()
    assert all(folder.is_absolute() for folder in list_model_folders())
    monkeypatch.setenv("OLLAMA_MODELS", "/only/this")
    assert list_model_folders() == [Path("/only/this")]
