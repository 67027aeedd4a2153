"""From the messages of a request to a question and the turns before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from quoth.answer import Condenser, Turn
from quoth.models import ModelCalls
from quoth.server.compatible.shapes import Message
from quoth.server.failures import BAD_REQUEST, Failure, RefusedError

_UNSUPPORTED = Failure(400, "invalid_request_error", "unsupported_content")
_TEXTS = ("text", "input_text", "output_text")
_TASK = "### Task:"
_HISTORY = "<chat_history>"


def text_of(content: str | list[dict[str, Any]] | None) -> str:
    """Return the text of a content. Raises `RefusedError` for a part that is no text."""
    if content is None or isinstance(content, str):
        return content or ""
    for part in content:
        if part.get("type") not in _TEXTS or not isinstance(part.get("text"), str):
            raise RefusedError(
                _UNSUPPORTED,
                f"A part of type {str(part.get('type'))[:40]!r} cannot be read.",
                hint="Send text; no address and no file is fetched for a message.",
                param="messages",
            )
    return "\n".join(part["text"] for part in content)


def read_messages(messages: Sequence[Message]) -> list[BaseMessage]:
    """Return the messages for a model. Raises `RefusedError` for what it cannot read."""
    if not messages:
        raise RefusedError(BAD_REQUEST, "There are no messages.", param="messages")
    read: list[BaseMessage] = []
    for message in messages:
        text = text_of(message.content)
        if message.role in ("system", "developer"):
            read.append(SystemMessage(text))
        elif message.role == "user":
            read.append(HumanMessage(text))
        elif message.role == "assistant":
            read.append(AIMessage(text))
        else:
            raise RefusedError(
                _UNSUPPORTED, f"Messages of a {message.role} are not read.", param="messages"
            )
    return read


def split_question(messages: Sequence[BaseMessage]) -> tuple[str, list[Turn]]:
    """Return the last question, and the turns before it. Raises `RefusedError` without one."""
    spoken = [message for message in messages if not isinstance(message, SystemMessage)]
    if not spoken or not isinstance(spoken[-1], HumanMessage):
        raise RefusedError(
            BAD_REQUEST, "The last message is not one of the user.", param="messages"
        )
    return str(spoken[-1].text), list(_turns(spoken[:-1]))


def condense(calls: ModelCalls, question: str, turns: Sequence[Turn]) -> str:
    """Return a question that stands without the turns before it."""
    return Condenser(calls).condense(question, turns)[0]


def is_task(question: str) -> bool:
    """Whether a chat window asks for a title or tags of a conversation, and not for an answer."""
    return question.lstrip().startswith(_TASK) and _HISTORY in question


def _turns(spoken: Iterable[BaseMessage]) -> Iterable[Turn]:
    asked = ""
    for message in spoken:
        if isinstance(message, HumanMessage):
            asked = str(message.text)
        elif asked:
            yield Turn(asked, asked, str(message.text))
            asked = ""
