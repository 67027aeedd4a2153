"""Claim → its support in the excerpts, and the places that show it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from quoth.answer.parts import Quote
from quoth.answer.passages import Passage, Place, place_around
from quoth.answer.places import cite_span
from quoth.answer.reader import Claim
from quoth.answer.refusals import Refusals
from quoth.answer.support import Fit, SupportFinder
from quoth.answer.yes_no import find_ground, is_bare, is_turned_round, split_interjection
from quoth.text import ENGLISH, Language, count_terms, find_quote, is_unspaced, split_words
from quoth.types import Chunk, Citation, Support

CLAIM_WORDS = 4
"""The fewest words of a claim that is looked up as a quote; pairs of characters in Chinese."""
QUOTE_WORDS = 2
"""The fewest words of a quote, or of a piece of one, that is looked up."""
_INNER = re.compile(r"[\"“„«「『《]([^\"“”„«»「」『』《》]{4,600})[\"”“»」』》]")
_ELLIPSIS = re.compile(r"\s*(?:…|\.{3,}|\[(?:…|\.{3})\]|\((?:…|\.{3})\)|⋯)\s*")
_WHOLE = 0.8
"""The least share of the words of a sentence in a place that says the same."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim with its support, and the places that show it, not numbered yet.

    `refuses` is whether it says that the documents do not tell. `share` is the share of its words
    in these places, from 0 to 1.
    """

    claim: Claim
    support: Support
    places: tuple[Citation, ...] = ()
    refuses: bool = False
    share: float = 0.0


class Judge:
    """Judges the claims of an answer by the excerpts that the model read."""

    def __init__(
        self,
        question: str,
        excerpts: Sequence[Chunk],
        *,
        refusals: Sequence[str] = (),
        language: Language = ENGLISH,
    ) -> None:
        self._question = question
        self._excerpts = tuple(excerpts)
        self._language = language
        self._finder = SupportFinder(question, excerpts, language=language)
        self._refusals = Refusals(refusals, language)

    def judge(self, claim: Claim, quotes: Sequence[Quote] = ()) -> Verdict:
        """Return the support of a claim; `quotes` are those that the model gave so far.

        A "yes" or "no" that the rest of the claim turns round is not shown.
        """
        claim = self._without_opposite(claim)
        cited = tuple(self._excerpts[number - 1] for number in claim.numbers)
        said = self._without_pages(_read_row(claim.text) if claim.kind == "row" else claim.text)
        found = self.locate(said, cited, fewest=CLAIM_WORDS)
        if found:
            return Verdict(claim, "quoted", found, share=1.0)
        refuses = self._refusals.match(said)
        if stated := self._refusals.find_statement(said):
            verdict = self._check(claim, stated, cited, quotes, is_about=True)
            if verdict.support != "unsupported":
                return verdict
        verdict = self._check(claim, said, cited, quotes)
        is_stated = verdict.support == "supported" and verdict.share >= _WHOLE
        says_more = len(count_terms(said, self._language)) >= CLAIM_WORDS
        if refuses and not (is_stated and says_more):
            return Verdict(claim, "unsupported", refuses=True)
        return verdict

    def turns_round(self, bare: Claim, verdict: Verdict) -> bool:
        """Return whether a claim is "yes" or "no", and a claim behind it says the opposite."""
        return is_bare(bare.text, self._language) and is_turned_round(
            bare.text, self._question, verdict.claim.text, self._language
        )

    def _without_opposite(self, claim: Claim) -> Claim:
        said, rest = split_interjection(claim.text, self._language)
        if rest and said and is_turned_round(said, self._question, rest, self._language):
            return replace(claim, text=rest[:1].upper() + rest[1:])
        return claim

    def judge_bare(self, claim: Claim, quotes: Sequence[Quote]) -> Verdict | None:
        """Return the verdict on "yes" or "no" with the sentence that says so; `None` without one.

        The sentence is one that a quote or a cited excerpt holds, and is shown with the claim.
        """
        if not is_bare(claim.text, self._language):
            return None
        places = self._places_around(self._places_of(claim, quotes))
        if not places:
            cited = {id(self._excerpts[number - 1]) for number in claim.numbers}
            places = [place for place in self._finder.places if id(place.chunk) in cited]
        ground = find_ground(claim.text, self._question, places, self._language)
        if ground is None:
            return None
        said = " ".join(ground.text.split())
        colon = "：" if is_unspaced(said[:1]) else ": "
        shown = replace(claim, text=claim.text.rstrip(" .!。！") + colon + said)
        place = cite_span(ground.chunk, ground.start, ground.end, match="exact")
        return Verdict(shown, "supported", (place,), share=1.0)

    def _without_pages(self, said: str) -> str:
        """Return what a claim says without the pages of excerpts, such as "(page 4)"."""
        for chunk in self._excerpts:
            page = self._language.answers.page.format(page=chunk.page_label or chunk.page)
            said = re.sub(rf"\s*[(（]?\b{re.escape(page)}\b[)）]?,?", " ", said, flags=re.I)
        return said.strip()

    def locate(
        self, text: str, cited: Sequence[Chunk], *, fewest: int = QUOTE_WORDS
    ) -> tuple[Citation, ...]:
        """Return where a text stands word for word; its pieces, where an ellipsis joins them.

        The excerpts that are cited come first. Nothing is returned unless all pieces are found in
        one excerpt.
        """
        pieces = [piece for piece in _ELLIPSIS.split(text) if piece.strip(" .,;:")]
        if not pieces or any(len(split_words(piece, self._language)) < fewest for piece in pieces):
            return ()
        for chunk in dict.fromkeys((*cited, *self._excerpts)):
            spans = [_find(piece, chunk) for piece in pieces]
            if all(spans):
                return tuple(span for span in spans if span)
        return ()

    def _check(
        self,
        claim: Claim,
        said: str,
        cited: Sequence[Chunk],
        quotes: Sequence[Quote],
        *,
        is_about: bool = False,
    ) -> Verdict:
        """Return whether quotes, cited excerpts or other ones support what a claim says.

        `is_about` is whether it speaks about the documents, so that a fact in it is enough.
        """
        inner = tuple(
            place for quoted in _INNER.findall(said) for place in self.locate(quoted, cited)
        )
        evidence = inner or self._places_of(claim, quotes)
        if evidence and (fit := self._fit(said, evidence)) and fit.supports:
            return Verdict(claim, "supported", evidence, share=fit.share)
        for chunks in dict.fromkeys((tuple(cited), ())) if cited else ((),):
            fit = self._finder.find(said, chunks)
            is_near = fit is not None and (not cited or bool(chunks) or fit.covers(said) >= _WHOLE)
            if fit and is_near and (fit.supports or (is_about and fit.holds_fact_of(said))):
                return Verdict(claim, "supported", self._cite(fit, evidence), share=fit.share)
        return Verdict(claim, "unsupported")

    def _places_of(self, claim: Claim, quotes: Sequence[Quote]) -> tuple[Citation, ...]:
        """Return where the quotes stand that go with a claim: those of the excerpts it cites."""
        places: list[Citation] = []
        for quote in quotes:
            if not claim.numbers or not quote.numbers or set(claim.numbers) & set(quote.numbers):
                chunks = [self._excerpts[number - 1] for number in quote.numbers]
                places += self.locate(quote.text, chunks)
        return tuple(dict.fromkeys(places))

    def _fit(self, said: str, evidence: Sequence[Citation]) -> Fit | None:
        """Return how well the sentences that hold the quotes fit what a claim says."""
        places = self._places_around(evidence)
        return self._finder.fit(said, Passage(tuple(places))) if places else None

    def _places_around(self, evidence: Sequence[Citation]) -> list[Place]:
        """Return the sentences that hold quotes."""
        places = []
        for citation in evidence:
            chunk = next(chunk for chunk in self._excerpts if _holds(chunk, citation))
            place = place_around(self._finder.places, chunk, citation.start, citation.end)
            if place:
                places.append(place)
        return list(dict.fromkeys(places))

    def _cite(self, fit: Fit, evidence: Sequence[Citation]) -> tuple[Citation, ...]:
        """Return the citations of a passage: the quotes in it, else the passage as the nearest."""
        found: list[Citation] = []
        for place in fit.passage.places:
            quoted = [
                one
                for one in evidence
                if _holds(place.chunk, one) and place.start <= one.start and one.end <= place.end
            ]
            found += quoted or [cite_span(place.chunk, place.start, place.end, match="nearest")]
        return tuple(dict.fromkeys(found))


def _read_row(row: str) -> str:
    """Return what the cells of a row say."""
    return ", ".join(cell for part in row.split("|") if (cell := part.strip()))


def _find(piece: str, chunk: Chunk) -> Citation | None:
    """Return where a chunk has a text; its full stop and its first capital need not be there."""
    bare = piece.strip()
    inside = bare.rstrip(".。!")
    for text in dict.fromkeys((bare, inside, inside[:1].swapcase() + inside[1:])):
        if text and (span := find_quote(text, chunk.text)):
            start, end, match = span
            return cite_span(chunk, chunk.start + start, chunk.start + end, match=match)
    return None


def _holds(chunk: Chunk, citation: Citation) -> bool:
    return (
        (chunk.source, chunk.page) == (citation.source, citation.page)
        and chunk.start <= citation.start
        and citation.end <= chunk.end
    )
