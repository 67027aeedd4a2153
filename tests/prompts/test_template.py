from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ChatMessage, HumanMessage, SystemMessage
from quoth.errors import PromptError
from quoth.prompts.families import ModelMetadata
from quoth.prompts.template import (
    ChatTemplate,
    fold_system_text,
    render_messages,
    resolve_template,
    template_of_family,
)

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
REFUSES_SYSTEM = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('No system!') }}"
    "{% endif %}[{{ m.role }}]{{ m.content }}{% endfor %}"
)
DROPS_SYSTEM = (
    "{% for m in messages if m.role != 'system' %}[{{ m.role }}]{{ m.content }}{% endfor %}"
)
CONVERSATION = [
    SystemMessage("Be kind."),
    HumanMessage("Hi"),
    AIMessage("Hello"),
    HumanMessage("?"),
]


class TestResolve:
    def test_1_the_override_comes_first(self, tmp_path: Path) -> None:
        metadata = ModelMetadata(name="llama-2", chat_template=CHATML, kind="chat")
        by_family = resolve_template(metadata, override="zephyr")
        assert (by_family.origin, by_family.family) == ("override", "zephyr")
        assert resolve_template(metadata, override="{{ messages }}").text == "{{ messages }}"
        file = tmp_path / "own.jinja"
        file.write_text("own", "utf-8")
        assert resolve_template(metadata, override=file).text == "own"
        assert resolve_template(metadata, override=str(file)).text == "own"
        with pytest.raises(PromptError, match="no model family"):
            resolve_template(metadata, override="no-such")
        with pytest.raises(PromptError, match="cannot be read"):
            resolve_template(metadata, override="no-such.jinja")

    def test_2_the_server_of_a_chat_model_applies_its_own(self) -> None:
        template = resolve_template(ModelMetadata(name="llama3.1", kind="chat"))
        assert (template.origin, template.family) == ("server", "llama-3.1")
        with pytest.raises(PromptError, match="server applies"):
            render_messages(CONVERSATION, template=template)
        known = resolve_template(ModelMetadata(name="x", chat_template=CHATML, kind="chat"))
        assert render_messages(CONVERSATION, template=known).startswith("<|im_start|>system\n")

    def test_3_a_text_model_gets_the_template_it_carries(self) -> None:
        template = resolve_template(ModelMetadata(name="llama-2", chat_template=CHATML))
        assert (template.origin, template.family, template.trusted) == ("model", "chatml", False)
        assert template.stop == ("<|im_end|>",)

    def test_4_then_its_family_s(self) -> None:
        template = resolve_template(ModelMetadata(name="llama-2-7b-chat"))
        assert (template.origin, template.warning) == ("family", "")
        assert render_messages(CONVERSATION, template=template) == (
            "<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST] Hello </s><s>[INST] ? [/INST]"
        )

    def test_a_base_model_gets_its_family_s_template_with_a_warning(self) -> None:
        template = resolve_template(ModelMetadata(name="gemma-3-270m"))
        assert (template.origin, template.family) == ("family", "gemma-3")
        assert "may be a base model" in template.warning
        assert not resolve_template(ModelMetadata(name="gemma-3-1b-it")).warning

    def test_5_then_a_plain_one_with_a_warning(self) -> None:
        template = resolve_template(ModelMetadata(name="mystery"))
        assert template.origin == "plain"
        assert "'mystery'" in template.warning
        assert render_messages(CONVERSATION, template=template) == (
            "Be kind.\n\nUser: Hi\n\nAssistant: Hello\n\nUser: ?\n\nAssistant:"
        )


