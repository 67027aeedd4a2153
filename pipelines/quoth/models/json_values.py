"""JSON in the replies of models: between marks of code, behind a sentence, cut at its end."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

_DECODER = json.JSONDecoder(strict=False)
_BEGIN = re.compile(r"\{\s*[\"'}]|\[\s*[\"'{\[]")
_FENCED = re.compile(r"(?s)```\w*\s*(.*?)```")
_SINGLE = re.compile(r"(?<=[{\[,:])(\s*)'|'(?=\s*[,:}\]])")
"""The single quotation marks of a value as Python writes it."""
_SPARE_COMMA = re.compile(r",(?=\s*[}\]])")
_ATTEMPTS = 200
"""The most places at which a value that is cut is completed."""
_DEEPEST = 100
"""The most objects and lists within each other: what reads a value goes as deep as it does."""


def read_json_value(reply: str) -> Any:
    """Return the JSON value that a reply is, or the first whole object or list in it.

    It may stand between marks of code or behind a sentence, with single quotation marks or a comma
    too many. Raises `ValueError` where there is none.
    """
    if _is_too_deep(reply):
        raise ValueError("it is nested too deeply")
    for text in (reply, *_FENCED.findall(reply)):
        try:
            return json.loads(text.strip(), strict=False)
        except ValueError:
            continue
    begun = _BEGIN.search(reply)
    while begun and (length := _scan(reply[begun.start() :]).length):
        end = begun.start() + length
        try:
            return _decode_whole(reply[begun.start() : end])
        except ValueError:
            begun = _BEGIN.search(reply, end)
    raise ValueError("it holds no whole value in JSON")


def complete_json_value(text: str) -> tuple[Any, bool]:
    """Return the JSON value at the start of a text, and whether it is whole.

    One whose end is missing is completed from what is there; `None` where nothing can be read.
    """
    if _is_too_deep(text):
        return None, False
    text = _with_double_marks(text)
    try:
        return _decode(text), True
    except ValueError:
        pass
    ends = [len(text), *(match.start() for match in reversed(list(re.finditer(r"[,\"}\]]", text))))]
    for end in ends[:_ATTEMPTS]:
        try:
            return _decode(_completed(text[:end])), False
        except ValueError:
            continue
    return None, False


def _decode_whole(text: str) -> Any:
    """Return the value of a whole object or list. Raises `ValueError`."""
    text = _with_double_marks(text)
    try:
        return _decode(text)
    except ValueError:
        return _decode(_SPARE_COMMA.sub("", text))


def _decode(text: str) -> Any:
    """Return the value at the start of a text. Raises `ValueError`."""
    return _DECODER.raw_decode(text)[0]


def _is_too_deep(text: str) -> bool:
    steps = ((sign in "{[") - (sign in "}]") for sign in text)
    return max(accumulate(steps), default=0) > _DEEPEST


def _with_double_marks(text: str) -> str:
    return _SINGLE.sub(r'\1"', text) if re.match(r"[{\[\s]*'", text) else text


@dataclass(frozen=True, slots=True)
class _Scan:
    """How far the value at the start of a text goes.

    `length` is 0 where its end is missing. `closing` has the marks that close what is still open
    at the end of the text, the innermost first, and `quoted` is true within a string.
    """

    length: int
    closing: str
    quoted: bool
    escaped: bool


def _scan(text: str) -> _Scan:
    closing: list[str] = []
    quoted = escaped = False
    for at, sign in enumerate(text):
        if escaped:
            escaped = False
        elif sign == "\\" and quoted:
            escaped = True
        elif sign == '"':
            quoted = not quoted
        elif not quoted and sign in "{[":
            closing.append("}" if sign == "{" else "]")
        elif not quoted and sign in "}]" and closing:
            closing.pop()
            if not closing:
                return _Scan(at + 1, "", quoted=False, escaped=False)
    return _Scan(0, "".join(reversed(closing)), quoted=quoted, escaped=escaped)


def _completed(text: str) -> str:
    """Return the beginning of a value in JSON with its strings, lists and objects closed."""
    scan = _scan(text)
    text = text[:-1] if scan.escaped else text
    bare = f'{text}"' if scan.quoted else text.rstrip().rstrip(",")
    return bare + scan.closing
