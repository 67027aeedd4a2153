"""Replies in JSON, whole or cut: their answer, and their quotes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from quoth.answer.parts import Quote
from quoth.models import complete_json_value

_START = re.compile(r"(?s)[^{\[]{0,200}?(?:```(?:json)?\s*)?(?=\{\s*[\"']|\{\s*\}|\[\s*\{\s*[\"'])")
_ANSWER = re.compile(
    r"(?i)(?:final_?|short_?)?(?:answers?|responses?|reply|replies|text|results?|output"
    r"|(?:key_?)?(?:claim|statement|sentence|fact|finding|point)s?|antwort|respuesta|réponse|reponse"
    r"|risposta|resposta|antwoord|ответ|答案|回答|答复|答え)$"
)
_QUOTE = re.compile(
    r"(?i)(?:quotes?|quotations?|evidence|citations?|sources?|references?|supporting_?\w*|excerpts?"
    r"|zitate?|belege?|citas?|preuves?|引用|引文|证据|根拠)$"
)
_TEXT = re.compile(r"(?i)(?:quote|text|sentence|content|excerpt_text|quotation|zitat|引用|原文)$")
_NOTHING = "N/A"
"""What a model says by an answer that it leaves empty."""
_NUMBER = re.compile(r"(?i)(?:excerpt|n|number|id|index|source|excerpt_?(?:id|number)|ref)$")


@dataclass(frozen=True, slots=True)
class JsonReply:
    """The answer of a reply in JSON, with line breaks between several texts, and its quotes."""

    answer: str
    quotes: tuple[Quote, ...]


def may_be_json(reply: str) -> bool:
    """Whether a reply is an object of JSON, or begins like one."""
    bare = reply.lstrip()
    return bare.startswith("{") or bool(re.match(r"```(?:json)?\s*[{\[]|\[\s*\{", bare))


def read_json(reply: str) -> JsonReply | None:
    """Return what a reply in JSON holds, even if its end is missing; `None` if it is none."""
    start = _START.match(reply)
    if start is None:
        return None
    value, is_whole = complete_json_value(reply[start.end() :])
    if not isinstance(value, dict | list):
        return None
    answers, quotes = list(_find_answers(value)), tuple(_find_quotes(value))
    if not (answers or quotes or may_be_json(reply)):
        return None
    if not (answers or quotes) and is_whole and _leaves_empty(value):
        answers = [_NOTHING]
    return JsonReply("\n".join(answers), quotes)


def _find_answers(value: Any) -> Iterator[str]:
    """Yield the texts under a key for the answer, else all texts that are no quotes."""
    if isinstance(value, list):
        for item in value:
            yield from _find_answers(item)
        return
    if not isinstance(value, dict):
        return
    named = [item for key, item in value.items() if _ANSWER.match(key)]
    mark = _mark(value)
    for item in named:
        for text in _texts(item):
            yield text if "[" in text else text + mark
    if not named:
        for key, item in value.items():
            if isinstance(item, dict | list) and not _QUOTE.match(key):
                yield from _find_answers(item)


def _mark(value: Mapping[str, Any]) -> str:
    """Return the mark of the excerpts whose numbers stand beside an answer; empty without any."""
    cited = [item for key, item in value.items() if _NUMBER.match(key) or _QUOTE.match(key)]
    numbers = [n for item in cited for n in (item if isinstance(item, list) else [item])]
    whole = [str(n) for n in numbers if re.fullmatch(r"\d{1,2}", str(n))]
    return f" [{','.join(whole)}]" if whole and len(whole) == len(numbers) else ""


def _leaves_empty(value: Any) -> bool:
    """Whether a value has a key for the answer, and nothing in it."""
    return isinstance(value, dict) and any(
        _ANSWER.match(key) and not item for key, item in value.items()
    )


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        if item.strip():
            yield item.strip()
    elif isinstance(item, int | float) and not isinstance(item, bool):
        yield f"{item}"
    elif isinstance(item, list):
        for one in item:
            yield from (f"- {text}" if len(item) > 1 else text for text in _texts(one))
    elif isinstance(item, dict):
        yield from _find_answers(item)


def _find_quotes(value: Any) -> Iterator[Quote]:
    items = value if isinstance(value, list) else [value]
    for item in items:
        if isinstance(item, dict):
            for key, inner in item.items():
                if _QUOTE.match(key):
                    yield from _read_quotes(inner)
                elif isinstance(inner, dict | list):
                    yield from _find_quotes(inner)


def _read_quotes(value: Any) -> Iterator[Quote]:
    if isinstance(value, str):
        if value.strip():
            yield Quote(value.strip())
    elif isinstance(value, list):
        for item in value:
            yield from _read_quotes(item)
    elif isinstance(value, dict):
        texts = [item for key, item in value.items() if _TEXT.match(key) and isinstance(item, str)]
        numbers = [
            int(item)
            for key, item in value.items()
            if _NUMBER.match(key) and re.fullmatch(r"\d{1,2}", str(item))
        ]
        yield from (Quote(text.strip(), tuple(numbers)) for text in texts if text.strip())
