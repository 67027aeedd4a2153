"""The parts of OpenAI's responses as JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from quoth.server.operations import Operation
from quoth.types import Timings

_STATUS = {"queued": "queued", "running": "in_progress"}


def begin_response(operation: Operation) -> dict[str, Any]:
    """Return a response that is not finished."""
    spec = operation.spec
    return {
        "id": operation.id,
        "object": "response",
        "created_at": int(operation.created),
        "status": _STATUS.get(operation.state, "in_progress"),
        "background": spec["background"],
        "error": None,
        "incomplete_details": None,
        "instructions": spec["instructions"],
        "max_output_tokens": spec["max_tokens"],
        "model": spec["model"],
        "output": [],
        "parallel_tool_calls": False,
        "previous_response_id": spec["previous_response_id"],
        "reasoning": {"effort": None, "summary": None},
        "store": spec["store"],
        "temperature": spec["temperature"],
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": spec["tools"],
        "top_p": 1.0,
        "truncation": "disabled",
        "metadata": spec["metadata"],
    }


def finish_response(
    begun: Mapping[str, Any],
    output: Sequence[Mapping[str, Any]],
    timings: Timings,
    quoth: Mapping[str, Any],
    *,
    cut: bool,
) -> dict[str, Any]:
    """Return a finished response; `cut` is whether its limit of tokens ended it."""
    return {
        **begun,
        "status": "incomplete" if cut else "completed",
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "output": list(output),
        "usage": {
            "input_tokens": timings.prompt_tokens,
            "input_tokens_details": {
                "cached_tokens": timings.cached_prompt_tokens,
                "cache_write_tokens": 0,
            },
            "output_tokens": timings.generated_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": timings.prompt_tokens + timings.generated_tokens,
        },
        "quoth": dict(quoth),
    }


def message_item(
    id: str, text: str, annotations: Sequence[Mapping[str, Any]], *, status: str = "completed"
) -> dict[str, Any]:
    """Return the message of a response; one in progress has no content yet."""
    content = [] if status == "in_progress" else [text_part(text, annotations)]
    return {
        "id": id,
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": content,
    }


def text_part(text: str, annotations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the text of a message with its annotations."""
    return {
        "type": "output_text",
        "text": text,
        "annotations": list(annotations),
        "logprobs": [],
    }


def search_item(
    id: str, question: str, results: Sequence[Mapping[str, Any]] | None, *, status: str
) -> dict[str, Any]:
    """Return the search of a response, with its results where they were asked for."""
    return {
        "id": id,
        "type": "file_search_call",
        "status": status,
        "queries": [question],
        "results": None if results is None else list(results),
    }
