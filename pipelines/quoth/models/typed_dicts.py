"""The JSON schema of a `TypedDict`, as LangChain's users write one.

LangChain's own conversion knows no `NotRequired`, and Pydantic reads those of `typing` only from
Python 3.12 on.
"""

from __future__ import annotations

import types
from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any, NotRequired, Required, get_args, get_origin, get_type_hints

import typing_extensions
from langchain_core.utils.json_schema import dereference_refs
from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema


def schema_of_typed_dict(kind: type) -> dict[str, Any]:
    """Return the JSON schema of a `TypedDict`.

    The text in `Annotated[str, ..., "a text"]` describes a field, as in LangChain. Raises what
    Python and Pydantic raise for types that they cannot read.
    """
    schema = TypeAdapter(_readable(kind)).json_schema(schema_generator=_Untitled)
    schema = dereference_refs(schema)
    schema.pop("$defs", None)
    return schema


class _Untitled(GenerateJsonSchema):
    """Gives fields no titles, which would only say their names again."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _readable(hint: Any) -> Any:
    """Return a type hint in which each `TypedDict` is one that Pydantic reads."""
    if typing_extensions.is_typeddict(hint):
        return _rebuilt(hint)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Annotated[(_readable(arguments[0]), *_described(arguments[1:]))]
    if origin in (Required, NotRequired, typing_extensions.ReadOnly):
        return origin[_readable(arguments[0])]
    if origin is types.UnionType:
        return reduce(or_, map(_readable, arguments))
    if origin is None or not any(map(_holds_typed_dict, arguments)):
        return hint
    read = tuple(map(_readable, arguments))
    return hint.copy_with(read) if hasattr(hint, "copy_with") else origin[read]


def _rebuilt(kind: Any) -> Any:
    hints = get_type_hints(kind, include_extras=True)
    fields = {
        name: _readable(hint)
        if get_origin(hint) in (Required, NotRequired)
        else (Required if name in kind.__required_keys__ else NotRequired)[_readable(hint)]
        for name, hint in hints.items()
    }
    made = typing_extensions.TypedDict(kind.__name__, fields)  # type: ignore[misc]
    made.__doc__ = kind.__doc__ if kind.__doc__ != dict.__doc__ else None
    return made


def _holds_typed_dict(hint: Any) -> bool:
    return typing_extensions.is_typeddict(hint) or any(map(_holds_typed_dict, get_args(hint)))


def _described(metadata: Sequence[object]) -> list[object]:
    """Return what Pydantic reads of the metadata of a field, with the text that describes it."""
    texts = [value for value in metadata if isinstance(value, str)]
    return [*metadata, *(Field(description=text) for text in texts[-1:])]
