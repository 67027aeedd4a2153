"""The values that a backend and its callers exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import BaseMessage

from quoth.types import Timings

Counting = Literal["exact", "bound"]


@dataclass(frozen=True, slots=True)
class Description:
    """What a model is, as far as its backend can tell.

    `fingerprint` stands for the weights, not for the name. `adds_bos` tells that the tokenizer puts
    BOS in front of a prompt by itself. `gpu_layers` is what was really offloaded; `None` where the
    backend does not say, or nothing is loaded yet; `offload_note` is a sentence where the model was
    asked onto the GPU and is not there. `counting` is `exact` when tokens are counted by the
    model's own tokenizer, else `bound`: never fewer than there are. `note` is for the user.
    """

    name: str
    family: str
    kind: Literal["text", "chat"]
    context_window: int
    parallel: int
    fingerprint: str
    parameters: int = 0
    bytes: int = 0
    adds_bos: bool = False
    gpu_layers: int | None = None
    offload_note: str = ""
    note: str = ""
    counting: Counting = "exact"


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What a caller asks of a model: messages, limits, and where the answer may end early.

    `max_tokens` 0, `temperature` and `seed` `None` take the model's own settings. An answer ends
    with the sentence in which it reaches `enough_words`, and behind the first match of the regular
    expression `stop_after`. With `end_loops`, an answer that repeats itself ends where it begins
    to. A grammar or a JSON schema says itself where an answer ends, so neither `enough_words` nor
    `end_loops` applies to one. `purpose` is a word for the journal's statistics.
    """

    messages: tuple[BaseMessage, ...]
    max_tokens: int = 0
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    grammar: str = ""
    enough_words: int = 0
    stop_after: str = ""
    end_loops: bool = True
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One generation, rendered and counted, as a backend takes it.

    `prompt` is the exact text for a text model, empty for a chat model.

    `prompt_tokens` is what was counted before, and what is compared with what was read.
    """

    messages: tuple[BaseMessage, ...]
    prompt: str
    max_tokens: int
    temperature: float
    seed: int
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    grammar: str = ""
    prompt_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer as it comes. The last one has `timings` and `finish`."""

    text: str = ""
    thinking: str = ""
    timings: Timings | None = None
    finish: Literal["", "stop", "length"] = ""
