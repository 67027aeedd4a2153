"""The conversation of every family, byte for byte, where no official template is at hand."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from quoth.prompts.families import list_families
from quoth.prompts.template import render_messages, template_of_family

ROWS = [
    json.loads(line)
    for line in Path(__file__).with_name("conversations.jsonl").read_text("utf-8").splitlines()
]
"""What the official templates wrote; `test_family_templates.py` compares them where they are."""


def test_each_family_writes_the_conversation_as_its_models_read_it() -> None:
    for row in ROWS:
        messages = [{"role": role, "content": f"{role} says so"} for role in row["roles"]]
        written = render_messages(
            messages,
            template=template_of_family(row["family"]),
            bos_token=row["bos"],
            eos_token=row["eos"],
            now=datetime(2024, 7, 26),
        )
        assert written == row["text"], row["family"]


def test_no_family_is_left_out() -> None:
    families = {family.name for family in list_families()}
    assert families - {row["family"] for row in ROWS} == {"plain"}
