"""Ollama: what is sent, what is never cut, and what its own store of models is good for."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ollama
import pytest
from conformance.ollama_server import EMBEDDER, NAME, OllamaServer
from conformance.subjects import WINDOW, open_behind, settings
from langchain_core.messages import HumanMessage, SystemMessage
from quoth.errors import (
    BackendUnavailableError,
    ConfigurationError,
    ContextOverflowError,
    GenerationError,
    ModelNotFoundError,
)
from quoth.models import ChatRequest, LocalModel, ModelCalls, open_model, timings_of
from quoth.prompts.selector import select_prompt
from quoth.summarize import Summarizer

TEXT = "The boiler was inspected on the third of May by the district engineer. " * 14


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder in which nothing is known of any model."""
    folder = tmp_path / "home"
    monkeypatch.setenv("QUOTH_HOME", str(folder))
    return folder


@pytest.fixture
def model(ollama_server: OllamaServer) -> Iterator[LocalModel]:
    model = open_behind("ollama", ollama_server.url, gpu_layers=7, batch_tokens=64)
    yield model
    model.close()


def test_the_window_the_layers_and_that_nothing_is_cut_are_always_sent(
    model: LocalModel, ollama_server: OllamaServer
) -> None:
    model.invoke("Hi.", max_tokens=3, temperature=0.5, seed=9, stop=["x"])
    sent = next(b for b in ollama_server.bodies if b["path"] == "/api/chat")
    assert sent["truncate"] is False
    assert sent["shift"] is False
    options = sent["options"]
    assert options["num_ctx"] == WINDOW
    assert options["num_predict"] == 3
    assert options["num_gpu"] == 7
    assert options["num_batch"] == 64
    assert (options["temperature"], options["seed"], options["stop"]) == (0.5, 9, ["x"])


def test_a_reply_that_a_schema_holds_is_kept_from_circles(
    model: LocalModel, ollama_server: OllamaServer
) -> None:
    model.invoke("How many?", max_tokens=2)
    model.invoke("How many?", max_tokens=2, json_schema={"type": "integer"})
    asked = [b["options"] for b in ollama_server.bodies if b["path"] == "/api/chat"]
    assert "repeat_penalty" not in asked[0], "a plain reply is the model's own"
    assert asked[-1]["repeat_penalty"] > 1


def test_a_server_that_cuts_all_the_same_is_found_out(
    model: LocalModel, ollama_server: OllamaServer
) -> None:
    ollama_server.real_window, ollama_server.forbids_cutting = 128, False
    with pytest.raises(GenerationError, match="dropped the rest"):
        model.invoke(TEXT, max_tokens=4)


def test_a_server_that_refuses_to_cut_becomes_our_error_with_its_own_counts(
    model: LocalModel, ollama_server: OllamaServer
) -> None:
    ollama_server.real_window = 128
    with pytest.raises(ContextOverflowError) as caught:
        model.invoke(TEXT, max_tokens=4)
    error = caught.value
    whole = f"<|im_start|>user\n{TEXT}<|im_end|>\n<|im_start|>assistant\n"
    assert error.prompt_tokens == model.count_tokens(whole)
    assert (error.answer_tokens, error.window) == (4, 128)
    assert model.describe().context_window == 128, "the next call knows better"
    assert "a window of 128 tokens, not 1024" in model.describe().note


def test_a_window_that_the_server_does_not_hold_is_told_before_the_first_call(
    model: LocalModel, ollama_server: OllamaServer
) -> None:
    ollama_server.most_window = 512
    with pytest.raises(ConfigurationError, match="more system memory") as caught:
        Summarizer(model).invoke(TEXT)
    assert "backend.context_window" in caught.value.hint
    assert not ollama_server.sent("/api/chat")


def test_a_shorter_window_than_was_asked_for_is_planned_with(
    model: LocalModel, ollama_server: OllamaServer
) -> None:
    ollama_server.real_window, ollama_server.share_on_gpu = 512, 0.5
    model.reserve()
    model.reserve()
    assert model.describe().context_window == 512
    assert model.describe().gpu_layers == 16
    assert len(ollama_server.sent("/api/generate")) == 1
    placed = model.placement()
    assert placed is not None
    assert placed.context_window == 512
    assert placed.gpu_share == pytest.approx(0.5, abs=0.01)


