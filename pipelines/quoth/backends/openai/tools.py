"""Tools in `/v1/chat/completions`: what is sent, and the calls that streamed events add up to.

Source: the reference of OpenAI's API, "Create chat completion": `tools`, `tool_choice`,
`tool_calls`. Every field of an event may be missing, null, or of another type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from quoth.backends.stated import whole_number
from quoth.models import Request, Tool, ToolCall


def tool_fields(request: Request) -> dict[str, Any]:
    """Return the fields of a body that tell a server which tools it may call."""
    if not request.tools or request.guided:
        return {}
    named = {"type": "function", "function": {"name": request.tool_choice}}
    choices: dict[str, Any] = {"auto": "auto", "any": "required"}
    return {
        "tools": [tool_field(tool) for tool in request.tools],
        "tool_choice": choices.get(request.tool_choice, named),
    }


def tool_field(tool: Tool) -> dict[str, Any]:
    """Return a tool as a server takes it."""
    function = {"name": tool.name, "description": tool.description}
    return {"type": "function", "function": {**function, "parameters": dict(tool.parameters)}}


def turn_fields(message: BaseMessage) -> dict[str, Any]:
    """Return the fields of a turn that calls tools, or that hands over the result of a call."""
    if isinstance(message, ToolMessage):
        return {"tool_call_id": message.tool_call_id}
    if not (isinstance(message, AIMessage) and message.tool_calls):
        return {}
    return {
        "tool_calls": [
            {
                "id": call["id"],
                "type": "function",
                "function": {
                    "name": call["name"],
                    "arguments": json.dumps(call["args"], ensure_ascii=False),
                },
            }
            for call in message.tool_calls
        ]
    }


class ToolCalls:
    """The calls that the choices of a stream add up to: each part has the number of its call."""

    def __init__(self) -> None:
        self._calls: dict[int, dict[str, str]] = {}

    def add(self, choice: Mapping[str, Any]) -> None:
        """Add what a choice holds of calls."""
        delta = choice.get("delta")
        parts = delta.get("tool_calls") if isinstance(delta, dict) else None
        for place, part in enumerate(parts if isinstance(parts, list) else ()):
            if not isinstance(part, dict):
                continue
            index = whole_number(part.get("index")) if "index" in part else place
            call = self._calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
            function = part.get("function")
            function = function if isinstance(function, dict) else {}
            call["id"] = call["id"] or _text(part.get("id"))
            call["name"] += _text(function.get("name"))
            arguments = function.get("arguments")
            whole = isinstance(arguments, dict)  # as some servers send them
            call["arguments"] += json.dumps(arguments) if whole else _text(arguments)

    def finished(self) -> tuple[ToolCall, ...]:
        """Return the calls, those without a name left out."""
        calls = [call for _, call in sorted(self._calls.items()) if call["name"]]
        return tuple(
            ToolCall(each["name"], each["arguments"] or "{}", each["id"]) for each in calls
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
