"""Conversions between LangChain's messages and the pieces of a backend."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict
from functools import reduce
from operator import add

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, SystemMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatResult

from quoth.errors import PromptError
from quoth.models.values import Piece
from quoth.types import Timings

# Text of a document must not be able to end a turn, so the marks of chat templates are broken up.
_CONTROL = re.compile(
    r"<(?=\|[^|<>\s]{1,40}\|>)|<(?=/?s>)|<(?=(?:start|end)_of_turn>)|\[(?=/?INST\])|<(?=</?SYS>>)"
    r"|<(?=｜)"
)

_BESIDE_TEXT = {"tool_use", "tool_call", "function_call", "thinking", "reasoning"}
"""The blocks in messages of a model that stand elsewhere in it, or are not read again."""


def timings_of(message: BaseMessage) -> Timings:
    """Return the timings of the call that produced `message`; zeros where it has none.

    >>> message = library.model.invoke("Say yes.", max_tokens=2)
    >>> timings_of(message).generated_tokens
    2
    """
    return Timings(**message.response_metadata.get("timings", {"calls": 0}))


def as_chunk(piece: Piece, model: str) -> AIMessageChunk:
    """Return a piece as LangChain's chunk. The last one holds the timings and the usage."""
    extra = {"reasoning_content": piece.thinking} if piece.thinking else {}
    if piece.timings is None:
        return AIMessageChunk(content=piece.text, additional_kwargs=extra)
    timings = piece.timings
    return AIMessageChunk(
        content=piece.text,
        additional_kwargs=extra,
        tool_call_chunks=[
            tool_call_chunk(name=call.name, args=call.arguments, id=call.id, index=index)
            for index, call in enumerate(piece.tool_calls)
        ],
        response_metadata={
            "timings": asdict(timings),
            "finish_reason": piece.finish or "stop",
            **({"likelihoods": list(piece.likelihoods)} if piece.likelihoods else {}),
            **({"note": piece.note} if piece.note else {}),
            "model_name": model,
            "model_provider": "quoth",
        },
        usage_metadata=UsageMetadata(
            input_tokens=timings.prompt_tokens,
            output_tokens=timings.generated_tokens,
            total_tokens=timings.prompt_tokens + timings.generated_tokens,
        ),
        chunk_position="last",
    )


def as_result(chunks: Sequence[AIMessageChunk]) -> ChatResult:
    """Return the sum of all chunks as LangChain's result of one call."""
    whole = reduce(add, chunks)
    message = AIMessage(
        content=whole.content,
        additional_kwargs=whole.additional_kwargs,
        tool_calls=whole.tool_calls,
        invalid_tool_calls=whole.invalid_tool_calls,
        response_metadata=whole.response_metadata,
        usage_metadata=whole.usage_metadata,
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


def defuse(messages: Sequence[BaseMessage]) -> list[BaseMessage]:
    """Return the messages with template marks broken up, except in the system message."""
    return [
        message
        if isinstance(message, SystemMessage) or not isinstance(message.content, str)
        else message.model_copy(update={"content": _CONTROL.sub(r"\g<0> ", message.content)})
        for message in messages
    ]


def check_text(messages: Sequence[BaseMessage], *, model: str) -> None:
    """Raise `PromptError` for a message with more than text, none of which a model would read."""
    for message in messages:
        blocks = message.content if isinstance(message.content, list) else []
        for block in blocks:
            kind = "text" if isinstance(block, str) else str(block.get("type", "unknown"))
            is_own = isinstance(message, AIMessage) and kind in _BESIDE_TEXT
            if kind != "text" and not is_own:
                raise PromptError(
                    f"{model} reads text, and a {message.type} message holds a block of the type "
                    f"{kind!r}.",
                    hint="Documents and pictures of text are read by the library: ingest them.",
                )


def role_of(message: BaseMessage) -> str:
    """Return the role of a message as chat servers name it."""
    known = {"human": "user", "ai": "assistant"}
    return str(getattr(message, "role", None) or known.get(message.type, message.type))