def test_calls_that_wait_for_their_turn_are_not_taken_for_lost(
    ollama_server: OllamaServer,
) -> None:
    """Each call takes longer than the time-out, and the server answers one at a time."""
    ollama_server.seconds_a_part = 0.5
    model = open_behind("ollama", ollama_server.url, timeout=2.5)
    with ThreadPoolExecutor(2) as pool:
        asked = list(pool.map(lambda n: model.invoke(f"Count to {n}.", max_tokens=6), range(2)))
    assert all(answer.text for answer in asked)
    model.close()


def test_a_server_that_hangs_is_given_up(ollama_server: OllamaServer) -> None:
    ollama_server.seconds_a_part = 3.0
    model = open_behind("ollama", ollama_server.url, timeout=0.5)
    with pytest.raises(BackendUnavailableError, match="does not answer in time"):
        model.invoke("Hi.", max_tokens=2)
    model.close()


@pytest.mark.parametrize(("setting", "sent"), [("30m", "30m"), ("-1", -1), ("0", 0), ("", None)])
def test_how_long_a_model_is_kept_reaches_the_server(
    ollama_server: OllamaServer, setting: str, sent: object
) -> None:
    model = open_behind("ollama", ollama_server.url, keep_alive=setting, threads=1)
    model.invoke("Hi.", max_tokens=1)
    (body,) = ollama_server.sent("/api/chat")
    assert body.get("keep_alive") == sent
    assert body["options"]["num_thread"] == 1
    model.close()


def test_what_the_server_takes_from_elsewhere_or_not_at_all_is_said(
    ollama_server: OllamaServer,
) -> None:
    chosen = {"main_gpu": 1, "kv_cache_type": "q8_0", "tensor_split": (1, 1)}
    model = open_behind("ollama", ollama_server.url, **chosen)
    model.invoke("Hi.", max_tokens=1)
    (body,) = ollama_server.sent("/api/chat")
    assert body["options"]["main_gpu"] == 1
    note = model.describe().note
    assert "OLLAMA_KV_CACHE_TYPE" in note
    assert "does not take backend.tensor_split." in note
    model.close()


def test_an_embedding_model_does_not_answer_and_says_so(ollama_server: OllamaServer) -> None:
    model = open_model(settings(model=f"ollama:{EMBEDDER}", url=ollama_server.url))
    with pytest.raises(ConfigurationError, match="is an embedding model"):
        model.invoke("Hi.")
    model.close()


def test_what_a_model_can_is_read_from_the_server(
    ollama_server: OllamaServer,
) -> None:
    ollama_server.capabilities = ("completion", "thinking", "tools", "vision")
    model = open_behind("ollama", ollama_server.url)
    assert model.describe().capabilities == ollama_server.capabilities
    assert model.invoke("Hi.", max_tokens=1).text
    model.close()


@pytest.mark.parametrize(
    ("name", "thinking", "sent"),
    [(NAME, False, False), (NAME, True, True), ("gpt-oss:20b", False, "low")],
)
def test_a_model_thinks_where_it_is_told_to(
    ollama_server: OllamaServer, name: str, thinking: bool, sent: bool | str
) -> None:
    ollama_server.capabilities = ("completion", "thinking")
    ollama_server.digests[name] = "f" * 64
    chosen = settings(model=f"ollama:{name}", url=ollama_server.url, thinking=thinking)
    model = open_model(chosen)
    model.invoke("Hi.", max_tokens=1)
    assert ollama_server.sent("/api/chat")[0]["think"] == sent
    model.close()


def test_a_name_is_the_same_model_in_any_case(ollama_server: OllamaServer) -> None:
    model = open_model(settings(model=f"ollama:{NAME.upper()}", url=ollama_server.url))
    found = model.describe()
    assert found.fingerprint == ollama_server.digests[NAME]
    assert found.bytes > 90_000_000
    model.close()


@pytest.mark.parametrize("version", ["0.0.0", "0.5.1", "9.9.9-rc1", ""])
def test_a_model_is_used_whatever_version_its_server_says(
    ollama_server: OllamaServer, version: str
) -> None:
    ollama_server.version = version
    model = open_behind("ollama", ollama_server.url)
    assert model.invoke("Hi.", max_tokens=1).text
    model.close()


def test_a_small_model_chooses_by_a_schema(model: LocalModel, ollama_server: OllamaServer) -> None:
    choices = ("the third of May", 'a "boiler"', "Löschwasser")
    request = ChatRequest((HumanMessage(f"{TEXT[:72]} When was it?"),), choices=choices)
    assert ModelCalls(model).call(request).text in choices
    assert ollama_server.sent("/api/chat")[0]["format"]["enum"] == list(choices)


