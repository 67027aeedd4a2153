"""The values that a backend and its callers exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.messages import BaseMessage

from quoth.types import Timings

Counting = Literal["exact", "bound"]
Constraint = Literal["json_schema", "grammar"]
_SMALL = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Description:
    """The description of a model.

    `fingerprint` identifies the weights, under any name of the model. `engine` is the package that
    runs the model, where a backend has more than one. `adds_bos` is true if the tokenizer itself
    puts BOS before a prompt. `gpu_layers` is the number of layers that are on the GPU; `None` while
    nothing is loaded, or if the backend does not report it. `offload_note` explains why a model
    that was meant for the GPU runs on the CPU. `counting` is `exact` when the model's own tokenizer
    counts, and `bound` when a count is an upper bound. `constraints` are the ways in which an
    answer can be constrained; a call that asks for another is refused. `spells` is true if the
    model can be made to write a given reply in its own tokens. `takes_tools` is `offered` if the
    backend takes tools itself, and `chosen` if it also takes which one to call; others are held to
    the form of a call by a JSON schema. `capabilities` are those that a server reports, in its
    words. `note` is a sentence for the user.
    """

    name: str
    family: str
    kind: Literal["text", "chat"]
    context_window: int
    parallel: int
    fingerprint: str
    engine: str = ""
    parameters: int = 0
    bytes: int = 0
    adds_bos: bool = False
    gpu_layers: int | None = None
    offload_note: str = ""
    note: str = ""
    counting: Counting = "exact"
    constraints: tuple[Constraint, ...] = ()
    spells: bool = False
    takes_tools: Literal["", "offered", "chosen"] = ""
    capabilities: tuple[str, ...] = ()

    @property
    def is_small(self) -> bool:
        """Whether the model is known to have fewer than a billion parameters.

        A model of that size quotes better than it writes, so it gets shorter parts, simpler prompts
        and a choice among sentences of the documents.
        """
        return 0 < self.parameters < _SMALL


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a server has put a model that it loaded: its window, and its memory in bytes."""

    context_window: int
    bytes: int
    gpu_bytes: int

    @property
    def gpu_share(self) -> float:
        """The share of the memory that is on the GPU, from 0 to 1."""
        return min(1.0, self.gpu_bytes / self.bytes) if self.bytes else 0.0


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """The parameters of a call: messages, limits, and where the answer may end early.

    `max_tokens` 0, `temperature` and `seed` `None` take the model's own settings. An answer ends
    with the sentence in which it reaches `enough_words`, and behind the first match of the regular
    expression `stop_after`. With `end_loops`, an answer that repeats itself ends where it begins
    to. A grammar or a JSON schema defines where an answer ends, so neither `enough_words` nor
    `end_loops` applies to one. `choices` are the texts of which the reply must be one: a backend
    is held to them by a grammar or a JSON schema, whichever it takes; the reply of one that takes
    neither is the choice that it says, or the likeliest one, else any text. With `likelihoods`, the
    call also tells how likely each choice is. `reply` is the whole reply, which the model is made
    to write in its own tokens, so that the likelihood of this text is told. `purpose` is a word for
    the journal's statistics.
    """

    messages: tuple[BaseMessage, ...]
    max_tokens: int = 0
    temperature: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    grammar: str = ""
    choices: tuple[str, ...] = ()
    likelihoods: bool = False
    reply: str = ""
    enough_words: int = 0
    stop_after: str = ""
    end_loops: bool = True
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool that a model may call: its name, its use, and its arguments as JSON schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model wants: the name of a tool, its arguments as JSON, and an id, if any."""

    name: str
    arguments: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """One generation, rendered and counted, as a backend takes it.

    `prompt` is the exact text for a text model, and empty for a chat model. `prompt_tokens` is the
    number of tokens that were counted, which is compared with the number that the model read.
    `choices` are the texts of which the reply must be one. `likelihoods` asks for the likeliest
    tokens of each step, and a backend that does not tell them ignores it.
    With `end_loops`, a reply that goes round in a circle is stopped.
    `tools` are those that the model may call, and `tool_choice` is `auto`, `any`, or the name of
    the one that it must call. With `guided`, the tools are described in the messages, and the JSON
    schema is that of a call or an answer. `called` are the calls since the user last spoke. `told`
    is the reply, where it is known without the model.
    `benchmark` asks for a call that measures the engine: no part of the prompt comes from a cache,
    and the answer has exactly `max_tokens` tokens.
    """

    messages: tuple[BaseMessage, ...]
    prompt: str
    max_tokens: int
    temperature: float
    seed: int
    stop: tuple[str, ...] = ()
    json_schema: Mapping[str, Any] | None = None
    grammar: str = ""
    choices: tuple[str, ...] = ()
    likelihoods: bool = False
    prompt_tokens: int = 0
    end_loops: bool = False
    tools: tuple[Tool, ...] = ()
    tool_choice: str = "auto"
    guided: bool = False
    called: tuple[ToolCall, ...] = ()
    told: str = ""
    benchmark: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """A token that a model wrote, in UTF-8, and the natural logarithm of its probability.

    `likeliest` has the tokens that were likeliest in its place, the written one perhaps among them.
    """

    token: bytes
    logprob: float
    likeliest: tuple[tuple[bytes, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer as it is streamed. The last piece has `timings` and `finish`.

    `steps` are the tokens of the part, where they were asked for. `likelihoods` are those of the
    choices, `tool_calls` those that the model wants, and `note` is a sentence for the caller, all
    in the last piece.
    """

    text: str = ""
    thinking: str = ""
    timings: Timings | None = None
    finish: Literal["", "stop", "length", "loop"] = ""
    steps: tuple[Step, ...] = ()
    likelihoods: tuple[float, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    note: str = ""
