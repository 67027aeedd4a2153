"""Tags as they are typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quoth.types import TagValue


def read_tags(texts: Sequence[str]) -> dict[str, TagValue]:
    """Return tags by key; a key that is given several times has a list. Raises `UsageError`."""
    from quoth.collection import read_tag

    values: dict[str, list[str | int | float | bool]] = {}
    for key, value in map(read_tag, texts):
        values.setdefault(key, []).append(value)
    return {key: each if len(each) > 1 else each[0] for key, each in values.items()}
