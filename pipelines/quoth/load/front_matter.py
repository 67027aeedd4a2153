"""The facts about a Markdown file that stand at its top, between lines of three hyphens."""

from __future__ import annotations

import re

import yaml

_LONGEST = 20_000  # characters
_ANCHOR = re.compile(r"[:-]\s*&\w")  # what is named can be repeated without end


def read_front_matter(text: str) -> dict[str, str]:
    """Return the plain values of front matter by name; {} where it is none or is broken."""
    inner = text.strip().removeprefix("---").removesuffix("---")
    if not inner or len(text) > _LONGEST or _ANCHOR.search(inner):
        return {}
    try:
        values = yaml.load(inner, Loader=yaml.BaseLoader)  # noqa: S506 - every value is a string
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    found = {}
    for name, value in values.items():
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            value = ", ".join(value)
        if isinstance(name, str) and isinstance(value, str) and value:
            found[name.lower()] = value
    return found
