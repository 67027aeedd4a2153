from __future__ import annotations

from pathlib import Path

import pytest
from quoth.errors import PromptError
from quoth.prompts.families import (
    ModelMetadata,
    family_of,
    family_template,
    find_family,
    list_families,
)
from quoth.prompts.template import template_of_family

NAMES = {
    "llama2": "llama-2",
    "CodeLlama-7b-Instruct": "llama-2",
    "Meta-Llama-3-8B-Instruct.Q4_K_M.gguf": "llama-3",
    "llama3.1:8b": "llama-3.1",
    "Llama-3.3-70B-Instruct": "llama-3.1",
    "Llama_3.2_1B": "llama-3.2",
    "mistral:7b": "mistral-v3",
    "Mistral-7B-Instruct-v0.1": "mistral-v0.1",
    "Mistral-7B-Instruct-v0.2": "mixtral",
    "Mistral-Nemo-Instruct-2407": "mistral-v3-tekken",
    "Mistral-Large-2411": "mistral-v7",
    "Mistral-Small-3.2-24B": "mistral-v7-tekken",
    "mixtral:8x7b": "mixtral",
    "OpenHermes-2.5-Mistral-7B": "chatml",
    "dolphin-2.5-mixtral-8x7b": "chatml",
    "SmolLM2-135M-Instruct": "chatml",
    "Yi-34B-Chat": "chatml",
    "Qwen1.5-72B-Chat": "chatml",
    "qwen2.5:7b": "qwen2.5",
    "Qwen3-0.6B": "qwen3",
    "QwQ-32B": "qwq",
    "gemma:7b": "gemma",
    "gemma2:2b": "gemma",
    "gemma-3-4b-it": "gemma-3",
    "Phi-3.5-mini-instruct": "phi-3",
    "phi-4": "phi-4",
    "DeepSeek-R1-Distill-Llama-8B": "deepseek-r1",
    "DeepSeek-V3-0324": "deepseek-v3",
    "DeepSeek-V3.1": "deepseek-v3.1",
    "c4ai-command-r-plus": "command-r",
    "granite3.3:2b": "granite",
    "granite-3.0-8b-instruct": "granite-3.0",
    "gpt-oss:20b": "gpt-oss",
    "zephyr-7b-beta": "zephyr",
    "vicuna-13b-v1.5": "vicuna",
    "alpaca-7b": "alpaca",
    "openchat_3.5": "openchat",
    "SOLAR-10.7B-Instruct-v1.0": "solar",
    "falcon-7b-instruct": "falcon-instruct",
    "something-new": "plain",
}


@pytest.mark.parametrize(("name", "family"), NAMES.items())
def test_recognised_by_name(name: str, family: str) -> None:
    assert family_of(ModelMetadata(name=name)) == family


def test_the_carried_template_goes_before_the_name_and_the_architecture() -> None:
    metadata = ModelMetadata(
        name="mistral-finetune", architecture="gemma2", chat_template="<|im_start|>user"
    )
    assert family_of(metadata) == "chatml"


def test_the_architecture_comes_last() -> None:
    assert family_of(ModelMetadata(name="model.gguf", architecture="gemma3")) == "gemma-3"
    assert family_of(ModelMetadata(name="phi-4", architecture="phi3")) == "phi-4"
    assert family_of(ModelMetadata(name="model", architecture="llama")) == "plain"


def test_every_family_has_a_template_that_ships() -> None:
    for family in list_families():
        text, trusted = family_template(family)
        assert text
        assert trusted


def test_an_unknown_family_names_the_nearest() -> None:
    with pytest.raises(PromptError, match="Did you mean 'llama-3'"):
        find_family("lama-3")


def test_a_folder_replaces_a_template_and_adds_families(tmp_path: Path) -> None:
    folder = tmp_path / "families"
    folder.mkdir()
    (folder / "llama-2.jinja").write_text("mine", "utf-8")
    (folder / "bare.jinja").write_text("bare", "utf-8")
    (folder / "house.jinja").write_text("house", "utf-8")
    (folder / "index.yaml").write_text(
        "- {name: house, names: ['llama-2-house'], stop: ['<end>'], system_role: false}", "utf-8"
    )
    folders = (tmp_path,)
    template = template_of_family("llama-2", folders=folders)
    assert (template.text, template.trusted, template.eos_token) == ("mine", False, "</s>")
    assert template_of_family("bare", folders=folders).text == "bare"
    assert family_of(ModelMetadata(name="Llama-2-House"), folders=folders) == "house"
    assert template_of_family("house", folders=folders).stop == ("<end>",)
    assert family_of(ModelMetadata(name="Llama-2-House")) == "llama-2"


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        ("name: x", "list of families"),
        ("- {names: [x]}", "needs a name"),
        ("- {name: x, colour: red}", "unknown key 'colour'"),
        ("- {name: x, stop: '<end>'}", "must be a list of texts"),
        ("- {name: x, system_role: 'no'}", "must be true or false"),
        ("- {name: x, names: ['(']}", "not a pattern"),
        ("- {name: x", "not valid YAML"),
    ],
)
def test_a_wrong_index_is_refused(tmp_path: Path, index: str, reason: str) -> None:
    file = tmp_path / "families" / "index.yaml"
    file.parent.mkdir()
    file.write_text(index, "utf-8")
    with pytest.raises(PromptError, match=reason) as error:
        list_families((tmp_path,))
    assert "index.yaml" in str(error.value)


def test_a_missing_template_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "families" / "index.yaml"
    file.parent.mkdir()
    file.write_text("- {name: empty}", "utf-8")
    with pytest.raises(PromptError, match=r"empty\.jinja is missing"):
        template_of_family("empty", folders=(tmp_path,))
