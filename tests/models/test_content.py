"""Text is all that a model reads; what else a message holds is refused, and never left out."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from quoth.errors import PromptError
from scripted_model import Scripted

PICTURE = {"type": "image", "base64": "aGk=", "mime_type": "image/png"}


@pytest.mark.parametrize(
    ("block", "kind"),
    [
        (PICTURE, "image"),
        ({"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}}, "image_url"),
        ({"type": "file", "base64": "aGk=", "mime_type": "application/pdf"}, "file"),
        ({"type": "audio", "base64": "aGk=", "mime_type": "audio/wav"}, "audio"),
        ({"type": "tool_result", "tool_use_id": "a", "content": "green"}, "tool_result"),
    ],
)
def test_a_block_that_is_no_text_is_refused_by_its_type(block: dict[str, Any], kind: str) -> None:
    model = Scripted()
    question = {"type": "text", "text": "What is on it?"}
    with pytest.raises(PromptError, match=f"human message holds a block of the type '{kind}'"):
        model.invoke([HumanMessage([question, block])])
    assert not model.asked


def test_a_picture_that_a_tool_returned_is_refused_as_well() -> None:
    called = AIMessage("", tool_calls=[{"name": "look", "args": {}, "id": "a"}])
    with pytest.raises(PromptError, match="tool message holds a block of the type 'image'"):
        Scripted().invoke([HumanMessage("Look."), called, ToolMessage([PICTURE], tool_call_id="a")])


def test_blocks_of_text_and_what_a_model_said_before_are_read() -> None:
    said: list[str | dict[str, Any]] = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "I ring."},
        {"type": "tool_use", "id": "a", "name": "ring", "input": {}},
    ]
    history: list[BaseMessage] = [
        HumanMessage(["Ring the bell.", {"type": "text", "text": "Now."}]),
        AIMessage(said, tool_calls=[{"name": "ring", "args": {}, "id": "a"}]),
        ToolMessage([{"type": "text", "text": "It rang."}], tool_call_id="a"),
    ]
    model = Scripted()
    model.invoke(history)
    read = "\n".join(str(message.text) for message in model.asked[0].messages)
    for words in ("Ring the bell.", "Now.", "It rang.", "ring"):
        assert words in read
