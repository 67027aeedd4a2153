"""JSON and YAML that anybody may have written: a value, or one kind of error for each.

Their parsers raise whatever they meet: a month 13, a number of five thousand digits, and a
recursion that is too deep are errors of other kinds there.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_TOO_DEEP = "it is nested too deeply"


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
        return yaml.safe_load(text)


def compose_yaml(text: str) -> yaml.Node | None:
    """Return the tree of a YAML text, `None` for an empty one. Raises `yaml.YAMLError`."""
    import yaml

    with _one_kind_of_error():
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
        return node


def construct_yaml(node: yaml.Node) -> Any:
    """Return the value of a part of a YAML tree. Raises `yaml.YAMLError`."""
    import yaml

    with _one_kind_of_error():
        return yaml.constructor.SafeConstructor().construct_object(node, deep=True)


@contextmanager
def _one_kind_of_error() -> Iterator[None]:
    import yaml

    try:
        yield
    except RecursionError as error:
        raise yaml.YAMLError(_TOO_DEEP) from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise yaml.YAMLError(str(error)) from error
