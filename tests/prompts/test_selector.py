from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from langchain_classic.chains.prompt_selector import ConditionalPromptSelector, is_llm
from langchain_core.language_models import FakeListChatModel, FakeListLLM
from langchain_core.prompts.chat import BaseChatPromptTemplate
from quoth.errors import ConfigurationError
from quoth.prompts.selector import (
    family_of_model,
    kind_of_model,
    prompt_selector,
    register_condition,
    select_prompt,
    unregister_condition,
)
from quoth.prompts.tasks import families_with_wording, load_prompt
from quoth.prompts.template import render_messages, template_of_family

PAGE = Path(__file__).parents[2] / "docs" / "prompts.md"
IMPORTS = "from quoth.prompts import is_family, load_prompt\n\n"


class Model(FakeListLLM):
    responses: list[str] = ["x"]  # noqa: RUF012
    family: str = ""
    model_path: str = ""


class OfKind(Model):
    kind: str


class ChatModel(FakeListChatModel):
    responses: list[str] = ["x"]  # noqa: RUF012
    model: str = ""


class ServedModel(FakeListLLM):
    """A model that takes one string, whose server takes messages."""

    responses: list[str] = ["x"]  # noqa: RUF012
    kind: str = "chat"


@pytest.fixture
def condition() -> Iterator[Any]:
    yield is_llm
    unregister_condition(is_llm)


def test_llama_2_has_its_own_search_queries_and_everyone_else_the_plain_one() -> None:
    llama = select_prompt("search-queries", Model(family="llama-2"))
    other = select_prompt("search-queries", Model(family="chatml"))
    assert llama == load_prompt("search-queries", family="llama-2")
    assert other == load_prompt("search-queries")
    messages = llama.messages(question="Why?")
    text = render_messages(messages, template=template_of_family("llama-2"))
    assert text.startswith(f"<s>[INST] <<SYS>>\n{llama.system}\n<</SYS>>\n\n")
    assert text.endswith("Why? [/INST]")


def test_the_selector_is_langchain_s_and_gives_a_template_for_its_chains() -> None:
    chosen = prompt_selector("answer")
    assert isinstance(chosen, ConditionalPromptSelector)
    template = chosen.get_prompt(Model(family="gemma"))
    assert isinstance(template, BaseChatPromptTemplate)
    value = template.invoke({"context": "{question}", "question": "Why?"})
    expected = load_prompt("answer").messages(context="{question}", question="Why?")
    assert value.to_messages() == expected
    assert "{context}" in str(template)


@pytest.mark.parametrize(
    ("model", "family"),
    [
        (Model(family="zephyr", model_path="/models/llama-2.gguf"), "zephyr"),
        (Model(model_path="/models/Llama-2-7B-Chat.Q4_0.gguf"), "llama-2"),
        (Model(model_path="C:\\models\\mistral\\Qwen3-0.6B.gguf"), "qwen3"),
        (ChatModel(model="someone/gemma2:2b"), "gemma"),
        (Model(), "plain"),
    ],
)
def test_the_family_of_a_langchain_model(model: Any, family: str) -> None:
    assert family_of_model(model) == family


def test_the_kind_of_a_langchain_model() -> None:
    assert kind_of_model(Model()) == "text"
    assert kind_of_model(ChatModel()) == "chat"
    assert kind_of_model(ServedModel()) == "chat"


def test_a_registered_condition_is_asked_first(condition: Any) -> None:
    mine = load_prompt("hyde")
    register_condition("search-queries", condition, mine)
    assert select_prompt("search-queries", Model(family="llama-2")) == mine
    assert select_prompt("search-queries", ChatModel()) == load_prompt("search-queries")
    assert select_prompt("rerank", Model()) == load_prompt("rerank")


class TestEntryPoints:
    def install(self, folder: Path, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put a package with prompt conditions on the path, as an installer would."""
        (folder / "theirs.py").write_text(module, "utf-8")
        facts = folder / "theirs-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: theirs\nVersion: 1.0\n")
        (facts / "entry_points.txt").write_text(
            "[quoth.prompt_conditions]\ntheirs = theirs:conditions\n"
        )
        monkeypatch.syspath_prepend(folder)
        monkeypatch.delitem(sys.modules, "theirs", raising=False)

    def test_an_installed_package_adds_conditions(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (program,) = re.findall(
            r"```python\n(def conditions.*?)```", PAGE.read_text("utf-8"), re.DOTALL
        )
        self.install(tmp_path, f"{IMPORTS}{program}", monkeypatch)
        assert select_prompt("answer", Model(family="granite")) == load_prompt("answer-quoted")
        assert select_prompt("answer", Model(family="gemma")) == load_prompt("answer")

    def test_a_broken_package_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.install(tmp_path, "import nothing_of_that_name", monkeypatch)
        with pytest.raises(ConfigurationError, match="'theirs'"):
            prompt_selector("answer")


def test_a_folder_s_wording_for_a_family_is_selected(tmp_path: Path) -> None:
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks" / "rerank.yaml").write_text(
        "{name: rerank, version: 2, variables: [text], user: '{text}', "
        "families: {gemma-2: {user: 'Gemma, read {text}'}}}",
        "utf-8",
    )
    assert families_with_wording("rerank", folders=(tmp_path,)) == ("gemma-2",)
    prompt = select_prompt("rerank", Model(family="gemma"), folders=(tmp_path,))
    assert prompt.user == "Gemma, read {text}"


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = (
        "import sys, quoth.prompts as p\n"
        "p.load_prompt('answer').texts(context='c', question='q')\n"
        "p.resolve_template(p.ModelMetadata(name='llama-2'))\n"
        "heavy = {'langchain_core', 'langchain_classic', 'jinja2', 'pydantic', 'transformers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
