"""A reply that must be one of several texts: how each kind of backend is held to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from quoth.models.values import Constraint, Piece


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
    and its reply may be any text.
    """
    if not choices:
        return "", None
    if "grammar" in constraints:
        return grammar_of(choices), None
    return "", schema_of(choices) if "json_schema" in constraints else None


def read_choice(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield a reply that is a JSON string as the text in it, in one piece.

    A reply that is cut off is yielded up to there, and one that is no JSON string as it is.
    """
    written = ""
    for piece in pieces:
        written += piece.text
        if piece.timings is not None or piece.finish:
            yield replace(piece, text=_unquote(written))
        elif piece.thinking:
            yield replace(piece, text="")


def _unquote(written: str) -> str:
    text = written.strip()
    for whole in (text, text.rstrip("\\") + '"'):
        try:
            value = json.loads(whole)
        except json.JSONDecodeError:
            continue
        return value if isinstance(value, str) else written
    return written
