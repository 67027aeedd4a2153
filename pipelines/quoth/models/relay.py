"""Tools in the hands of a small model: it passes a question on, and repeats what it is told.

A model of less than a billion parameters asks worse than its user does, and answers from what a
tool returned worse than the tool does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage

from quoth.models.tools import Offer
from quoth.models.values import Piece, Tool
from quoth.types import Timings

_ASKING = ("question", "query")
"""The arguments of tools that take a question in the user's own words."""
_LONGEST = 500
"""The characters of a message that is a question."""
_NOTE = "The answer is what the tool returned: a model of this size writes no better one."


def relay(offer: Offer) -> Offer:
    """Return an offer by which a tool is called before anything is answered.

    An argument that takes a question is what the user said last. The reply to the result of a tool
    is the `answer` of its artifact, else its first paragraph. An offer of which a tool must be
    called is returned as it is.
    """
    if offer.choice != "auto" or not offer.tools:
        return offer
    if told := _read_result(offer.messages):
        return replace(offer, told=told)
    return replace(offer, tools=_asked_by_user(offer), choice="any")


def tell(text: str) -> Iterator[Piece]:
    """Yield a reply that is known without the model."""
    yield Piece(text=text)
    yield Piece(timings=Timings(calls=0), finish="stop", note=_NOTE)


def _asked_by_user(offer: Offer) -> tuple[Tool, ...]:
    """Return the tools, held to the last words of the user where they ask a question."""
    humans = [message for message in offer.messages if isinstance(message, HumanMessage)]
    said = str(humans[-1].text).strip() if humans else ""
    if not 0 < len(said) <= _LONGEST:
        return offer.tools
    return tuple(_held_to(tool, said) for tool in offer.tools)


def _held_to(tool: Tool, said: str) -> Tool:
    properties = dict(tool.parameters.get("properties") or {})
    for name in _ASKING:
        if properties.get(name, {}).get("type") == "string":
            properties[name] = {"const": said}
    return replace(tool, parameters={**tool.parameters, "properties": properties})


def _read_result(messages: Sequence[BaseMessage]) -> str:
    """Return what the last message answers, if it is that of a tool."""
    last = messages[-1]
    if not isinstance(last, ToolMessage):
        return ""
    answer = getattr(last.artifact, "answer", "")
    return answer if isinstance(answer, str) and answer else str(last.text).strip().split("\n\n")[0]
