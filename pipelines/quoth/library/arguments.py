"""What callers hand to the verbs of a library, checked before anything is read or written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from quoth.errors import UsageError
from quoth.types import Tags

AnyPath = str | PathLike[str]
_TAG = str | int | float | bool


def check_path(path: AnyPath, name: str = "paths") -> Path:
    """Return a path, or raise `UsageError`, which names the argument."""
    if isinstance(path, str | PathLike):
        return Path(path)
    raise UsageError.of_argument(name, expected="a path", came=path)


def check_texts(texts: Iterable[str], name: str) -> list[str]:
    """Return a list of texts; a single text is none. Raises `UsageError`."""
    expected = "a list of texts"
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise UsageError.of_argument(name, expected=expected, came=texts)
    listed = list(texts)
    for number, text in enumerate(listed):
        if not isinstance(text, str):
            raise UsageError.of_argument(f"{name}[{number}]", expected="a text", came=text)
    return listed


def check_tags(tags: Tags | None) -> Tags | None:
    """Return tags, whose values are texts, numbers or lists of them. Raises `UsageError`."""
    if tags is None:
        return None
    if not isinstance(tags, Mapping):
        raise UsageError.of_argument("tags", expected="a mapping of keys to values", came=tags)
    for key, value in tags.items():
        if not isinstance(key, str):
            raise UsageError.of_argument("a key of tags", expected="a text", came=key)
        for one in value if isinstance(value, list | tuple) else (value,):
            if not isinstance(one, _TAG):
                expected = "a text, a number, or a list of them"
                raise UsageError.of_argument(f"tags[{key!r}]", expected=expected, came=value)
    return tags


def check_kind(value: Any, kind: type, name: str, expected: str, *, hint: str = "") -> Any:
    """Return a value of a kind, or `None` as it is. Raises `UsageError` for any other."""
    if value is None or isinstance(value, kind):
        return value
    raise UsageError.of_argument(name, expected=expected, came=value, hint=hint)
