"""The refusals of Ollama 0.33, in its own words."""

from __future__ import annotations

import json

OVERFLOW = (
    "the prompt is longer than the context length currently available to the model; shorten the "
    "prompt, adjust the context length in settings, or use a model with a longer context length"
)


class RefusalError(Exception):
    """An answer with a status that is not success."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.streamed = False  # whether a stream was asked for


def too_long(tokens: int, window: int) -> str:
    """Return the refusal of a prompt that must not be cut: JSON within the text."""
    details = {
        "code": 400,
        "message": f"request ({tokens} tokens) exceeds the available context size ({window} tokens)"
        ", try increasing it",
        "type": "exceed_context_size_error",
        "n_prompt_tokens": tokens,
        "n_ctx": window,
    }
    return json.dumps({"error": details}, separators=(",", ":"))


def check_schema(schema: object) -> None:
    """Refuse a schema whose type is none of JSON's."""
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind in {None, "object", "array", "string", "number", "integer", "boolean", "null"}:
        return
    details = {
        "code": 400,
        "message": "Field 'json_schema': \"json_schema\": JSON schema conversion failed:\n"
        f"JSON schema error at #: unrecognized type {kind}",
        "type": "invalid_request_error",
    }
    raise RefusalError(400, json.dumps({"error": details}, separators=(",", ":")))
