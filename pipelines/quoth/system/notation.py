"""JSON and YAML that anybody may have written: a value, or one kind of error for each.

Their parsers raise whatever they meet: a month 13, a number of five thousand digits, and a
recursion that is too deep are errors of other kinds there. They also return what their callers
cannot walk through: values a thousand deep, values within themselves, and the few lines of YAML
whose aliases stand for billions of values ("billion laughs").

Plain words of YAML are read as YAML 1.2 reads them (https://yaml.org/spec/1.2.2/, chapter 10), and
zeros in front stay: `no` is a language, `on` a choice, `14:30` a time and `01234` a place, not
false, true, 870 and 668.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_DEEPEST = 100
_MOST_VALUES = 100_000
"""The most values that a YAML text with aliases may stand for."""
_TOO_DEEP = "it is nested too deeply"
_TOO_MANY = "its aliases repeat too much"
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
        value = json.loads(text)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    if _is_too_deep(value):
        raise ValueError(_TOO_DEEP)
    return value


def parse_yaml(text: str) -> Any:
    """Return the value of a YAML text. Raises `yaml.YAMLError` for what is none."""
    node = compose_yaml(text)
    return None if node is None else construct_yaml(node)


def compose_yaml(text: str) -> yaml.Node | None:
    """Return the tree of a YAML text, `None` for an empty one. Raises `yaml.YAMLError`."""
    import yaml

    with _one_kind_of_error():
        _check_depth(yaml.parse(text, Loader=_loader()))
        node: yaml.Node | None = yaml.compose(text, Loader=_loader())
        if node is not None:
            _check_aliases(node)
        return node


def construct_yaml(node: yaml.Node) -> Any:
    """Return the value of a part of a YAML tree. Raises `yaml.YAMLError`."""
    import yaml

    with _one_kind_of_error():
        return yaml.constructor.SafeConstructor().construct_object(node, deep=True)


@cache
def _loader() -> type[yaml.SafeLoader]:
    import yaml

    base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class Loader(base):  # type: ignore[misc, valid-type]  # the one of them that is there
        """The safe loader of PyYAML with the plain words of YAML 1.2."""

    Loader.yaml_implicit_resolvers = {
        first: [(tag, form) for tag, form in pairs if tag.rpartition(":")[2] not in _PLAIN]
        for first, pairs in base.yaml_implicit_resolvers.items()
    }
    for name, (form, letters) in _PLAIN.items():
        tag = f"tag:yaml.org,2002:{name}"
        Loader.add_implicit_resolver(tag, re.compile(f"^(?:{form})$"), [*letters])
    return Loader


def _is_too_deep(value: object) -> bool:
    inner = [value]
    for _ in range(_DEEPEST):
        inner = [child for each in inner for child in _children(each)]
        if not inner:
            return False
    return True


def _children(value: object) -> Iterable[object]:
    """Return the objects and lists within a value."""
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [each for each in values if isinstance(each, dict | list)]


def _check_depth(events: Iterable[yaml.Event]) -> None:
    """Raise `yaml.YAMLError` before the composer in C goes so deep that the process dies."""
    import yaml

    depth = 0
    for event in events:
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise yaml.YAMLError(_TOO_DEEP)


def _check_aliases(root: yaml.Node) -> None:
    """Raise `yaml.YAMLError` for a tree that is too deep or too large where aliases are copies."""
    import yaml

    sizes: dict[int, tuple[int, int]] = {}

    def measure(node: yaml.Node) -> tuple[int, int]:
        """Return the number of values in a part of the tree, and how deep it is."""
        if id(node) not in sizes:
            sizes[id(node)] = (_MOST_VALUES + 1, _DEEPEST + 1)  # met again, it is within itself
            within = [measure(child) for child in _nodes(node)]
            values = 1 + sum(size for size, _ in within)
            sizes[id(node)] = (values, 1 + max((depth for _, depth in within), default=0))
        return sizes[id(node)]

    values, depth = measure(root)
    if values > max(_MOST_VALUES, len(sizes)):
        raise yaml.YAMLError(_TOO_MANY)
    if depth > _DEEPEST:
        raise yaml.YAMLError(_TOO_DEEP)


def _nodes(node: yaml.Node) -> Iterable[yaml.Node]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        return [each for pair in node.value for each in pair]
    return node.value if isinstance(node, yaml.SequenceNode) else ()


@contextmanager
def _one_kind_of_error() -> Iterator[None]:
    import yaml

    try:
        yield
    except RecursionError as error:
        raise yaml.YAMLError(_TOO_DEEP) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise yaml.YAMLError(str(error)) from error
