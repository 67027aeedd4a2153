"""Tools for a model whose backend calls none: told in the prompt, called in JSON by a schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import BaseModel
from typing_extensions import is_typeddict

from quoth.errors import UsageError
from quoth.models.json_values import complete_json_value, read_json_value
from quoth.models.typed_dicts import schema_of_typed_dict
from quoth.models.values import Piece, Tool, ToolCall
from quoth.prompts import load_prompt

_CHOICES: dict[object, str] = {
    None: "auto",
    "auto": "auto",
    "any": "any",
    "required": "any",
    True: "any",
}
ANSWER = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}
"""The schema of a reply that calls no tool."""


def read_tools(tools: Iterable[Any]) -> tuple[Tool, ...]:
    """Return tools in any form that LangChain knows: tools, functions, classes, schemas.

    Of two with one name the first counts. Raises `UsageError`, which names the one that is none.
    """
    if isinstance(tools, str | Mapping | BaseModel) or not isinstance(tools, Iterable):
        raise UsageError.of_argument("tools", expected="a list of tools", came=tools)
    read: dict[str, Tool] = {}
    for number, tool in enumerate(tools):
        try:
            function = as_openai_tool(tool)["function"]
            made = Tool(
                str(function["name"]),
                str(function.get("description") or ""),
                function.get("parameters") or {"type": "object", "properties": {}},
            )
        except Exception as error:  # whatever LangChain raises for what it does not know
            raise UsageError.of_argument(
                f"tools[{number}]",
                expected="a tool, a function, a class or a schema that LangChain takes as a tool",
                came=tool,
                hint=str(error).split("\n", 1)[0],
            ) from error
        read.setdefault(made.name, made)
    return tuple(read.values())


def as_openai_tool(tool: Any) -> dict[str, Any]:
    """Return a tool in any form that LangChain knows in OpenAI's form.

    Raises whatever LangChain raises for what it does not know.
    """
    if is_typeddict(tool):
        schema = schema_of_typed_dict(tool)
        return convert_to_openai_tool({"title": tool.__name__, **schema})
    return convert_to_openai_tool(tool)


def read_choice(choice: object, tools: Sequence[Tool]) -> str:
    """Return a `tool_choice` as `auto`, `any`, `none` or the name of a tool.

    Raises `UsageError` for anything else.
    """
    if isinstance(choice, Mapping):  # as OpenAI's API has it
        function = choice.get("function")
        choice = function.get("name") if isinstance(function, Mapping) else choice
    if isinstance(choice, str) and (choice == "none" or choice in {tool.name for tool in tools}):
        return choice
    known = choice is None or isinstance(choice, str | bool)
    if known and (found := _CHOICES.get(choice)):
        return found
    names = ", ".join(tool.name for tool in tools)
    raise UsageError(
        f"`tool_choice` is {choice!r}, which is no tool of the call.",
        hint=f"It is auto, any, none, or one of: {names}.",
    )


def schema_of_call(tools: Sequence[Tool], choice: str) -> dict[str, Any]:
    """Return the JSON schema of a reply: a call of one of the tools, or an answer where allowed."""
    called = [tool for tool in tools if choice in ("auto", "any", tool.name)]
    replies = [
        {
            "type": "object",
            "properties": {
                "tool": {"const": tool.name},
                "arguments": {"additionalProperties": False, **tool.parameters},
            },
            "required": ["tool", "arguments"],
            "additionalProperties": False,
        }
        for tool in called
    ]
    return {"anyOf": [*replies, ANSWER]} if choice == "auto" else {"anyOf": replies}


@dataclass(frozen=True, slots=True)
class Offer:
    """What a call sends of tools: the messages, the tools, which to call, and a schema, if any.

    `told` is the reply, where it is known without the model.
    """

    messages: Sequence[BaseMessage]
    tools: tuple[Tool, ...] = ()
    choice: str = "auto"
    json_schema: Mapping[str, Any] | None = None
    told: str = ""

    @property
    def uses_tools(self) -> bool:
        """Whether there are tools to call, or calls or results of tools in the messages."""
        return bool(self.tools) or any(
            isinstance(message, ToolMessage)
            or (isinstance(message, AIMessage) and bool(message.tool_calls))
            for message in self.messages
        )


def read_offer(messages: Sequence[BaseMessage], tools: Iterable[Any], choice: object) -> Offer:
    """Return the tools that a call is given; none with the choice `none`. Raises `UsageError`."""
    read = read_tools(tools)
    chosen = read_choice(choice, read) if read else "auto"
    return Offer(messages) if chosen == "none" else Offer(messages, read, chosen)


def guide(offer: Offer, *, folders: Sequence[Path] = ()) -> Offer:
    """Return an offer for a backend that takes no tools: calls and results are text.

    The tools are described behind the system text, and a schema holds the reply to a call or an
    answer.
    """
    plain: list[BaseMessage] = []
    names: dict[str, str] = {}
    for message in offer.messages:
        if isinstance(message, AIMessage):
            names |= {str(call["id"]): call["name"] for call in message.tool_calls}
            plain.append(AIMessage(_written(message, with_tools=bool(offer.tools))))
        elif isinstance(message, ToolMessage):
            name = message.name or names.get(message.tool_call_id, "")
            _append_user(plain, _result(name, str(message.text), folders))
        elif isinstance(message, HumanMessage):
            _append_user(plain, message)
        else:
            plain.append(message)
    if not offer.tools:
        return replace(offer, messages=plain)
    listed = "\n".join(map(describe_tool, offer.tools))
    _, text = load_prompt("call-tools", folders=folders).texts(tools=listed)
    schema = schema_of_call(offer.tools, offer.choice)
    return replace(offer, messages=add_to_system(plain, text), json_schema=schema)


def describe_tool(tool: Tool) -> str:
    """Return the description of a tool in a prompt."""
    facts = {"tool": tool.name, "description": tool.description, "arguments": dict(tool.parameters)}
    return json.dumps(facts, ensure_ascii=False)


def add_to_system(messages: Sequence[BaseMessage], text: str) -> list[BaseMessage]:
    """Return messages with a text behind their system text, or as it where there is none."""
    if messages and isinstance(messages[0], SystemMessage):
        return [SystemMessage(f"{messages[0].text}\n\n{text}"), *messages[1:]]
    return [SystemMessage(text), *messages]


def read_reply(text: str) -> ToolCall | str | None:
    """Return the call or the answer that a reply holds; `None` for one that is cut off."""
    try:
        reply = read_json_value(text)
    except ValueError:
        return None
    if not isinstance(reply, dict):
        return None
    if isinstance(name := reply.get("tool"), str):
        return ToolCall(name, json.dumps(reply.get("arguments", {}), ensure_ascii=False))
    answer = reply.get("answer")
    return answer if isinstance(answer, str) else None


def calls_made(messages: Sequence[BaseMessage]) -> tuple[ToolCall, ...]:
    """Return the calls of tools that were made since the user last spoke."""
    calls: list[ToolCall] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            calls = []
        for call in message.tool_calls if isinstance(message, AIMessage) else ():
            calls.append(ToolCall(call["name"], json.dumps(call["args"], ensure_ascii=False)))
    return tuple(calls)


def read_partial_answer(text: str) -> str:
    """Return as much of an answer as a reply that was cut off holds."""
    begun = text.find("{")
    reply, _ = complete_json_value(text[begun:]) if begun >= 0 else (None, False)
    answer = reply.get("answer") if isinstance(reply, dict) else None
    return answer if isinstance(answer, str) else text


def name_calls(pieces: Iterable[Piece], turn: int) -> Iterator[Piece]:
    """Yield pieces whose calls all have an id, which no other turn of a conversation gives."""
    for piece in pieces:
        calls = tuple(
            call if call.id else replace(call, id=f"call_{turn}_{number}")
            for number, call in enumerate(piece.tool_calls)
        )
        yield replace(piece, tool_calls=calls) if calls else piece


def _written(message: AIMessage, *, with_tools: bool) -> str:
    """Return what a model without tools would have written for a message."""
    calls = [{"tool": call["name"], "arguments": call["args"]} for call in message.tool_calls]
    if not calls and not with_tools:
        return str(message.text)
    replies = calls or [{"answer": str(message.text)}]
    return "\n".join(json.dumps(reply, ensure_ascii=False) for reply in replies)


def _result(name: str, result: str, folders: Sequence[Path]) -> HumanMessage:
    _, text = load_prompt("tool-result", folders=folders).texts(tool=name, result=result)
    return HumanMessage(text)


def _append_user(messages: list[BaseMessage], message: BaseMessage) -> None:
    """Append a turn of the user, as a part of the one before: templates want turns to alternate."""
    if messages and isinstance(messages[-1], HumanMessage):
        messages[-1] = HumanMessage(f"{messages[-1].text}\n\n{message.text}")
    else:
        messages.append(message)
