"""A reply that must be one of several texts: how each kind of backend is held to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from quoth.models.likelihoods import find_likeliest
from quoth.models.values import Constraint, Piece, Step
from quoth.system import parse_json


def grammar_of(choices: Sequence[str]) -> str:
    """Return a grammar (GBNF) that allows these texts; empty for no choices."""
    texts = " | ".join(json.dumps(choice, ensure_ascii=False) for choice in choices)
    return f"root ::= {texts}" if texts else ""


def schema_of(choices: Sequence[str]) -> Mapping[str, Any]:
    """Return a JSON schema that allows these texts, each as a JSON string."""
    return {"type": "string", "enum": list(choices)}


def constrain(
    choices: Sequence[str], constraints: Sequence[Constraint]
) -> tuple[str, Mapping[str, Any] | None]:
    """Return the (grammar, JSON schema) that holds a backend to these texts.

    A grammar is taken first: the reply is the bare text. A backend that has neither gets neither,
    and its reply may be any text; `settle_choice` makes a choice of it.
    """
    if not choices:
        return "", None
    if "grammar" in constraints:
        return grammar_of(choices), None
    return "", schema_of(choices) if "json_schema" in constraints else None


def settle_choice(pieces: Iterable[Piece], choices: Sequence[str]) -> Iterator[Piece]:
    """Yield the reply of a backend that no grammar holds, in one piece.

    A JSON string is the text in it, also when it is cut off. A reply that names one choice is that
    choice; one that names none is the likeliest, where the backend tells how likely they were.
    Otherwise the reply stays as it is.
    """
    written, steps = "", tuple[Step, ...]()
    for piece in pieces:
        written += piece.text
        steps += piece.steps
        if piece.timings is not None or piece.finish:
            yield replace(piece, text=_settle(_unquote(written), choices, steps), steps=steps)
        elif piece.thinking:
            yield replace(piece, text="", steps=())


def _settle(reply: str, choices: Sequence[str], steps: Sequence[Step]) -> str:
    named = [choice for choice in choices if _names(reply, choice)]
    longest = max(named, key=len, default="")
    if named and all(choice.casefold() in longest.casefold() for choice in named):
        return longest
    return reply if named else find_likeliest(steps, choices) or reply


def _names(reply: str, choice: str) -> bool:
    """Return whether a choice stands in a reply, and not within a word."""
    pattern = rf"(?<![0-9a-z]){re.escape(choice.casefold())}(?![0-9a-z])"
    return re.search(pattern, reply.casefold()) is not None


def _unquote(written: str) -> str:
    text = written.strip()
    for whole in (text, text.rstrip("\\") + '"'):
        try:
            value = parse_json(whole)
        except ValueError:
            continue
        return value if isinstance(value, str) else written
    return written
