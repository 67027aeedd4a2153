"""The section `summaries` of a language: phrases that models put around summaries."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import STRICT, Pattern


@dataclass(frozen=True, slots=True, config=STRICT)
class SummaryRules:
    """How summaries and conversations are worded.

    `preamble` matches the introductions that models write in front of a summary. `about_text`
    matches the start of a sentence about the text rather than its content. `filler` matches a sound
    between the words of a speaker. `unnamed_speaker` replaces the name of an unknown speaker.
    """

    preamble: Pattern
    about_text: Pattern
    filler: Pattern
    unnamed_speaker: str
