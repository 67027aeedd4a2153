"""Replies that are held to a schema, and read as what the schema describes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, cast

from langchain_core.exceptions import OutputParserException
from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.output_parsers import PydanticOutputParser
from langchain_core.runnables import Runnable, RunnableLambda, RunnableMap, RunnablePassthrough
from langchain_core.utils.function_calling import convert_to_json_schema
from langchain_core.utils.pydantic import is_basemodel_subclass

from quoth.errors import GenerationError, UsageError
from quoth.models.tools import add_to_system
from quoth.prompts import load_prompt
from quoth.system import parse_json

METHODS = ("json_schema", "function_calling", "json_mode")
"""The ways that LangChain names; here each holds the reply to the schema."""


def read_schema(schema: Any) -> dict[str, Any]:
    """Return the JSON schema that a Pydantic class, a `TypedDict` or a mapping means.

    Raises `UsageError` for anything else.
    """
    if isinstance(schema, Mapping) and not ({"name", "function", "title"} & schema.keys()):
        if {"type", "properties", "anyOf", "$ref", "enum"} & schema.keys():
            return _closed(schema)
    elif isinstance(schema, Mapping | type):
        try:
            return _closed(convert_to_json_schema(cast(Any, schema)))
        except Exception as error:  # whatever LangChain raises for what it does not know
            raise _no_schema_error(schema) from error
    raise _no_schema_error(schema)


def _closed(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema whose objects have no fields but those that are named, unless it says so."""
    closed = {
        key: _closed_value(value) if key not in ("default", "enum", "const", "examples") else value
        for key, value in schema.items()
    }
    if isinstance(closed.get("properties"), dict) and closed.get("type", "object") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


def _closed_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _closed(value)
    return [_closed_value(each) for each in value] if isinstance(value, list) else value


def _no_schema_error(schema: object) -> UsageError:
    return UsageError.of_argument(
        "schema", expected="a Pydantic class, a `TypedDict`, or a JSON schema", came=schema
    )


def explain_schema(
    messages: Sequence[BaseMessage], schema: Mapping[str, Any], folders: Sequence[Path] = ()
) -> list[BaseMessage]:
    """Return messages whose system text describes the schema of the reply."""
    written = json.dumps(dict(schema), ensure_ascii=False)
    _, text = load_prompt("fill-schema", folders=folders).texts(schema=written)
    return add_to_system(messages, text)


def read_structured(
    llm: Runnable[LanguageModelInput, AIMessage], schema: Any, *, name: str, include_raw: bool
) -> Runnable[LanguageModelInput, Any]:
    """Return a model that is held to a schema with a parser of its replies behind it.

    A Pydantic class gives its instances, anything else mappings. With `include_raw` the result is a
    mapping of `raw`, `parsed` and `parsing_error`, and no failed parsing is raised.
    """
    parser = RunnableLambda(_Reader(schema, name).read, name="read_structured")
    if not include_raw:
        return llm | parser
    parse = RunnablePassthrough.assign(
        parsed=itemgetter("raw") | parser, parsing_error=lambda _: None
    )
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=llm) | parse.with_fallbacks([failed], exception_key="parsing_error")


class _Reader:
    """Reads replies by one schema; `name` is that of the model."""

    def __init__(self, schema: Any, name: str) -> None:
        is_class = isinstance(schema, type) and is_basemodel_subclass(schema)
        self._parser: PydanticOutputParser[Any] | None = (
            PydanticOutputParser(pydantic_object=schema) if is_class else None
        )
        self._name = name

    def read(self, message: AIMessage) -> Any:
        """Return the value in a reply. Raises `GenerationError` for one that is not whole."""
        finish = message.response_metadata.get("finish_reason")
        if finish == "length":
            raise GenerationError(
                f"The reply of {self._name} was cut off before its JSON was complete.",
                hint="Raise max_tokens: model.model_copy(update={'max_tokens': 2000}).",
            )
        if finish == "loop":
            raise GenerationError(
                f"{self._name} repeated itself, and was stopped before its JSON was complete.",
                hint="Ask for less at once, or choose a larger model.",
            )
        try:
            if self._parser is None:
                return parse_json(str(message.text))
            return self._parser.invoke(message)
        except (OutputParserException, ValueError) as error:
            raise GenerationError(
                f"The reply of {self._name} does not fit the schema: {_first_line(error)}"
            ) from error


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0]
