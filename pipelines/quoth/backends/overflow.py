"""The counts in a server's words for a prompt that is longer than its window."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from quoth.backends.stated import whole_number
from quoth.errors import BackendError, ContextOverflowError
from quoth.system import parse_json

_TYPES = ("exceed_context_size_error", "context_length_exceeded")
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # llama.cpp, and Ollama above it
        r"request \((?P<prompt>\d+) tokens\) exceeds the available context size "
        r"\((?P<window>\d+) tokens\)",
        # OpenAI, vLLM, SGLang, and the proxies that pass on their words
        r"maximum context length (?:is|of) (?P<window>\d+) tokens.*?"
        r"(?P<prompt>\d+) (?:tokens )?(?:in|from) the (?:messages|prompt)",
        r"maximum context length (?:is|of) (?P<window>\d+) tokens.*?"
        r"(?:contains|has|requested|resulted in)(?: at least)? (?P<prompt>\d+) (?:input )?tokens",
        # LM Studio
        r"keep the first (?P<prompt>\d+) tokens.*?context length of only (?P<window>\d+) tokens",
        # text-generation-inference
        r"must be <= (?P<window>\d+)\. Given: (?P<prompt>\d+) `inputs` tokens",
        # words without the count of the prompt
        r"(?:exceeds?|longer than|greater than)[^.]*context (?:length|window|size)"
        r"(?:[^.\d]*(?P<window>\d+))?",
    )
)


def read_overflow(details: Mapping[str, Any]) -> ContextOverflowError | None:
    """Return the error for a prompt that a server refused as too long; `None` for other refusals.

    A count that the server does not state is 0.
    """
    details = innermost_error(details)
    message = str(details.get("message") or "")
    counts = {
        "prompt": whole_number(details.get("n_prompt_tokens")),
        "window": whole_number(details.get("n_ctx")),
    }
    match = next(filter(None, (pattern.search(message) for pattern in _PATTERNS)), None)
    if match is not None:
        for name, digits in match.groupdict().items():
            counts[name] = counts[name] or int(digits or 0)
    elif details.get("type") not in _TYPES and details.get("code") not in _TYPES:
        return None
    return ContextOverflowError(
        prompt_tokens=counts["prompt"],
        answer_tokens=0,
        window=counts["window"],
        what="The prompt",
    )


def innermost_error(details: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the error that a server passes on as JSON within the message of its own."""
    try:
        inner = parse_json(str(details.get("message") or ""))["error"]
    except (ValueError, KeyError, TypeError):
        return details
    return inner if isinstance(inner, dict) else details


def refused_text_error(name: str, error: ContextOverflowError) -> BackendError:
    """Return the error for a text that an embedder refused as too long."""
    size = f" of {error.prompt_tokens} tokens" if error.prompt_tokens else ""
    limit = f" of {error.window} tokens" if error.window else ""
    return BackendError(
        f"{name} refused a text{size}, which exceeds the context length{limit} on its server.",
        hint="Lower ingestion.chunk_tokens.",
    )
