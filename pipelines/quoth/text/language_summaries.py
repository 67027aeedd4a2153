"""The section `summaries` of a language: phrases that models put around them."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT


@dataclass(frozen=True, slots=True, config=STRICT)
class SummaryRules:
    """Summaries: phrases that models put around them."""

    # A field: `months: WordSet` here, `months: january february …` in every languages/*.yaml.
    # Its type is str, int, float, WordSet, Phrases, Pattern, or a Mapping of them.
