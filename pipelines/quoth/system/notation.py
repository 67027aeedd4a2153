"""JSON and YAML that anybody may have written: a value, or one kind of error for each.

Their parsers raise whatever they meet: a month 13, a number of five thousand digits, and a
recursion that is too deep are errors of other kinds there. Plain words of YAML are read as YAML 1.2
reads them (https://yaml.org/spec/1.2.2/, chapter 10), and zeros in front stay: `no` is a language,
`on` a choice, `14:30` a time and `01234` a place, not false, true, 870 and 668.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_TOO_DEEP = "it is nested too deeply"
_PLAIN = {
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "float": (
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    "int": (r"[-+]?(?:0|[1-9][0-9_]*|0x[0-9a-fA-F]+)", "-+0123456789"),
}
"""The form of a plain word by the type of its value, and the letters with which it begins."""


def parse_json(text: str | bytes) -> Any:
    """Return the value of a JSON text. Raises `ValueError` for what is none."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text. Raises `yaml.YAMLError` for what is none."""
    import yaml

    with _one_kind_of_error():
        return yaml.load(text, Loader=_loader())  # noqa: S506  # a safe loader


def compose_yaml(text: str) -> yaml.Node | None:
    """Return the tree of a YAML text, `None` for an empty one. Raises `yaml.YAMLError`."""
    import yaml

    with _one_kind_of_error():
        node: yaml.Node | None = yaml.compose(text, Loader=_loader())
        return node


def construct_yaml(node: yaml.Node) -> Any:
    """Return the value of a part of a YAML tree. Raises `yaml.YAMLError`."""
    import yaml

    with _one_kind_of_error():
        return yaml.constructor.SafeConstructor().construct_object(node, deep=True)


@cache
def _loader() -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """The safe loader of PyYAML with the plain words of YAML 1.2."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in pairs if tag.rpartition(":")[2] not in _PLAIN]
        for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    for name, (form, letters) in _PLAIN.items():
        tag = f"tag:yaml.org,2002:{name}"
        Loader.add_implicit_resolver(tag, re.compile(f"^(?:{form})$"), [*letters])
    return Loader


@contextmanager
def _one_kind_of_error() -> Iterator[None]:
    import yaml

    try:
        yield
    except RecursionError as error:
        raise yaml.YAMLError(_TOO_DEEP) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise yaml.YAMLError(str(error)) from error
