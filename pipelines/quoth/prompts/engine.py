"""Compiles and renders Jinja chat templates as transformers' `apply_chat_template` does.

The environment is that of transformers 5 (`utils/chat_template_utils.py`): an immutable sandbox,
`trim_blocks`, `lstrip_blocks`, loop controls, `{% generation %}`, a `tojson` that escapes nothing,
`raise_exception` and `strftime_now`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

import jinja2
import jinja2.ext
from jinja2 import nodes
from jinja2.parser import Parser
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

OUTPUT_LIMIT = 16 * 1024 * 1024
"""Characters that one rendering may write; about four million tokens."""

_MESSAGE_LIMIT = 500


class OutputLimitError(Exception):
    """A template wrote more than `OUTPUT_LIMIT` characters."""


class _GenerationTag(jinja2.ext.Extension):
    """`{% generation %}…{% endgeneration %}` marks what the model wrote; it renders its body."""

    tags = {"generation"}  # noqa: RUF012  # as Jinja declares it

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(line)

    def _render(self, caller: Callable[[], str]) -> str:
        return caller()


class _Dict:
    """The global `dict` of a template: it makes dictionaries and has no class attributes."""

    def __call__(self, *args: Any, **values: Any) -> dict[Any, Any]:
        return dict(*args, **values)


class _GuardedNamespace(Namespace):
    """A `namespace` that takes no name with a leading underscore."""

    def __init__(*args: Any, **values: Any) -> None:  # `self` may be a key
        attributes = dict(*args[1:], **values)
        for name in attributes:
            _refuse_private(name)
        Namespace.__init__(args[0], attributes)

    def __setitem__(self, name: str, value: Any) -> None:
        _refuse_private(name)
        super().__setitem__(name, value)


def _refuse_private(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise jinja2.exceptions.SecurityError(f"a namespace may not hold {name!r}.")


def _raise_exception(message: str) -> None:
    raise jinja2.TemplateError(message)


def _to_json(
    value: Any,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[_GenerationTag, jinja2.ext.loopcontrols],
    )
    environment.filters["tojson"] = _to_json
    environment.globals |= {
        "raise_exception": _raise_exception,
        "dict": _Dict(),
        "namespace": _GuardedNamespace,
    }
    return environment


_ENVIRONMENT = _environment()


@lru_cache(maxsize=64)
def _compile(source: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(source)


def render(
    source: str,
    messages: Sequence[Mapping[str, Any]],
    *,
    variables: Mapping[str, Any],
    now: datetime,
) -> str:
    """Return the text that the template `source` makes of the messages.

    `tools` and `documents` are `None` unless given, as in transformers. A template that loops over
    `tools` without asking whether there are any is rendered again with an empty list. Raises what
    Jinja raises, and `OutputLimitError`.
    """
    values = {
        "tools": None,
        "documents": None,
        "strftime_now": now.strftime,
        **variables,
        "messages": messages,
    }
    try:
        return _render(source, values)
    except TypeError as error:
        if values["tools"] is not None or "'NoneType' object is not iterable" not in str(error):
            raise
        try:
            return _render(source, {**values, "tools": []})
        except TypeError:
            raise error from None


def _render(source: str, values: Mapping[str, Any]) -> str:
    pieces = []
    written = 0
    for piece in _compile(source).generate(values):
        written += len(piece)
        if written > OUTPUT_LIMIT:
            raise OutputLimitError
        pieces.append(piece)
    return "".join(pieces)


def is_refusal(error: BaseException) -> bool:
    """Return whether the template refused the messages itself, with `raise_exception`."""
    return type(error) is jinja2.TemplateError


def explain(error: BaseException, *, memory_limit: int | None = None) -> str:
    """Return one sentence on why a template could not be rendered, with its own message."""
    message = str(error)[:_MESSAGE_LIMIT]
    match error:
        case jinja2.TemplateSyntaxError():
            return f"The chat template is not valid, line {error.lineno}: {error.message}"
        case jinja2.exceptions.SecurityError():
            return f"The chat template does something that a template may not do: {message}"
        case jinja2.UndefinedError():
            return f"The chat template fails: {message}"
        case jinja2.TemplateError():
            return f"The chat template refuses these messages: {message}"
        case OutputLimitError():
            return f"The chat template writes more than {OUTPUT_LIMIT:,} characters."
        case MemoryError():
            limit = f" than the {memory_limit >> 20} MB allowed" if memory_limit else ""
            return f"The chat template needs more memory{limit}."
        case _:
            return f"The chat template fails: {type(error).__name__}: {message}"
