"""`quoth models` over real backends."""

from __future__ import annotations

import json

import pytest
from conformance.ollama_server import NAME, OllamaServer
from programs import Quoth


def test_list_names_what_each_backend_has(quoth: Quoth, ollama_server: OllamaServer) -> None:
    printed = quoth("models", "list", OLLAMA_HOST=ollama_server.url)
    assert printed.returncode == 0, printed.stderr
    assert "llamacpp:embedded" in printed.stdout
    assert f"llamacpp:ollama/{NAME}" in printed.stdout
    assert f"ollama:{NAME}" in printed.stdout
    rows = json.loads(quoth("models", "list", "--json", OLLAMA_HOST=ollama_server.url).stdout)
    embedded = next(row for row in rows["models"] if row["name"] == "llamacpp:embedded")
    assert embedded["quantization"] == "Q4_1"
    assert embedded["bytes"] > 90_000_000


def test_list_says_which_backend_is_silent(quoth: Quoth) -> None:
    result = quoth("models", "list", "--json", OLLAMA_HOST="127.0.0.1:9")
    assert result.returncode == 0
    assert "cannot be reached" in json.loads(result.stdout)["without"]["ollama"]


def test_show(quoth: Quoth) -> None:
    facts = json.loads(quoth("models", "show", "llamacpp:embedded", "--json").stdout)
    assert facts["family"] == "chatml"
    assert facts["template"] == "model"
    assert facts["kind"] == "text"


def test_fit_before_anything_is_loaded(quoth: Quoth) -> None:
    result = quoth("models", "fit", "llamacpp:embedded", "--set", "backend.context_window=4096")
    assert result.returncode == 0, result.stderr
    assert "cache 90 MiB at a window of 4096" in result.stdout
    assert "tokens a second" in result.stdout
    found = json.loads(quoth("models", "fit", "llamacpp:embedded", "--json").stdout)
    assert found["place"] in {"cpu", "gpu"}


def test_pull_is_refused_unless_the_registry_is_allowed(
    quoth: Quoth, ollama_server: OllamaServer
) -> None:
    refused = quoth("models", "pull", "ollama:llama3.2:1b", OLLAMA_HOST=ollama_server.url)
    assert refused.returncode == 2
    assert "would reach registry.ollama.ai" in refused.stderr
    assert "privacy.allow=[registry.ollama.ai]" in refused.stderr
    assert not [b for b in ollama_server.bodies if b["path"] == "/api/pull"]
    other = quoth("models", "pull", "ollama:hf.co/a/b:Q4", OLLAMA_HOST=ollama_server.url)
    assert "would reach hf.co" in other.stderr

    allow = "privacy.allow=[registry.ollama.ai]"
    done = quoth(
        "models", "pull", "ollama:llama3.2:1b", "--set", allow, OLLAMA_HOST=ollama_server.url
    )
    assert done.returncode == 0, done.stderr
    assert "success" in done.stdout


def test_only_backends_that_keep_models_pull_and_remove(quoth: Quoth) -> None:
    for command in (("pull",), ("rm", "--yes")):
        result = quoth("models", *command, "llamacpp:embedded")
        assert result.returncode == 2
        assert "hint:" in result.stderr


def test_rm(quoth: Quoth, ollama_server: OllamaServer) -> None:
    kept = quoth("models", "rm", f"ollama:{NAME}", input="n\n", OLLAMA_HOST=ollama_server.url)
    assert kept.returncode != 0
    assert not ollama_server.removed
    gone = quoth("models", "rm", f"ollama:{NAME}", "--yes", OLLAMA_HOST=ollama_server.url)
    assert gone.returncode == 0, gone.stderr
    assert ollama_server.removed == [NAME]


@pytest.mark.parametrize("model", ["llamacpp:embedded", f"llamacpp:ollama/{NAME}"])
def test_the_exact_bytes_of_a_prompt(quoth: Quoth, model: str) -> None:
    shown = quoth("prompts", "show", "answer", "--model", model)
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("<|im_start|>system")
    assert shown.stdout.endswith("<|im_start|>assistant\n")


def test_the_messages_for_a_chat_server(quoth: Quoth, ollama_server: OllamaServer) -> None:
    shown = quoth(
        "prompts", "show", "answer", "--model", f"ollama:{NAME}", OLLAMA_HOST=ollama_server.url
    )
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith("[system]")


def test_prompts_for_running_servers(quoth: Quoth, llama_url: str) -> None:
    url = f"backend.url={llama_url}"
    for model in ("llama-server:small", "llamafile:small"):
        shown = quoth("prompts", "show", "answer", "--model", model, "--set", url)
        assert shown.stdout.startswith("<|im_start|>system"), shown.stderr
    chat = quoth("prompts", "show", "answer", "--model", "openai-compatible:small", "--set", url)
    assert chat.stdout.startswith("[system]"), chat.stderr
