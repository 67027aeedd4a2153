"""The settings for GPUs, the KV cache and a draft model: what is checked, and what reaches whom."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from backends.chat_server import MODEL, ChatServer, serving
from conformance.subjects import PROGRAM
from quoth.backends import LlamaCpp
from quoth.backends.llama.server import server_arguments
from quoth.config import ModelSettings, load_config
from quoth.errors import ConfigurationError, ModelNotFoundError
from quoth.models import open_model
from quoth.weights import find_embedded_weights, fit_of, read_gguf

SERVER = (sys.executable, str(PROGRAM))
SMALL = {"model": "llamacpp:embedded", "context_window": 512, "parallel": 1, "threads": 1}


def open_embedded(**changes: Any) -> LlamaCpp:
    model = open_model(ModelSettings(**{**SMALL, **changes}))
    assert isinstance(model, LlamaCpp)
    return model


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kv_cache_type": "q7"}, "kv_cache_type cannot be 'q7'"),
        ({"main_gpu": -1}, "main_gpu cannot be -1"),
        ({"tensor_split": [-1, 1]}, "tensor_split cannot be"),
        ({"tensor_split": [0, 0]}, "gives no GPU a share"),
        ({"cpu_expert_layers": -3}, "cpu_expert_layers cannot be -3"),
        ({"kv_cache_type": "q8_0", "flash_attention": "off"}, "needs backend.flash_attention"),
    ],
)
def test_values_that_llama_cpp_cannot_take_are_refused(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        load_config(overrides={f"backend.{name}": value for name, value in changes.items()})


def test_every_setting_reaches_the_engine_in_this_process() -> None:
    model = open_embedded(
        kv_cache_type="q8_0",
        tensor_split=(3, 1),
        main_gpu=1,
        cpu_expert_layers=2,
        draft_model="embedded",
    )
    parameters = model._parameters("key", gpu_here=True)
    assert (parameters.cache_type_k.name, parameters.cache_type_v.name) == ("GGML_TYPE_Q8_0",) * 2
    assert list(parameters.tensor_split)[:3] == [3.0, 1.0, 0.0]
    assert parameters.main_gpu == 1
    assert [rule[:8] for rule in parameters.tensor_buft_overrides.split(",")] == [
        r"blk\.0\.",
        r"blk\.1\.",
    ]
    assert parameters.speculative.draft.mparams.path == str(find_embedded_weights())
    assert not parameters.fit_params, "what the user has placed is not placed again"


def test_a_smaller_cache_answers_and_has_a_journal_of_its_own() -> None:
    usual, smaller = open_embedded(), open_embedded(kv_cache_type="q4_0", cpu_expert_layers=1)
    fingerprint = smaller.describe().fingerprint
    assert fingerprint != usual.describe().fingerprint
    try:
        assert smaller.invoke("Say hello.", max_tokens=4).text
        assert smaller.describe().fingerprint == fingerprint, "the same once it is loaded"
    finally:
        smaller.unload()


def test_a_draft_model_does_not_change_the_answer() -> None:
    texts = []
    for draft in ("", "embedded"):
        model = open_embedded(draft_model=draft)
        texts.append(model.invoke("Name three colours.", max_tokens=12).text)
        model.unload()
    assert texts[0] == texts[1]


def test_a_draft_model_that_is_not_here_is_told_when_the_model_is_opened() -> None:
    with pytest.raises(ModelNotFoundError, match=r"nowhere\.gguf"):
        open_embedded(draft_model="nowhere.gguf")


def test_the_size_of_the_cache_follows_its_type() -> None:
    header = read_gguf(find_embedded_weights())
    usual, smaller = (
        fit_of(header, ModelSettings(kv_cache_type=kind), bandwidth=1e9).cache
        for kind in ("f16", "q8_0")
    )
    assert smaller / usual == pytest.approx(34 / 64)


def test_a_program_gets_the_settings_that_were_chosen_and_no_others() -> None:
    plain = server_arguments(ModelSettings(), 1)
    assert not {"--main-gpu", "--flash-attn", "--cache-type-k", "--model-draft"} & {*plain}
    chosen = server_arguments(
        ModelSettings(
            flash_attention="on",
            kv_cache_type="q8_0",
            tensor_split=(3, 1.5),
            main_gpu=1,
            cpu_expert_layers=20,
            draft_model="embedded",
        ),
        1,
    )
    assert " ".join(chosen[len(plain) :]) == (
        "--flash-attn on --cache-type-k q8_0 --cache-type-v q8_0 --tensor-split 3,1.5 "
        f"--main-gpu 1 --n-cpu-moe 20 --model-draft {find_embedded_weights()}"
    )


def test_a_backend_names_the_settings_that_it_does_not_take() -> None:
    with serving(ChatServer(routes={"/props": {}, "/tokenize": {"tokens": [1]}})) as server:
        for model in (f"openai-compatible:{MODEL}", f"llama-server:{server.url}"):
            opened = open_model(
                ModelSettings(model=model, url=server.url, main_gpu=1, kv_cache_type="q8_0")
            )
            note = opened.describe().note
            assert "does not take backend.kv_cache_type, backend.main_gpu." in note
            opened.close()


def test_a_started_server_runs_with_its_cache_and_its_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "llama-server"
    program.write_text(f'#!/bin/sh\nexec "{SERVER[0]}" "{SERVER[1]}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    model = open_model(
        ModelSettings(
            **{**SMALL, "model": "llama-server:embedded"},
            kv_cache_type="q8_0",
            draft_model="embedded",
        )
    )
    try:
        assert model.invoke("Say hello.", max_tokens=6).text
        assert model.describe().fingerprint.endswith(":kv-q8_0")
    finally:
        model.unload()
