"""A model's reply, in whatever form it comes → its claims, each bound to excerpts, and its quotes.

The reader knows the forms that models give their answers: prose with marks, labelled quotes and
answers, lists, tables, JSON; in any order and language, cut anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from quoth.answer.footnotes import resolve_footnotes
from quoth.answer.json_reply import may_be_json, read_json
from quoth.answer.leaks import remove_leaks
from quoth.answer.marks import Mark, Marker
from quoth.answer.parts import Block, BlockKind, Quote, split_parts
from quoth.answer.typesetting import read_typeset
from quoth.text import (
    ENGLISH,
    Language,
    find_sentences,
    fold_words,
    is_complete,
    strip_links,
)
from quoth.types import Chunk

_UNFINISHED = re.compile(
    r"(?:!?\[[^\[\]\n]*(?:\]\([^)\n]*)?|[(【［（][^)】］）\n]*|</?[^<>\n]*|!)$"
)
"""The end of a text that may be the beginning of a mark, a link or a tag."""
_LINK = re.compile(r"\]\(")
_LOOP = re.compile(r"(\b\w[^\n]{3,120}?)(?:\s*\1){2,}")
_SHORTEST_REPEATED = 4
"""The fewest words of a sentence that a reply does not say twice."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, an item of a list or a row of a table of an answer, without marks.

    `lead` is what stands before it in the answer. `numbers` are the excerpts that it cites. `whole`
    is false for the last claim of a reply that ends inside it.
    """

    text: str
    lead: str
    kind: BlockKind = "prose"
    numbers: tuple[int, ...] = ()
    whole: bool = True


class ReplyReader:
    """Reads a reply piece by piece.

    `labels` are those of the prompt, `excerpts` the chunks that the model was given. `feed` and
    `finish` return the claims that are certain now: no later piece changes them. `quotes` are the
    model's evidence, `thinking` is what the reply holds of it; both are complete after `finish`.
    """

    def __init__(
        self,
        labels: Mapping[str, str],
        excerpts: Sequence[Chunk] = (),
        *,
        language: Language = ENGLISH,
    ) -> None:
        self._labels = labels
        self._language = language
        texts = tuple(chunk.text for chunk in excerpts)
        titles = tuple(chunk.title for chunk in excerpts)
        self._marker = Marker(texts, titles, language)
        self._written = ""
        self._claims: list[Claim] = []
        self.quotes: tuple[Quote, ...] = ()
        self.thinking = ""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims that are certain."""
        return tuple(self._claims)

    def feed(self, piece: str) -> list[Claim]:
        """Add a piece, and return the claims that are certain now."""
        self._written += piece
        if may_be_json(self._written) or not re.search(r"\w", piece):
            return []
        return self._advance(self._read(last=False), last=False)

    def finish(self) -> list[Claim]:
        """End the reply, and return the claims that were not certain before."""
        return self._advance(self._read(last=True), last=True)

    def _advance(self, claims: list[Claim], *, last: bool) -> list[Claim]:
        """Keep the claims, and return those that are new."""
        known = len(self._claims)
        agrees = all(map(_is_same, self._claims, claims))
        if last:
            self._claims = claims
        elif agrees:
            self._claims += claims[known:]
        return claims[known:] if agrees else claims * last

    def _read(self, *, last: bool) -> list[Claim]:
        text, self.thinking = remove_leaks(self._written, last=last)
        if not last:
            text = _UNFINISHED.sub("", text)
        spoken = read_json(text) if last else None
        written = read_typeset(spoken.answer if spoken else text)
        written = resolve_footnotes(written, self._marker.find_named)
        parts = split_parts(written, self._labels, self._marker)
        self.quotes = (*(spoken.quotes if spoken else ()), *parts.quotes)
        claims = self._claims_of(parts.answer)
        if not last:
            return _without_offers(claims, self._language)[:-1]
        if not claims and parts.thinking:
            claims = self._claims_of(parts.thinking)
        if not claims:
            claims = [
                Claim(quote.text, "\n" if index else "", numbers=quote.numbers)
                for index, quote in enumerate(self.quotes)
            ]
        kept = _without_offers(claims, self._language)
        return [_finish(claim, parts.sources) for claim in kept]

    def _claims_of(self, blocks: Sequence[Block]) -> list[Claim]:
        """Return the claims of blocks, each said once."""
        said: set[tuple[str, ...]] = set()
        claims: list[Claim] = []
        for block in blocks:
            if claims and (cited := self._find_cited(block)):
                claims[-1] = _cite(claims[-1], cited)
                continue
            for claim in self._split(block):
                words = tuple(fold_words(claim.text))
                is_long = claim.kind in ("prose", "item") and len(words) >= _SHORTEST_REPEATED
                if not (is_long and words in said):
                    claims.append(claim if claims else replace(claim, lead=claim.lead.lstrip()))
                    said.add(words)
        return claims

    def _find_cited(self, block: Block) -> list[int]:
        """Return the excerpts that a block names, if it does nothing else."""
        bare, marks = self._marker.remove(block.text)
        if marks and not re.search(r"\w", bare):
            return [number for mark in marks for number in mark.numbers]
        is_line = block.kind in ("prose", "item") and re.search(r"\d", block.text)
        return [*self._marker.find_named(block.text.strip(" *_()"))] if is_line else []

    def _split(self, block: Block) -> Iterator[Claim]:
        """Yield the claims of a block, without marks, links and what opens an answer."""
        text, marks = self._marker.remove(_LOOP.sub(r"\1", block.text))
        if block.kind == "border":
            yield Claim(block.text, block.lead, "border")
            return
        spans = list(_cut_at_marks(text, find_sentences(text, self._language), marks))
        if block.kind in ("row", "heading"):
            spans = [(0, len(text))] if text.strip() else []
        bound = _bind_marks(
            spans, marks, is_led=bool(marks) and not text[: marks[0].offset].strip()
        )
        for index, (start, end) in enumerate(spans):
            gap = text[spans[index - 1][1] : start] if index else block.lead
            bare = _LINK.sub("] (", strip_links(text[start:end]))
            sentence = self._without_opening(bare.strip())
            if sentence and re.search(r"\w", sentence):
                yield Claim(sentence, gap, block.kind, bound[index])

    def _without_opening(self, sentence: str) -> str:
        """Return a sentence without what stands before an answer and is none."""
        for rules in dict.fromkeys((self._language, ENGLISH)):
            while opening := rules.replies.openings.match(sentence):
                rest = sentence[opening.end() :].lstrip()
                sentence = rest[:1].upper() + rest[1:]
        return sentence


