"""A `/v1` server that knows what LangChain's standard tests ask: tools, schemas, and small talk."""

from __future__ import annotations

import json
import re
from typing import Any

from backends.chat_server import ChatServer

_VALUES = {"integer": 3, "number": 3.0, "boolean": True, "array": [], "object": {}}


class StandardServer(ChatServer):
    """Calls the tool that it is told of, with arguments of the right types; else it says a line."""

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if path == "/v1/chat/completions" and body.get("tools"):
            last = body["messages"][-1]
            if last["role"] != "tool" or body["tool_choice"] != "auto":
                return 200, [*self._call(body, str(last["content"])), "data: [DONE]\n\n"]
        if schema := body.get("response_format", {}).get("json_schema", {}).get("schema"):
            values = dict.fromkeys(schema["properties"], "a line")
            self.reply = json.dumps(values)
        return super().answer(path, body)

    def _call(self, body: dict[str, Any], asked: str) -> list[str]:
        choice = body["tool_choice"]
        functions = {tool["function"]["name"]: tool["function"] for tool in body["tools"]}
        name = choice["function"]["name"] if isinstance(choice, dict) else next(iter(functions))
        properties = functions[name]["parameters"].get("properties", {})
        arguments = {key: _value(schema, asked) for key, schema in properties.items()}
        written = json.dumps(arguments, ensure_ascii=False)
        parts: list[dict[str, Any]] = [
            {"index": 0, "id": "call_a", "function": {"name": name, "arguments": written[:4]}},
            {"index": 0, "function": {"arguments": written[4:]}},
        ]
        events: list[dict[str, Any]] = [
            {"choices": [{"delta": {"tool_calls": [part]}}]} for part in parts
        ]
        events.append({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]})
        events.append({"choices": [], "usage": {"prompt_tokens": 20, "completion_tokens": 5}})
        return [f"data: {json.dumps(event)}\n\n" for event in events]


def _value(schema: dict[str, Any], asked: str) -> object:
    named = re.search(r"'([^']+)'", asked)
    return _VALUES.get(str(schema.get("type")), named[1] if named else "pirate")
