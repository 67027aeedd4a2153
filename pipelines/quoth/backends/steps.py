"""The tokens that a server reports with their log-probabilities, in the fields of OpenAI's API.

Source: the reference of OpenAI's API, "The chat completion object"; llama.cpp and Ollama follow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quoth.backends.stated import is_number, mappings_of
from quoth.models import Step

MOST_LIKELIEST = 20
"""The most tokens that OpenAI's API and Ollama report with each step."""


def read_steps(entries: object) -> tuple[Step, ...]:
    """Return the steps in a list of log-probabilities; empty for anything else."""
    return tuple(
        _read_step(entry) for entry in mappings_of(entries) if is_number(entry.get("logprob"))
    )


def _read_step(entry: Mapping[str, Any]) -> Step:
    likeliest = mappings_of(entry.get("top_logprobs"))
    return Step(
        token=_token_of(entry),
        logprob=float(entry["logprob"]),
        likeliest=tuple(
            (_token_of(each), float(each["logprob"]))
            for each in likeliest
            if is_number(each.get("logprob"))
        ),
    )


def _token_of(entry: Mapping[str, Any]) -> bytes:
    """Return the bytes of a token, which may be a part of a character; else those of its text."""
    listed = entry.get("bytes")
    if isinstance(listed, list) and all(isinstance(b, int) and 0 <= b < 256 for b in listed):
        return bytes(listed)
    return str(entry.get("token") or "").encode("utf-8", "replace")
