"""The options of a summary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from quoth.config import Summarization
from quoth.errors import UsageError

Strategy = Literal["auto", "extract", "map-reduce", "refine", "stuff"]
Reduction = Literal["auto", "model", "select"]

LENGTHS: Mapping[str, int] = {"brief": 60, "standard": 180, "detailed": 450}
"""The number of words for each named length, in English."""

LONGEST = 20_000
_NUMBER_OF_WORDS = re.compile(r"\s*(\d{1,9})\s*(?:words?)?\s*", re.IGNORECASE)

_DEFAULTS = Summarization()


@dataclass(frozen=True, slots=True)
class SummaryOptions:
    """How to summarize. `length` is `brief`, `standard`, `detailed`, or a number of words.

    The strategy `extract` selects sentences of the text and asks no model; `auto` takes it for
    models below a billion parameters, except for conversations. `kind` is the kind of the documents
    that an extract is made for, and with `auto` found from each text.

    `reduction` is how partial summaries become one: with `model` the model writes it, with `select`
    their most central sentences are selected. `auto` selects for models below a billion parameters,
    which garble the text that they rewrite. With a JSON `schema`, the model also fills an object
    from the summary (`Summary.data`). With `fresh`, calls above temperature 0 are made again even
    when the journal has them.

    Raises `UsageError` for values that the section `summarization` of the settings does not allow.

    >>> options = SummaryOptions(length="brief", query="What does it cost?")
    >>> summary = library.summarizer(options).invoke("The hedge costs 90 crowns. It is green.")
    >>> summary.options.length
    'brief'
    """

    strategy: Strategy = _DEFAULTS.strategy
    kind: str = _DEFAULTS.kind
    length: str | int = _DEFAULTS.length
    query: str = ""
    language: str = ""
    map_tokens: int = _DEFAULTS.map_tokens
    reduction: Reduction = "auto"
    schema: Mapping[str, Any] | None = None
    fresh: bool = False

    def __post_init__(self) -> None:
        if self.schema is not None and not isinstance(self.schema, Mapping):
            raise UsageError.of_argument("schema", expected="a JSON schema", came=self.schema)
        try:
            Summarization(
                strategy=self.strategy, length=str(self.length), map_tokens=self.map_tokens
            )
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
        _count_words(str(self.length))

    @property
    def words(self) -> int:
        """The target length of a summary in words."""
        return _count_words(str(self.length))

    @property
    def is_named_length(self) -> bool:
        """Whether the length is a name, which stands for other numbers in other languages."""
        return str(self.length) in LENGTHS

    @classmethod
    def of(cls, settings: Summarization) -> SummaryOptions:
        """Return the options that the configuration sets."""
        return cls(
            strategy=settings.strategy,
            kind=settings.kind,
            length=settings.length,
            map_tokens=settings.map_tokens,
        )


def _count_words(length: str) -> int:
    if length in LENGTHS:
        return LENGTHS[length]
    number = _NUMBER_OF_WORDS.fullmatch(length)
    words = int(number[1]) if number else 0
    if not 1 <= words <= LONGEST:
        raise UsageError(
            f"{length!r} is not a length of a summary.",
            hint=f"Lengths: brief, standard, detailed, or 1 to {LONGEST} words.",
        )
    return words
