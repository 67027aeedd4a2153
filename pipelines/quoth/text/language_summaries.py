"""The section `summaries` of a language: wordings of summaries and of speech."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import NEVER, STRICT, Pattern


@dataclass(frozen=True, slots=True, config=STRICT)
class SummaryRules:
    """Wordings of summaries and of speech.

    `preamble` matches the words of a model before its summary. `about_text` matches the start of a
    sentence about the text rather than its content. `dangling` matches the start of a sentence that
    cannot be understood without the one before it, `boilerplate` what is in no sentence of the
    content: licences, navigation, notices. `filler` matches a sound between the words of a
    speaker. `unnamed_speaker` is the name for a speaker without one. `full_stop` ends a sentence,
    and `separator` stands between two. `length_factor` is the number of words, as `count_words`
    counts them, that say as much as one English word.
    """

    preamble: Pattern = NEVER
    about_text: Pattern = NEVER
    dangling: Pattern = NEVER
    boilerplate: Pattern = NEVER
    filler: Pattern = NEVER
    unnamed_speaker: str = "–"
    full_stop: str = "."
    separator: str = " "
    length_factor: float = 1.0
