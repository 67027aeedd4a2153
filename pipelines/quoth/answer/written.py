"""A written reply → what is shown of it while it streams, and the parts of its `Answer`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from quoth.answer.judge import Judge, Verdict
from quoth.answer.places import number_places
from quoth.answer.reader import Claim, ReplyReader
from quoth.text import (
    ENGLISH,
    Language,
    encloses,
    find_unsupported_numbers,
    read_clock_times,
    read_clock_values,
    read_number_words,
)
from quoth.types import AnswerKind, AnswerSentence, Chunk, Citation, Support

_CUT = "…"


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """What a reply says, as it is shown. `cut` is whether it ended before its answer did."""

    kind: AnswerKind
    text: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    unsupported_numbers: tuple[str, ...]
    confidence: float | None
    thinking: str
    cut: bool


class WrittenReply:
    """Reads a reply as it is written, and judges each claim in it.

    `feed` and `finish` return the text that can be shown: the answer from the beginning, once one
    of its sentences is supported, so that what was shown is never taken back.
    """

    def __init__(
        self,
        question: str,
        excerpts: Sequence[Chunk],
        *,
        labels: Mapping[str, str] = MappingProxyType({}),
        refusals: Sequence[str] = (),
        language: Language = ENGLISH,
    ) -> None:
        self._reader = ReplyReader(labels, excerpts, language=language)
        self._judge = Judge(question, excerpts, refusals=refusals, language=language)
        self._excerpts = excerpts
        self._verdicts: list[Verdict] = []
        self._shown = 0
        self._told: list[Verdict] = []

    def feed(self, piece: str) -> str:
        """Add a piece of the reply, and return the text that can be shown now."""
        new = self._reader.feed(piece)
        self._verdicts += [self._judge.judge(claim, self._reader.quotes) for claim in new]
        self._verdicts = self._without_opposite()
        return self._show() if new else ""

    def finish(self, *, cut: bool = False) -> WrittenAnswer:
        """End the reply, and return the answer. `cut` is whether a limit ended it."""
        self._reader.finish()
        claims, quotes = self._reader.claims, self._reader.quotes
        self._verdicts = [self._judge.judge(claim, quotes) for claim in claims]
        self._verdicts = self._without_opposite()
        if self._shown and not self._continues():
            self._verdicts = self._told
        only_quoted = bool(claims) and [claim.text for claim in claims] == [q.text for q in quotes]
        is_cut = cut and bool(claims) and not claims[-1].whole
        if is_cut:
            self._verdicts[-1] = Verdict(claims[-1], "unsupported")
            self._verdicts = (not only_quoted and self._show_quotes()) or self._verdicts
        elif len(claims) == 1:
            bare = self._judge.judge_bare(claims[0], quotes)
            self._verdicts = [bare] if bare else self._verdicts
        stated = [verdict for verdict in self._verdicts if verdict.claim.kind != "border"]
        supported = [verdict for verdict in stated if verdict.support != "unsupported"]
        kind: AnswerKind = "answer"
        if (cut and only_quoted) or not stated or (cut and not supported and not self._refuses()):
            kind = "failed"
        elif not supported:
            kind = "declined"
        places, sentences = self._number(supported)
        text = "".join(verdict.claim.lead + verdict.claim.text for verdict in self._verdicts)
        shares = [verdict.share for verdict in supported]
        return WrittenAnswer(
            kind=kind,
            text=text + (_CUT if is_cut and not self._verdicts[-1].places else ""),
            sentences=sentences,
            citations=places,
            unsupported_numbers=self._unsupported_numbers(places),
            confidence=round(sum(shares) / len(shares), 2) if shares else None,
            thinking=self._reader.thinking,
            cut=cut,
        )

    def _show(self) -> str:
        """Return the text that was not shown yet, once a sentence of the answer is supported."""
        if all(verdict.support == "unsupported" for verdict in self._verdicts):
            return ""
        new = self._verdicts[self._shown :]
        self._shown = len(self._verdicts)
        self._told = list(self._verdicts)
        return "".join(verdict.claim.lead + verdict.claim.text for verdict in new)

    def _without_opposite(self) -> list[Verdict]:
        """Return the verdicts without a first "yes" or "no" that the next claim turns round."""
        if len(self._verdicts) > 1 and self._judge.turns_round(
            self._verdicts[0].claim, self._verdicts[1]
        ):
            first = self._verdicts[1]
            bare = replace(first.claim, lead=self._verdicts[0].claim.lead)
            return [replace(first, claim=bare), *self._verdicts[2:]]
        return self._verdicts

    def _show_quotes(self) -> list[Verdict]:
        """Return the quotes that stand in the excerpts, where the answer on them was cut."""
        if self._refuses() or any(verdict.support != "unsupported" for verdict in self._verdicts):
            return []
        claims = [Claim(quote.text, "", numbers=quote.numbers) for quote in self._reader.quotes]
        verdicts = [self._judge.judge(claim) for claim in claims]
        return [verdict for verdict in verdicts if verdict.support == "quoted"]

    def _continues(self) -> bool:
        """Return whether the answer begins with what was shown."""
        return [v.claim.text for v in self._told] == [
            v.claim.text for v in self._verdicts[: self._shown]
        ]

    def _refuses(self) -> bool:
        return any(verdict.refuses for verdict in self._verdicts)

    def _number(
        self, supported: Sequence[Verdict]
    ) -> tuple[tuple[Citation, ...], tuple[AnswerSentence, ...]]:
        """Return the numbered places, none within another, and the sentences that cite them."""
        places: list[Citation] = []
        for place in (place for verdict in supported for place in verdict.places):
            if not any(_covers(other, place) for other in places):
                places = [other for other in places if not _covers(place, other)] + [place]
        numbered = number_places(places)
        sentences = []
        verdicts = [v for v in self._verdicts if v.claim.kind not in ("border", "heading")]
        for index, verdict in enumerate(verdicts):
            support = verdict.support
            if support == "unsupported" and verdict.claim.text.rstrip().endswith((":", "：")):
                support = _support_of_list(verdicts[index + 1 :])
            numbers = [
                place.n for place in numbered if any(_covers(place, p) for p in verdict.places)
            ]
            sentences.append(AnswerSentence(verdict.claim.text, support, tuple(numbers)))
        return numbered, tuple(sentences)

    def _unsupported_numbers(self, places: Sequence[Citation]) -> tuple[str, ...]:
        text = "\n".join(verdict.claim.text for verdict in self._verdicts)
        cited = [
            "\n".join((chunk.title, *chunk.headings, chunk.text))
            for chunk in self._excerpts
            if any(encloses(chunk, place) for place in places)
        ]
        ways = (read_number_words, *((read_clock_values,) if read_clock_times(text) else ()))
        said = (read(source) for source in cited for read in ways)
        words = frozenset[str]().union(*said)
        missing = find_unsupported_numbers(text, cited)
        return tuple(number for number in missing if number not in words)


def _covers(outer: Citation, inner: Citation) -> bool:
    """Whether one place may stand for another: it holds it, and was checked as well."""
    return encloses(outer, inner) and outer.verified >= inner.verified


def _support_of_list(following: Sequence[Verdict]) -> Support:
    """Return the support of the line above a list: that of an item."""
    items = itertools.takewhile(lambda verdict: verdict.claim.kind == "item", following)
    return "supported" if any(item.support != "unsupported" for item in items) else "unsupported"
