"""`quoth models` over real backends."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from conformance.ollama_server import EMBEDDER, NAME, OllamaServer
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


def test_list_names_the_embedders_that_are_here(
    quoth: Quoth, ollama_server: OllamaServer, session_home: Path
) -> None:
    kept = session_home / "models" / "half-copied"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / "modules.json").write_text("[]")
    listed = quoth("models", "list", "--json", OLLAMA_HOST=ollama_server.url).stdout
    embedders = {row["name"]: row for row in json.loads(listed)["embedders"]}
    assert set(embedders) == {"embedded", f"ollama:{EMBEDDER}"}
    assert embedders["embedded"]["bytes"] > 80_000_000


def test_known_names_embedders_by_language_and_rerankers(quoth: Quoth) -> None:
    shown = quoth("models", "known")
    assert shown.returncode == 0, shown.stderr
    assert "granite-embedding-97m-multilingual-r2" in shown.stdout
    known = json.loads(quoth("models", "known", "--language", "ja", "--json").stdout)
    names = [row["name"] for row in known]
    assert "multilingual-e5-small" in names
    assert "all-MiniLM-L6-v2" not in names
    assert [row["parameters"] for row in known] == sorted(row["parameters"] for row in known)
    assert "ettin-reranker-17m-v1" in quoth("models", "known", "--rerankers").stdout


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


def test_advise_names_models_and_the_command_of_each_way(quoth: Quoth, sample: str) -> None:
    shown = quoth("models", "advise", "-c", sample)
    assert shown.returncode == 0, shown.stderr
    assert "Languages: English." in shown.stdout
    for said in (" to fetch · needs ", "tokens a second", "Apache-2.0", "The list is of 20"):
        assert said in shown.stdout
    for way in ("quoth models pull ollama:", "quoth models pull hf:", "llama-server -hf "):
        assert way in shown.stdout


def test_advise_for_another_machine_and_language(quoth: Quoth) -> None:
    def names(*options: str) -> list[str]:
        advice = json.loads(quoth("models", "advise", "--json", *options).stdout)
        return [entry["model"]["name"] for entry in advice["chat_models"]]

    small, large = names("--memory", "8"), names("--memory", "64")
    assert small
    assert len(small) <= 5
    assert large[0] not in small
    assert set(names("--memory", "8", "--language", "ja")) < set(small)
    assert not names("--memory", "1")
    assert "None of the list fits" in quoth("models", "advise", "--memory", "1").stdout


def test_pull_says_which_host_the_server_fetches_from(
    quoth: Quoth, ollama_server: OllamaServer
) -> None:
    for name, host in (("llama3.2:1b", "registry.ollama.ai"), ("hf.co/a/b:Q4", "hf.co")):
        done = quoth("models", "pull", f"ollama:{name}", OLLAMA_HOST=ollama_server.url)
        assert f"The server of ollama fetches {name} from {host}." in done.stderr


def pull(quoth: Quoth, server: OllamaServer, name: str, *more: str) -> CompletedProcess[str]:
    return quoth("models", "pull", f"ollama:{name}", *more, OLLAMA_HOST=server.url)


def test_pull(quoth: Quoth, ollama_server: OllamaServer) -> None:
    done = pull(quoth, ollama_server, "llama3.2:1b")
    assert done.returncode == 0, done.stderr
    assert "success" in done.stdout


def test_pull_from_a_registry_of_ones_own(quoth: Quoth, ollama_server: OllamaServer) -> None:
    name = "127.0.0.1:5050/team/tiny:latest"
    refused = pull(quoth, ollama_server, name)
    assert refused.returncode == 2
    assert "HTTP response to HTTPS client" in refused.stderr
    assert "--insecure" in refused.stderr
    done = pull(quoth, ollama_server, name, "--insecure")
    assert done.returncode == 0, done.stderr
    assert ollama_server.sent("/api/pull")[-1]["insecure"] is True
    assert ollama_server.sent("/api/pull")[-1]["model"] == name


MANIFEST, HALF = {"status": "pulling manifest"}, {"status": "pulling a", "total": 9, "completed": 4}


@pytest.mark.parametrize(
    ("lines", "message", "code"),
    [
        ([MANIFEST, {"error": "dial tcp: lookup x: no such host"}], "does not reach", 2),
        ([MANIFEST, HALF, {"error": "digest mismatch, want sha256:a"}], "dropped", 2),
        ([MANIFEST, {"error": "pull model manifest: file does not exist"}], "tag", 2),
        ([MANIFEST, HALF], "broke off after 'pulling a'", 2),
        ([], "broke off", 2),
        ([MANIFEST, {"status": "success"}], "success", 0),
    ],
)
def test_a_pull_that_fails_is_never_taken_for_whole(
    quoth: Quoth,
    ollama_server: OllamaServer,
    lines: list[dict[str, object]],
    message: str,
    code: int,
) -> None:
    ollama_server.pulled = lines
    result = pull(quoth, ollama_server, "some:1b")
    assert result.returncode == code, result.stderr
    assert message in result.stdout + result.stderr
    assert "Traceback" not in result.stderr


def test_a_model_that_is_not_listed_after_its_pull_is_an_error(
    quoth: Quoth, ollama_server: OllamaServer
) -> None:
    ollama_server.forgets = True
    result = pull(quoth, ollama_server, "some:1b")
    assert result.returncode == 2
    assert "does not have the model some:1b" in result.stderr


def test_show_reads_back_where_the_model_is(quoth: Quoth, ollama_server: OllamaServer) -> None:
    ollama_server.loaded[NAME], ollama_server.share_on_gpu = 4096, 0.25
    shown = quoth("models", "show", f"ollama:{NAME}", "--json", OLLAMA_HOST=ollama_server.url)
    facts = json.loads(shown.stdout)
    assert (facts["loaded_window"], facts["gpu_share"]) == (4096, 0.25)
    assert facts["capabilities"] == ["completion"]
    assert facts["counting"] == "exact"
    plain = quoth("models", "show", f"ollama:{NAME}", OLLAMA_HOST=ollama_server.url).stdout
    assert "loaded window   4096" in plain
    assert "gpu bytes       23 MiB" in plain


def test_fit_of_a_model_whose_file_cannot_be_read(
    quoth: Quoth, ollama_server: OllamaServer, tmp_path: Path
) -> None:
    here = {"OLLAMA_HOST": ollama_server.url, "OLLAMA_MODELS": str(tmp_path)}
    size = ("--set", "backend.context_window=4096", "--json")
    result = quoth("models", "fit", f"ollama:{NAME}", *size, **here)
    assert result.returncode == 0, result.stderr
    same = quoth("models", "fit", "llamacpp:embedded", *size)
    found, expected = json.loads(result.stdout), json.loads(same.stdout)
    for key in ("cache", "work", "layers", "parameters", "quantization", "trained_window"):
        assert found[key] == expected[key], key


def test_only_backends_that_keep_models_pull_and_remove(quoth: Quoth) -> None:
    for command in (("pull",), ("rm", "--yes")):
        result = quoth("models", *command, "llamacpp:embedded")
        assert result.returncode == 2
        assert "hint:" in result.stderr


def test_rm_looks_before_it_asks(quoth: Quoth, ollama_server: OllamaServer) -> None:
    def remove(name: str, *more: str, answer: str = "") -> CompletedProcess[str]:
        command = ("models", "rm", f"ollama:{name}", *more)
        return quoth(*command, input=answer, OLLAMA_HOST=ollama_server.url)

    missing = remove("smollm2:136m")
    assert missing.returncode == 2
    assert "Delete" not in missing.stdout + missing.stderr
    assert f"The nearest is {NAME}" in missing.stderr
    kept = remove(NAME.upper(), answer="n\n")
    assert kept.returncode != 0
    assert f"Delete ollama:{NAME} (94 MiB)?" in kept.stderr
    assert not ollama_server.removed
    gone = remove(NAME.upper(), "--yes")
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
