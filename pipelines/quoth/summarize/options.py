"""The options of a summary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from quoth.config import Summarization
from quoth.errors import UsageError

Strategy = Literal["auto", "map-reduce", "refine", "stuff"]
Reduction = Literal["auto", "model", "select"]

LENGTHS: Mapping[str, int] = {"brief": 60, "standard": 180, "detailed": 450}
"""The words of a summary, by the name of its length."""

LONGEST = 20_000

_DEFAULTS = Summarization()


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """How to summarize. `length` is `brief`, `standard`, `detailed`, or a number of words.

    `reduction` says how partial summaries become one: `model` has the model write it, `select`
    takes the sentences that are most like all of them, `auto` selects for models below a billion
    parameters, which garble what they rewrite. With a JSON `schema` the summary is also filled into
    an object (`Summary.data`). `fresh` repeats calls that are sampled above temperature 0.

    Raises `UsageError` for a value that the settings of the section `summarization` do not allow.
    """

    strategy: Strategy = _DEFAULTS.strategy
    length: str = _DEFAULTS.length
    query: str = ""
    language: str = ""
    map_tokens: int = _DEFAULTS.map_tokens
    reduction: Reduction = "auto"
    schema: Mapping[str, Any] | None = None
    fresh: bool = False

    def __post_init__(self) -> None:
        try:
            Summarization(strategy=self.strategy, length=self.length, map_tokens=self.map_tokens)
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(
                f"summarization.{first['loc'][0]} cannot be {first['input']!r}: "
                f"{first['msg'].lower()}."
            ) from error
        if self.reduction not in {"auto", "model", "select"}:
            raise UsageError(
                f"There is no reduction {self.reduction!r}.",
                hint="Reductions: auto, model, select.",
            )
        _count_words(self.length)

    @property
    def words(self) -> int:
        """The number of words that a summary is asked to have."""
        return _count_words(self.length)

    @classmethod
    def of(cls, settings: Summarization) -> SummaryOptions:
        """Return the options that the configuration sets."""
        return cls(
            strategy=settings.strategy, length=settings.length, map_tokens=settings.map_tokens
        )


def _count_words(length: str) -> int:
    if length in LENGTHS:
        return LENGTHS[length]
    try:
        words = int(length)
    except ValueError:
        words = 0
    if not 1 <= words <= LONGEST:
        raise UsageError(
            f"A summary cannot be {length!r} long.",
            hint=f"Lengths: brief, standard, detailed, or 1 to {LONGEST} words.",
        )
    return words
