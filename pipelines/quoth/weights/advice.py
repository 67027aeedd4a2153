"""Which published chat models suit this machine: a dated list as data, and the choice from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from quoth.weights.memory import Memory

Use = Literal["ask", "summarize"]
Place = Literal["gpu", "cpu"]

ADVISED_MODELS = 5
"""The most chat models that are named at once."""
_FILE = Path(__file__).with_name("chat_models.yaml")
_MANY = "many"
_WORK = 512 * 2**20
"""Bytes for one step of 512 tokens, with a vocabulary of a quarter of a million."""
_RESERVE = 0.92
"""The share of the free memory to plan with, as in the fit of a file."""
_LEAST_SPEED: Mapping[Use, float] = {"ask": 5.0, "summarize": 1.5}
"""Tokens a second below which somebody waits too long; summaries may run by night."""


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A published chat model, as a GGUF file and as a model of Ollama.

    `parameters` and `active` (those that are read for a token) are billions, `cache` the bytes of
    KV cache a token. `file` is OWNER/REPOSITORY/FILE on Hugging Face. Facts of a model that is not
    `checked` are from memory; one that is not `tried` was never run in Quoth.
    """

    name: str
    licence: str
    parameters: float
    active: float
    bytes: int
    cache: int
    tokens: int
    languages: tuple[str, ...]
    ollama: str
    file: str
    checked: bool
    tried: bool

    def knows(self, language: str) -> bool:
        """Return whether the makers name a language as one of the model's."""
        return _MANY in self.languages or language in self.languages

    @property
    def read_for_a_token(self) -> float:
        """The bytes of weights that are read for one token."""
        return self.bytes * self.active / self.parameters

    def needs(self, window: int) -> int:
        """Return the bytes of memory with a window of tokens."""
        return self.bytes + self.cache * min(window, self.tokens) + _WORK


@dataclass(frozen=True, slots=True)
class ChatModelAdvice:
    """A chat model that fits: where, in how many bytes, and at what speed.

    `tokens_per_second` is the highest speed of generation that the bandwidth of the main memory
    allows, `None` on a GPU, whose bandwidth is not measured. `quick` says whether that is fast
    enough for the use.
    """

    model: ChatModel
    place: Place
    needs: int
    tokens_per_second: float | None
    quick: bool


def advise_chat_models(
    memory: Memory,
    *,
    bandwidth: float,
    window: int,
    languages: Collection[str] = (),
    use: Use = "ask",
) -> list[ChatModelAdvice]:
    """Return at most five chat models that fit and know all languages, the best choice first.

    Those that are fast enough for the use come first, the strongest before the others.
    """
    found = []
    for model in reversed(list_chat_models()):
        place = _place(model.needs(window), memory)
        if place is None or not all(map(model.knows, languages)):
            continue
        speed = None if place == "gpu" else bandwidth / model.read_for_a_token
        quick = speed is None or speed >= _LEAST_SPEED[use]
        found.append(ChatModelAdvice(model, place, model.needs(window), speed, quick))
    return sorted(found, key=lambda advice: not advice.quick)[:ADVISED_MODELS]


def list_chat_models() -> Sequence[ChatModel]:
    """Return the models of the list, the weakest first."""
    return _read()[1]


def chat_models_date() -> str:
    """Return the day on which the list was made, as YYYY-MM-DD."""
    return _read()[0]


def _place(needs: int, memory: Memory) -> Place | None:
    if needs <= memory.gpu_free * _RESERVE:
        return "gpu"
    return "cpu" if needs <= memory.available * _RESERVE else None


@lru_cache(maxsize=1)
def _read() -> tuple[str, tuple[ChatModel, ...]]:
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return str(content["date"]), tuple(_read_model(entry) for entry in content["models"])


def _read_model(entry: Mapping[str, Any]) -> ChatModel:
    return ChatModel(
        **{
            "checked": False,
            "tried": False,
            **entry,
            "languages": tuple(str(entry["languages"]).split()),
        }
    )
