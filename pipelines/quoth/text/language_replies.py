"""The section `replies` of a language: what models write around their answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from pydantic.dataclasses import dataclass

from quoth.text.language_fields import NEVER, STRICT, Pattern

ReplyPart = Literal["final", "answer", "quote", "sources", "thinking", "question"]
"""A part of a reply that a word at the start of a line opens.

`final` is an answer behind the steps that lead to it, `sources` a list of what was read, `thinking`
what leads to the answer, and `question` the next question, which a weak model asks itself.
"""


@dataclass(frozen=True, slots=True, config=STRICT)
class ReplyRules:
    """What models write around their answers, and how they decline.

    `refusals` matches the start of a sentence that finds no answer, `denials` one that says
    anywhere that the documents do not tell it. `contrasts` matches the word between what the
    documents tell and what they do not ("but"), `evidence` the words for what was read.

    `labels` has the words that open a part of a reply. `excerpts` matches the word for a numbered
    excerpt. `cited` matches the words for what is cited that may stand before a number in brackets,
    `leads` those before them ("see also"), `pages` a page with its number, `conjunctions` and
    `ranges` what joins two numbers ("and", "to"). `attributions` matches the words between a claim
    and the excerpt that it cites ("as stated in"), `statements` those between an excerpt and what
    it says ("states that").

    `openings` matches what stands before an answer and is none ("Sure!", "Based on the excerpts,"),
    `offers` the start of a sentence that offers more help, `apologies` that of one by which a model
    does not do what it is asked, `notes` that of a line behind an answer that is about the answer
    ("Confidence: high").
    """

    refusals: Pattern = NEVER
    denials: Pattern = NEVER
    contrasts: Pattern = NEVER
    evidence: Pattern = NEVER
    labels: Mapping[ReplyPart, Pattern] = field(default_factory=dict)
    excerpts: Pattern = NEVER
    cited: Pattern = NEVER
    leads: Pattern = NEVER
    pages: Pattern = NEVER
    conjunctions: Pattern = NEVER
    ranges: Pattern = NEVER
    attributions: Pattern = NEVER
    statements: Pattern = NEVER
    openings: Pattern = NEVER
    offers: Pattern = NEVER
    apologies: Pattern = NEVER
    notes: Pattern = NEVER