def _cut_at_marks(
    text: str, spans: Iterable[tuple[int, int]], marks: Sequence[Mark]
) -> Iterator[tuple[int, int]]:
    """Yield sentences, which also end where a mark stands behind the stop of an abbreviation."""
    ends = [
        len(before)
        for mark in marks
        if (before := text[: mark.offset].rstrip()).endswith(".")
        and re.match(r"\s*[A-ZÀ-Þ]", text[mark.offset :])
    ]
    for start, end in spans:
        for border in (border for border in ends if start < border < end):
            yield start, border
            start = border + len(text[border:]) - len(text[border:].lstrip())
        yield start, end


def _bind_marks(
    spans: Sequence[tuple[int, int]], marks: Sequence[Mark], *, is_led: bool
) -> list[tuple[int, ...]]:
    """Return the excerpts of each sentence: those of the marks in it and behind its full stop.

    `is_led` is whether the first mark stands before any text: then marks stand before sentences.
    """
    bound: list[list[int]] = [[] for _ in spans]
    leading = is_led and not any(spans and mark.offset >= spans[-1][1] for mark in marks)
    for mark in marks:
        if leading or mark.leads:
            owner = next((i for i, (_, end) in enumerate(spans) if mark.offset < end), None)
        else:
            owner = next((i for i in reversed(range(len(spans))) if spans[i][0] < mark.offset), 0)
        if owner is not None and spans:
            bound[owner] += mark.numbers
    return [tuple(dict.fromkeys(numbers)) for numbers in bound]


def _finish(claim: Claim, sources: Sequence[int]) -> Claim:
    """Return a claim of a reply that ended; one without marks cites the sources that it names."""
    whole = claim.kind != "prose" or is_complete(claim.text)
    return replace(_cite(claim, sources), whole=whole)


def _cite(claim: Claim, numbers: Sequence[int]) -> Claim:
    return replace(claim, numbers=claim.numbers or tuple(dict.fromkeys(numbers)))


def _is_same(first: Claim, second: Claim) -> bool:
    return (first.lead, first.text) == (second.lead, second.text)


def _without_offers(claims: Sequence[Claim], language: Language) -> list[Claim]:
    """Return claims without what a model says at their end of more help and of its own answer."""
    kept = list(claims)
    known = [rules.replies for rules in dict.fromkeys((language, ENGLISH))]
    while len(kept) > 1:
        last = kept[-1]
        is_offer = not last.numbers and any(rules.offers.match(last.text) for rules in known)
        if not is_offer and not any(rules.notes.match(last.text) for rules in known):
            break
        kept.pop()
    return kept
