"""The tokens that a server reports with their log-probabilities, in the fields of OpenAI's API.

Source: the reference of OpenAI's API, "The chat completion object"; llama.cpp and Ollama follow it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from quoth.models import Step

MOST_LIKELIEST = 20
"""The most tokens that OpenAI's API and Ollama report with each step."""


def read_steps(entries: object) -> tuple[Step, ...]:
    """Return the steps in a list of log-probabilities; empty for anything else."""
    return tuple(_read_step(entry) for entry in _mappings(entries) if _is_number(entry))


def _read_step(entry: Mapping[str, Any]) -> Step:
    likeliest = _mappings(entry.get("top_logprobs"))
    return Step(
        token=_token_of(entry),
        logprob=float(entry["logprob"]),
        likeliest=tuple((_token_of(e), float(e["logprob"])) for e in likeliest if _is_number(e)),
    )


def _token_of(entry: Mapping[str, Any]) -> bytes:
    """Return the bytes of a token, which may be a part of a character; else those of its text."""
    listed = entry.get("bytes")
    if isinstance(listed, list) and all(isinstance(b, int) and 0 <= b < 256 for b in listed):
        return bytes(listed)
    return str(entry.get("token") or "").encode("utf-8", "replace")


def _mappings(entries: object) -> Iterable[Mapping[str, Any]]:
    return [e for e in entries if isinstance(e, dict)] if isinstance(entries, list) else ()


def _is_number(entry: Mapping[str, Any]) -> bool:
    logprob = entry.get("logprob")
    return isinstance(logprob, int | float) and not isinstance(logprob, bool)
