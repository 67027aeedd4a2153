from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from quoth.errors import PromptError, UsageError
from quoth.prompts.rendering import render_file

TURNS = [{"role": "system", "content": "S"}, {"role": "user", "content": "U"}]


@pytest.fixture
def messages(tmp_path: Path) -> Path:
    file = tmp_path / "messages.json"
    file.write_text(json.dumps(TURNS), "utf-8")
    return file


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "template.jinja"
    file.write_text(
        "{{ bos_token }}|{{ eos_token }}|{{ messages|length }}|{{ add_generation_prompt }}"
        "|{{ tools }}|{{ strftime_now('%Y-%m-%d') }}\n",
        "utf-8",
    )
    return file


def test_a_family(messages: Path) -> None:
    assert render_file(messages, family="gemma-2", bos_token="") == (
        "<start_of_turn>user\nS\n\nU<end_of_turn>\n<start_of_turn>model\n"
    )
    assert render_file(messages, family="gemma-2", add_generation_prompt=False) == (
        "<bos><start_of_turn>user\nS\n\nU<end_of_turn>\n"
    )


def test_a_template_file_is_rendered_as_it_is(messages: Path, template: Path) -> None:
    text = render_file(
        messages, template=template, bos_token="<s>", eos_token="</s>", now=datetime(2024, 7, 26)
    )
    assert text == "<s>|</s>|2|True|None|2024-07-26"


def test_the_file_may_hold_what_else_the_template_reads(tmp_path: Path, template: Path) -> None:
    file = tmp_path / "all.json"
    file.write_text(
        json.dumps(
            {"messages": TURNS, "tools": [1], "add_generation_prompt": False, "bos_token": "B"}
        ),
        "utf-8",
    )
    now = datetime(2024, 7, 26)
    assert render_file(file, template=template, now=now) == "B||2|False|[1]|2024-07-26"
    text = render_file(file, template=template, now=now, bos_token="C", add_generation_prompt=True)
    assert text == "C||2|True|[1]|2024-07-26"


def test_the_template_s_own_message(tmp_path: Path, messages: Path) -> None:
    file = tmp_path / "refuses.jinja"
    file.write_text("{{ raise_exception('System role not supported') }}", "utf-8")
    with pytest.raises(PromptError, match=r"System role not supported$"):
        render_file(messages, template=file)


def test_either_a_family_or_a_template(messages: Path, template: Path) -> None:
    with pytest.raises(UsageError):
        render_file(messages)
    with pytest.raises(UsageError):
        render_file(messages, family="gemma", template=template)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "cannot be read"),
        ("{}", "holds no list of messages"),
        ('["x"]', "holds no list of messages"),
        ('[{"content": "x"}]', "holds no list of messages"),
    ],
)
def test_wrong_messages(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text, "utf-8")
    with pytest.raises(PromptError, match=reason):
        render_file(file, family="chatml")
    with pytest.raises(PromptError, match="cannot be read"):
        render_file(tmp_path / "missing.json", family="chatml")
