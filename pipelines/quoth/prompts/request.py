"""A request added to the instructions of a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage


def add_request(messages: Sequence[BaseMessage], request: str) -> list[BaseMessage]:
    """Return messages with a request at the end of the system message.

    Without a system message, the request comes before the first one.
    """
    from langchain_core.messages import HumanMessage, SystemMessage

    first, *others = messages
    if isinstance(first, SystemMessage):
        return [SystemMessage(f"{first.content}\n{request}"), *others]
    return [HumanMessage(f"{request}\n\n{first.content}"), *others]