class TestSystemText:
    @pytest.mark.parametrize("text", [REFUSES_SYSTEM, DROPS_SYSTEM], ids=["refused", "dropped"])
    def test_it_opens_the_first_turn_where_there_is_no_place_for_it(self, text: str) -> None:
        template = resolve_template(ModelMetadata(name="x", chat_template=text))
        assert render_messages(CONVERSATION, template=template) == (
            "[user]Be kind.\n\nHi[assistant]Hello[user]?"
        )

    def test_a_template_given_as_text_is_left_to_refuse(self) -> None:
        with pytest.raises(PromptError, match="No system!"):
            render_messages(CONVERSATION, template=REFUSES_SYSTEM)
        assert render_messages(CONVERSATION, template=DROPS_SYSTEM).startswith("[user]Hi")

    @pytest.mark.parametrize("family", ["gemma-1", "gemma-2", "mixtral", "mistral-v0.1"])
    def test_families_without_a_system_role(self, family: str) -> None:
        text = render_messages(CONVERSATION, template=template_of_family(family))
        assert "Be kind.\n\nHi" in text

    def test_a_template_without_an_end_stops_at_the_first_rendering(self) -> None:
        endless = "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}"
        template = resolve_template(ModelMetadata(name="x", chat_template=endless))
        with pytest.raises(PromptError, match="longer than"):
            render_messages(CONVERSATION, template=template)

    def test_folding(self) -> None:
        def turn(role: str, content: str) -> dict[str, str]:
            return {"role": role, "content": content}

        user, system = turn("user", "u"), turn("system", "s")
        assert fold_system_text([user]) == [user]
        assert fold_system_text([system, system, user]) == [turn("user", "s\n\ns\n\nu")]
        assert fold_system_text([system]) == [turn("user", "s")]
        assert fold_system_text([turn("system", ""), user]) == [user]
        assistant = turn("assistant", "a")
        assert fold_system_text([system, assistant]) == [turn("user", "s"), assistant]
        assert user == turn("user", "u")


class TestTokens:
    def test_a_leading_bos_is_dropped_for_a_tokenizer_that_adds_one_and_only_that(self) -> None:
        template = template_of_family("llama-2")
        text = render_messages(CONVERSATION, template=template, drop_leading_bos=True)
        assert not text.startswith("<s>")
        assert text.count("<s>") == 1

    def test_the_tokens_given_go_before_the_family_s(self) -> None:
        template = template_of_family("llama-2")
        text = render_messages(CONVERSATION, template=template, bos_token="", eos_token="<e>")
        assert "<s>" not in text
        assert "</s>" not in text
        assert "Hello <e>" in text

    def test_variables_reach_the_template(self) -> None:
        qwen = template_of_family("qwen3")
        messages = [HumanMessage("Hi")]
        assert render_messages(messages, template=qwen).endswith("assistant\n")
        quiet = template_of_family("qwen3-no-thinking")
        assert render_messages(messages, template=quiet).endswith("<think>\n\n</think>\n\n")
        loud = render_messages(messages, template=quiet, variables={"enable_thinking": True})
        assert loud.endswith("assistant\n")


class TestMessages:
    def test_roles_and_blocks(self) -> None:
        messages: list[BaseMessage | Mapping[str, Any]] = [
            ChatMessage(role="critic", content="No."),
            HumanMessage([{"type": "text", "text": "a"}, "b"]),
            {"role": "tool", "content": "c"},
        ]
        source = "{% for m in messages %}{{ m.role }}={{ m.content }};{% endfor %}"
        assert render_messages(messages, template=source) == "critic=No.;user=ab;tool=c;"

    def test_a_family_reads_blocks_of_text_and_refuses_what_is_none(self) -> None:
        family = template_of_family("chatml")
        blocks = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
        text = render_messages([{"role": "user", "content": blocks}], template=family)
        assert text.startswith("<|im_start|>user\nab<|im_end|>")
        for message in ({"role": "user", "content": None}, {"role": "user"}):
            with pytest.raises(PromptError, match="content other than text"):
                render_messages([message], template=family)

    def test_an_image_is_refused(self) -> None:
        message = HumanMessage([{"type": "image_url", "image_url": {"url": "data:,"}}])
        with pytest.raises(PromptError, match="content other than text"):
            render_messages([message], template="x")

    def test_template_syntax_in_a_message_is_text(self) -> None:
        evil = "{{ 7 * 7 }}{% for x in y %}{# #}"
        for template in (template_of_family("chatml"), ChatTemplate(CHATML, "model", "chatml")):
            assert evil in render_messages([HumanMessage(evil)], template=template)