def test_a_prompt_cache_raises_no_false_alarm(
    model: LocalModel, ollama_server: OllamaServer
) -> None:
    ollama_server.counts_cached = False
    for _ in range(3):
        answer = model.invoke(TEXT, max_tokens=2)
    assert timings_of(answer).prompt_tokens < 40, "the server counts only what it evaluated"
    # A cache that another program filled is told from a cut by asking behind a fresh beginning.
    stranger = open_behind("ollama", ollama_server.url)
    stranger.invoke(TEXT, max_tokens=2)
    stranger.close()
    asked = [b for b in ollama_server.bodies if b["path"] == "/api/chat"]
    assert asked[-1]["options"]["num_predict"] == 1
    assert asked[-1]["messages"][0]["role"] == "system"


def test_tokens_are_counted_exactly_where_its_store_cannot_be_read(
    ollama_server: OllamaServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path
) -> None:
    monkeypatch.setenv("OLLAMA_MODELS", str(tmp_path))
    embedded = open_model(settings())
    for _ in range(2):
        model = open_behind("ollama", ollama_server.url)
        found = model.describe()
        assert (found.counting, found.adds_bos) == ("exact", False)
        for text in (TEXT, "naïve — 你好, мир! 🙂", "x" * 500, ""):
            assert model.count_tokens(text) == embedded.count_tokens(text)
        model.close()
    asked = [body for body in ollama_server.sent("/api/show") if body.get("verbose")]
    assert len(asked) == 1, "a tokenizer is asked for once"
    assert list((home / "models" / "ollama").glob("*.gguf"))
    embedded.close()


def test_changed_weights_are_asked_for_their_tokenizer_again(
    ollama_server: OllamaServer, home: Path
) -> None:
    for digest in ("e" * 64, "f" * 64):
        ollama_server.digests[NAME] = digest
        model = open_behind("ollama", ollama_server.url)
        assert model.describe().fingerprint == digest
        model.close()
    assert len([body for body in ollama_server.sent("/api/show") if body.get("verbose")]) == 2


def test_a_damaged_copy_of_the_tokenizer_is_replaced(
    ollama_server: OllamaServer, home: Path
) -> None:
    file = home / "models" / "ollama" / f"{ollama_server.digests[NAME]}.gguf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"GGUF\0\0")
    model = open_behind("ollama", ollama_server.url)
    assert model.describe().counting == "exact"
    model.close()


PROSE = (
    "The keeper opens the lower gate at seven and writes down how much water has passed. ",
    "Ящики лежат у старого причала, и кран поднимает их по одному каждое утро. ",
    "水位在春天上升，渡船等到河水退去才离开码头。",
)


