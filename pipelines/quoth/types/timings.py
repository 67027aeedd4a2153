"""The cost of model calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Timings:
    """The cost of model calls, in seconds and tokens.

    `gpu_layers` is the number of layers on the GPU, read back after loading; `None` where it is
    unknown. `note` is a sentence for the case that the model should be on the GPU and is not.
    """

    load_seconds: float = 0.0
    first_token_seconds: float = 0.0
    prompt_tokens: int = 0
    cached_prompt_tokens: int = 0
    prompt_seconds: float = 0.0
    generated_tokens: int = 0
    generation_seconds: float = 0.0
    calls: int = 1
    gpu_layers: int | None = None
    note: str = ""

    @classmethod
    def measured(
        cls,
        *,
        prompt_tokens: int,
        generated_tokens: int,
        first: float,
        spent: float,
        load_seconds: float = 0.0,
    ) -> Self:
        """Return the cost of a call whose backend tells none: by the clock.

        The first token came after `first` seconds, which the prompt took, and the last one after
        `spent`.
        """
        return cls(
            load_seconds=load_seconds,
            prompt_tokens=prompt_tokens,
            prompt_seconds=first,
            generated_tokens=generated_tokens,
            generation_seconds=spent - first,
        )

    @property
    def tokens_per_second(self) -> float:
        """The generation speed; 0.0 when nothing was generated."""
        return self.generated_tokens / self.generation_seconds if self.generation_seconds else 0.0

    def __add__(self, other: Timings) -> Timings:
        layers = [n for n in (self.gpu_layers, other.gpu_layers) if n is not None]
        return Timings(
            load_seconds=self.load_seconds + other.load_seconds,
            first_token_seconds=self.first_token_seconds or other.first_token_seconds,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            cached_prompt_tokens=self.cached_prompt_tokens + other.cached_prompt_tokens,
            prompt_seconds=self.prompt_seconds + other.prompt_seconds,
            generated_tokens=self.generated_tokens + other.generated_tokens,
            generation_seconds=self.generation_seconds + other.generation_seconds,
            calls=self.calls + other.calls,
            gpu_layers=min(layers, default=None),
            note=self.note or other.note,
        )
