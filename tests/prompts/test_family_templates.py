"""Each family template of ours writes what the official template of its family writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import TESTDATA
from quoth.errors import PromptError
from quoth.prompts.families import list_families
from quoth.prompts.template import ChatTemplate, render_messages, template_of_family

MATERIAL = TESTDATA / "chat_templates"
NOW = datetime(2024, 7, 26)

pytestmark = pytest.mark.testdata("chat_templates")

Messages = list[dict[str, str]]


def _any(messages: Messages) -> bool:
    return True


def _no_system(messages: Messages) -> bool:
    return messages[0]["role"] != "system"


def _with_system(messages: Messages) -> bool:
    return messages[0]["role"] == "system"


@dataclass(frozen=True)
class Official:
    """Where the official template of a family is kept, and the messages that it is for."""

    family: str
    place: str
    name: str
    bos: str = "<s>"
    eos: str = "</s>"
    variables: tuple[tuple[str, Any], ...] = ()
    covers: Callable[[Messages], bool] = _any
    generation_prompts: tuple[bool, ...] = (True, False)


DEEPSEEK = ("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>")
LLAMA_3 = ("<|begin_of_text|>", "<|eot_id|>")

OFFICIAL = [
    Official("llama-2", "hf", "llama"),
    Official("llama-3", "llamacpp", "Llama-3", *LLAMA_3, generation_prompts=(True,)),
    Official("llama-3.1", "templates", "meta-llama-Llama-3.1-8B-Instruct", *LLAMA_3),
    Official("llama-3.3", "templates", "meta-llama-Llama-3.3-70B-Instruct", *LLAMA_3),
    Official("llama-3.2", "templates", "meta-llama-Llama-3.2-3B-Instruct", *LLAMA_3),
    Official("mistral-v0.1", "hf", "TheBloke/Mistral-7B-Instruct-v0.1-GPTQ", covers=_no_system),
    Official("mistral-v1", "llamacpp", "mistralai/Mistral-7B-Instruct-v0.2 (mistralai 'v1'"),
    Official("mistral-v3", "llamacpp", "Mistral-Large-Instruct-2407"),
    Official("mistral-v3-tekken", "llamacpp", "Mistral-Nemo-Instruct-2407"),
    Official("mistral-v3-tekken", "templates", "mistralai-Mistral-Nemo-Instruct-2407"),
    Official("mistral-v7", "llamacpp", "mistralai/Mistral-Large-Instruct-2411"),
    Official(
        "mistral-v7-tekken",
        "templates",
        "Mistral-Small-3.2-24B-Instruct-2506",
        covers=_with_system,
    ),
    Official("mixtral", "hf", "mistralai/Mixtral-8x7B-Instruct-v0.1", covers=_no_system),
    Official(
        "mistral-v0.2",
        "llamacpp",
        "mistralai/Mistral-7B-Instruct-v0.2 (NOTE",
        covers=_no_system,
    ),
    Official("gemma-1", "llamacpp", "google/gemma-7b-it", "", "<eos>", covers=_no_system),
    Official("gemma-2", "templates", "google-gemma-2-2b-it", "<bos>", "<eos>", covers=_no_system),
    Official("gemma-3", "templates_extra", "google-gemma-3-it", "<bos>", "<eos>"),
    Official("phi-3", "templates", "microsoft-Phi-3.5-mini-instruct", "<s>", "<|endoftext|>"),
    Official("phi-4", "llamacpp", "phi-4", "", "<|im_end|>"),
    Official("chatml", "hf", "_base", "", "<|im_end|>"),
    Official("chatml", "llamacpp", "teknium/OpenHermes-2.5-Mistral-7B", "", "<|im_end|>"),
    Official("qwen2.5", "templates", "Qwen-Qwen2.5-7B-Instruct", "", "<|im_end|>"),
    Official("qwq", "templates", "Qwen-QwQ-32B", "", "<|im_end|>"),
    Official("qwen3", "templates", "Qwen-Qwen3-0.6B", "", "<|im_end|>"),
    Official(
        "qwen3-no-thinking",
        "templates",
        "Qwen-Qwen3-0.6B",
        "",
        "<|im_end|>",
        variables=(("enable_thinking", False),),
    ),
    Official("deepseek-r1", "templates", "deepseek-ai-DeepSeek-R1-Distill-Llama-8B", *DEEPSEEK),
    Official("deepseek-r1", "templates", "deepseek-ai-DeepSeek-R1-Distill-Qwen-32B", *DEEPSEEK),
    Official("deepseek-v3", "hf", "deepseek-ai/DeepSeek-R1", *DEEPSEEK),
    Official("deepseek-v3.1", "templates", "deepseek-ai-DeepSeek-V3.1", *DEEPSEEK),
    Official(
        "command-r",
        "llamacpp",
        "CohereForAI/c4ai-command-r-plus",
        "<BOS_TOKEN>",
        "<|END_OF_TURN_TOKEN|>",
    ),
    Official(
        "granite",
        "templates",
        "ibm-granite-granite-3.3-2B-Instruct",
        "<|end_of_text|>",
        "<|end_of_text|>",
    ),
    Official("granite-3.0", "llamacpp", "ibm-granite/granite-3.0-8b-instruct", "", ""),
    Official("gpt-oss", "templates", "openai-gpt-oss-120b", "<|startoftext|>", "<|return|>"),
    Official("zephyr", "hf", "HuggingFaceH4/zephyr-7b-beta (add_generation_prompt=true)"),
    Official("vicuna", "llamacpp", "eachadea/vicuna-13b-1.1"),
    Official("alpaca", "templates_community", "alpaca"),
    Official("openchat", "hf", "openchat/openchat-3.5-0106", "<s>", "<|end_of_turn|>"),
    Official("solar", "hf", "upstage/SOLAR-10.7B-Instruct-v1.0"),
    Official("falcon-instruct", "templates_community", "falcon-instruct"),
]


@cache
def _text(place: str, name: str) -> str:
    if place == "hf":
        rows = json.loads((MATERIAL / "vectors_hf_jinja_e2e.json").read_text("utf-8"))
        return next(str(row["chat_template"]) for row in rows if row["name"] == name)
    if place == "llamacpp":
        rows = json.loads((MATERIAL / "vectors_llamacpp.json").read_text("utf-8"))["cases"]
        return next(str(row["template_str"]) for row in rows if row["name"].startswith(name))
    text = (MATERIAL / place / f"{name}.jinja").read_text("utf-8")
    if place == "templates_community":  # indented for reading; its README says to undo that
        text = text.replace("    ", "").replace("\n", "")
    return text


def _rendered(
    official: Official,
    messages: Messages,
    template: ChatTemplate | str,
    add_generation_prompt: bool,
    variables: dict[str, Any],
) -> str | None:
    try:
        return render_messages(
            messages,
            template=template,
            bos_token=official.bos,
            eos_token=official.eos,
            add_generation_prompt=add_generation_prompt,
            now=NOW,
            variables=variables,
        )
    except PromptError:
        return None


def _agree(official: Official, messages: Messages) -> str | None:
    """Compare both templates; return what they wrote, `None` where both refused."""
    if not official.covers(messages):
        return "not compared"
    ours = template_of_family(official.family)
    text = _text(official.place, official.name)
    written = None
    for add in official.generation_prompts:
        expected = _rendered(official, messages, text, add, dict(official.variables))
        written = _rendered(official, messages, ours, add, {})
        assert written == expected, (official.family, messages, add)
    return written


CONTENTS = [
    "Hello",
    "",
    " ",
    "\n\n  text with white space around \t\r\n",
    "two\n\nparagraphs\r\n\r\nand\n\n\nmore",
    "unicode: Grüße, 你好, 🙂, \u00a0, e\u0301, \u2028",
    "{{ messages }} {% for x in y %} {# no #} {name} {0} {}",
    "<<SYS>> [INST] </s> <|im_end|> <end_of_turn> <|eot_id|>",
    "quotes ' \" \\n \\ and `code`",
    "<think>\nfirst this\n</think>\n\nthe answer",
    "<think>a</think>b<think>c</think>\n\nd",
    "</think>",
    "<tool_response>\n1\n</tool_response>",
    "<|channel|>final<|message|>",
    "\ufeff\u200bno width, \x00 and \x1b\r",
    "a very long text. " * 4000,
    "[1] an excerpt\n\n[2] another\n\nQuestion: what?",
]

ROLES = [
    ("user",),
    ("system", "user"),
    ("user", "assistant"),
    ("user", "assistant", "user"),
    ("system", "user", "assistant"),
    ("system", "user", "assistant", "user"),
    ("system", "user", "assistant", "user", "assistant", "user"),
]


@pytest.mark.parametrize("official", OFFICIAL, ids=lambda row: f"{row.family}={row.name[:40]}")
class TestOfficial:
    def test_neither_refuses_an_ordinary_conversation(self, official: Official) -> None:
        for roles in ROLES:
            messages = [{"role": role, "content": f"{role} says so"} for role in roles]
            assert _agree(official, messages) is not None

    @pytest.mark.parametrize("roles", ROLES, ids="-".join)
    def test_every_content_in_every_place(self, official: Official, roles: tuple[str, ...]) -> None:
        for content in CONTENTS:
            for place in range(len(roles)):
                messages = [{"role": role, "content": f"{role} says so"} for role in roles]
                messages[place]["content"] = content
                _agree(official, messages)
            _agree(official, [{"role": role, "content": content} for role in roles])

    def test_conversations_of_other_shapes(self, official: Official) -> None:
        user, assistant, system = (
            {"role": role, "content": f"{role} says so"} for role in ("user", "assistant", "system")
        )
        for messages in (
            [system],
            [assistant],
            [system, system, user],
            [system, assistant, user],
            [user, system, user],
            [user, assistant, system],
            [user, user],
            [user, assistant, assistant, user],
            [user, assistant] * 40 + [user],
            [{**system, "content": ""}, user],
            [{**user, "name": "bob"}, assistant],
        ):
            _agree(official, messages)

    @settings(max_examples=40, deadline=None)
    @given(data=st.data())
    def test_any_conversation(self, official: Official, data: st.DataObject) -> None:
        text = st.one_of(
            st.sampled_from(CONTENTS),
            st.text(st.characters(codec="utf-8"), max_size=20),
            st.lists(st.sampled_from(["\n", " ", "a", "<think>", "</think>"]), max_size=8).map(
                "".join
            ),
        )
        turns = data.draw(st.integers(1, 6))
        messages = [
            {"role": ("user", "assistant")[turn % 2], "content": data.draw(text)}
            for turn in range(turns)
        ]
        if data.draw(st.booleans()):
            messages.insert(0, {"role": "system", "content": data.draw(text)})
        _agree(official, messages)

    @settings(max_examples=25, deadline=None)
    @given(data=st.data())
    def test_roles_out_of_order_are_treated_alike(
        self, official: Official, data: st.DataObject
    ) -> None:
        roles = data.draw(
            st.lists(st.sampled_from(["user", "assistant", "system"]), min_size=1, max_size=5)
        )
        if data.draw(st.booleans()):
            roles.insert(0, "system")
        _agree(official, [{"role": role, "content": f" {role} "} for role in roles])


def test_every_family_is_compared_with_an_official_template() -> None:
    compared = {template_of_family(row.family).family for row in OFFICIAL}
    assert {family.name for family in list_families()} - compared == {"plain"}