def test_where_no_tokenizer_is_shown_counts_are_learnt_and_it_says_so(
    ollama_server: OllamaServer, home: Path
) -> None:
    exact = open_behind("ollama", ollama_server.url)
    texts = [sentence * (2000 // len(sentence)) for sentence in PROSE]
    counts = [exact.count_tokens(text) for text in texts]
    exact.close()
    ollama_server.shows_tokenizer = False
    for file in home.rglob("*.gguf"):
        file.unlink()
    for text, count in zip(texts, counts, strict=True):
        model = open_behind("ollama", ollama_server.url)
        found = model.describe()
        assert found.counting == "bound"
        assert "upper bounds, learnt" in found.note
        assert model.count_tokens("bees") == 5, "too short to learn from"
        assert count <= model.count_tokens(text) <= 1.4 * count
        calls = len(ollama_server.sent("/api/generate"))
        assert count <= model.count_tokens(text) <= 1.4 * count
        assert len(ollama_server.sent("/api/generate")) == calls, "learnt once"
        model.close()
    model = open_behind("ollama", ollama_server.url)
    assert model.invoke("Hi.", max_tokens=2).text
    with pytest.raises(ContextOverflowError):
        model.invoke(TEXT * 8, max_tokens=4)
    model.close()


def test_a_template_of_the_users_is_rendered_here_and_sent_raw(
    ollama_server: OllamaServer,
) -> None:
    model = open_behind("ollama", ollama_server.url, template="chatml")
    messages = [SystemMessage("Be brief."), HumanMessage("Hi.")]
    prompt = model.render(messages)
    assert prompt.startswith("<|im_start|>system\nBe brief.<|im_end|>")
    answer = model.invoke(messages, max_tokens=4)
    sent = next(b for b in ollama_server.bodies if b["path"] == "/api/generate")
    assert sent["prompt"] == prompt
    assert sent["raw"] is True
    assert sent["truncate"] is False
    assert timings_of(answer).prompt_tokens == model.count_tokens(prompt)
    model.close()


def test_the_family_of_a_model_of_any_name_is_read_from_its_template(
    ollama_server: OllamaServer,
) -> None:
    ollama_server.digests["mine:7b"] = "f" * 64
    ollama_server.template = "[INST] <<SYS>>{{ .System }}<</SYS>>\n\n{{ .Prompt }} [/INST]"
    model = open_model(settings(model="ollama:mine:7b", url=ollama_server.url))
    assert model.family == "llama-2"
    assert "improves searches" in select_prompt("search-queries", model).system
    model.close()


def test_a_model_without_a_template_takes_text(ollama_server: OllamaServer) -> None:
    ollama_server.template = "{{ .Prompt }}"
    model = open_behind("ollama", ollama_server.url)
    assert model.kind == "text"
    assert model.invoke("Hi.", max_tokens=2).text
    model.close()


def test_a_model_that_runs_on_somebody_elses_machine_is_refused(
    ollama_server: OllamaServer,
) -> None:
    ollama_server.remote_host = "https://ollama.com:443"
    model = open_behind("ollama", ollama_server.url)
    with pytest.raises(ConfigurationError, match="sends its prompts to"):
        model.invoke("Hi.")
    assert not [b for b in ollama_server.bodies if b["path"] == "/api/chat"]
    model.close()


def test_a_model_that_is_not_there(ollama_server: OllamaServer) -> None:
    model = open_model(settings(model="ollama:nothing:1b", url=ollama_server.url))
    with pytest.raises(ModelNotFoundError) as caught:
        model.describe()
    assert caught.value.hint == "Get it with: quoth models pull ollama:nothing:1b"
    model.close()


def test_unload_frees_the_model_and_close_leaves_it(
    model: LocalModel, ollama_server: OllamaServer
) -> None:
    def freed() -> list[object]:
        return [b for b in ollama_server.bodies if b.get("keep_alive") == 0]

    model.invoke("Hi.", max_tokens=1)
    model.close()
    assert not freed()
    again = open_behind("ollama", ollama_server.url)
    again.invoke("Hi.", max_tokens=1)
    again.unload()
    assert len(freed()) == 1
    again.close()


def test_the_address_comes_from_ollamas_own_variable(
    ollama_server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", ollama_server.url.removeprefix("http://"))
    model = open_model(settings(model=f"ollama:{NAME}"))
    assert model.describe().parameters > 1e8
    model.close()


def test_llamacpp_runs_what_ollama_has_pulled() -> None:
    model = open_model(settings(model=f"llamacpp:ollama/{NAME}"))
    assert model.describe().family == "chatml"
    assert model.invoke("Hi.", max_tokens=2).text
    model.unload()
    with pytest.raises(ModelNotFoundError, match="The nearest is smollm2:135m"):
        open_model(settings(model="llamacpp:ollama/smolm2:135m"))


def test_the_server_of_the_tests_speaks_to_the_official_client(
    ollama_server: OllamaServer,
) -> None:
    client = ollama.Client(host=ollama_server.url, trust_env=False)
    assert {model.model for model in client.list().models} == {NAME, EMBEDDER}
    assert client.show(NAME).capabilities == ["completion"]
    steps = list(client.pull(NAME, stream=True))
    assert steps[-1].status == "success"
    client.close()


@pytest.mark.parametrize("path", ["", "/v1", "/v1/"])
def test_behind_its_compatible_route_ollama_is_asked_for_its_window_and_tokenizer(
    ollama_server: OllamaServer, path: str
) -> None:
    url = ollama_server.url + path
    compatible = open_model(settings(model=f"openai-compatible:{NAME}", url=url))
    native = open_behind("ollama", ollama_server.url)
    try:
        description = compatible.describe()
        assert (description.engine, description.counting) == ("Ollama", "exact")
        assert compatible.count_tokens(TEXT) == native.count_tokens(TEXT)
        assert compatible.invoke("Hi.", max_tokens=3).text
        with pytest.raises(ContextOverflowError):
            compatible.invoke(TEXT * 90, max_tokens=3)
    finally:
        compatible.close()
        native.close()


def test_what_ollama_cuts_behind_its_compatible_route_is_an_error(
    ollama_server: OllamaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = open_model(
        settings(model=f"openai-compatible:{NAME}", url=ollama_server.url, context_window=32_000)
    )
    monkeypatch.setattr("quoth.backends.openai.dialects.Ollama.window", lambda _: 32_000)
    with pytest.raises(GenerationError, match=r"was sent \d+ tokens and read only \d+"):
        model.invoke(TEXT * 25, max_tokens=3)
    model.close()
