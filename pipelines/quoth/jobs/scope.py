"""The scope of a job, as its file says it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from quoth.collection import Scope
from quoth.config import nearest
from quoth.errors import ConfigurationError


def _text(value: object) -> object:
    """Return a number or a day as text: YAML reads `7` and `2024-01-31` as such."""
    if isinstance(value, datetime.date) or type(value) is int:
        return str(value)
    return value


def _texts(value: object) -> object:
    """Return one text as a list of one."""
    return (value,) if isinstance(value, str) else value


def _pairs(value: object) -> object:
    """Return tags that are written as `key: value` as pairs in text."""
    if not isinstance(value, Mapping):
        return _texts(value)
    return tuple(
        f"{key}={each}"
        for key, values in value.items()
        for each in (values if isinstance(values, list) else [values])
    )


Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class ScopeText(BaseModel):
    """A scope in the texts of a job file; each key is that of an option."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    documents: Texts = Field(default=(), description="Patterns such as `*.pdf` or `*/2024/*`.")
    pages: Text = Field(default="", description="`7`, `3-10`, `3-` or `-10`.")
    formats: Texts = Field(default=(), description="Formats, such as `pdf`.")
    since: Text = Field(default="", description="The first day, `2024-01-31`.")
    until: Text = Field(default="", description="The last day.")
    languages: Texts = Field(default=(), description="Languages of the text, such as `de`.")
    tags: Annotated[tuple[str, ...], BeforeValidator(_pairs)] = Field(
        default=(), description="Tags, as `project: bridge` or `project=bridge`."
    )

    def read(self) -> Scope | None:
        """Return the scope, `None` for everything. Raises `UsageError`."""
        return Scope.read(**self.model_dump()) or None


def check_scope_keys(node: yaml.Node, path: Path) -> None:
    """Raise `ConfigurationError` for a key that a scope does not have, with the nearest one."""
    known = tuple(ScopeText.model_fields)
    hint = f"A scope may have: {', '.join(known)}."
    place = f"{path} line {node.start_mark.line + 1}"
    if not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(f"{place}: scope must hold lines of `name: value`.", hint=hint)
    for key_node, _ in node.value:
        key = str(key_node.value)
        if key not in known:
            near = nearest(key, known)
            raise ConfigurationError(
                f"{path} line {key_node.start_mark.line + 1}: a scope has no {key!r}."
                + (f" The nearest one is {near!r}." if near else ""),
                hint=hint,
            )
