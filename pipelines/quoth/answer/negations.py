"""Claims that deny what a passage says, or say what it denies: negations, opposites, conditions."""

from __future__ import annotations

from collections.abc import Iterator

from quoth.answer.measures import split_at_joints
from quoth.text import (
    Language,
    count_terms,
    find_names,
    find_numbers,
    find_sentences,
    strip_measures,
)


def find_negations(claim: str, question: str, text: str, language: Language) -> Iterator[str]:
    """Yield what tells that one of a claim and a text denies what the other says.

    Where both name a condition ("unless", "only with", "not without"), the words that deny are
    counted: "forbidden unless" has two, and says the same as "only with".
    """
    told = language.claims.interjections.sub("", claim)
    if language.claims.conditions.search(told) and language.claims.conditions.search(text):
        yield from _conditions(told, text, language)
    else:
        yield from _negation(claim, question, text, language)
        negations, reversals = language.claims.negations, language.claims.reversals
        is_crossed = (negations.search(told) and reversals.search(text)) or (
            reversals.search(told) and negations.search(text)
        )
        yield from find_opposites(claim, text, language, besides_reversals=bool(is_crossed))


def _conditions(claim: str, text: str, language: Language) -> Iterator[str]:
    """Yield a word when a claim and its nearest sentence differ by an odd number of negations.

    A sentence without a condition is compared like any other.
    """
    terms = count_terms(claim, language).keys()
    said = [text[start:end] for start, end in find_sentences(text, language)]
    best = max(said, key=lambda part: len(terms & count_terms(part, language).keys()))
    if not language.claims.conditions.search(best):
        yield from _negation(claim, "", best, language)
        yield from find_opposites(claim, best, language)
    elif (count_negations(claim, language) - count_negations(best, language)) % 2:
        yield "condition"
    else:
        yield from find_opposites(claim, best, language, besides_reversals=True)


def count_negations(text: str, language: Language) -> int:
    """Return how many words of a text turn what it says round: "not", "forbidden", "unless"."""
    rules = language.claims
    rest, negations = rules.negations.subn(" ", text)
    return negations + len(rules.reversals.findall(rest))


def _negation(claim: str, question: str, text: str, language: Language) -> Iterator[str]:
    """Yield a word when one of a claim and what the passage says of it is negated, not both.

    Numbers and names alone, and what answers a negated question, are not statements of their own.
    """
    negations = language.claims.negations
    if negations.search(question) or _is_bare(claim, language):
        return
    claim = language.claims.interjections.sub("", claim)
    if negations.search(claim) and not denies(text, language):
        yield "negation"
        return
    for part, near in _match_parts(claim, text, language):
        if negations.search(part):
            around = _sentences_of(near, text, language)
            said_so = any(
                negations.search(other) or _agree(part, other, language) for other in around
            )
            if not said_so:
                yield "negation"
        elif all(
            negations.search(other) and not _agree(part, other, language) for other in near
        ) or _goes_on_negated(part, near, text, language):
            yield "negation"


def denies(text: str, language: Language) -> bool:
    """Whether a text has a word that negates: "not", or "forbidden"."""
    rules = language.claims
    return bool(rules.negations.search(text) or rules.reversals.search(text))


def _agree(one: str, other: str, language: Language) -> bool:
    """Whether both are negated, or neither: "not allowed" is "forbidden"."""
    return count_negations(one, language) % 2 == count_negations(other, language) % 2


def _sentences_of(parts: list[str], text: str, language: Language) -> list[str]:
    """Return the sentences of a text that the parts are in."""
    sentences = [text[start:end] for start, end in find_sentences(text, language)]
    return [sentence for sentence in sentences if any(part.strip() in sentence for part in parts)]


def _goes_on_negated(part: str, near: list[str], text: str, language: Language) -> bool:
    """Whether what a part of a claim says beside the nearest parts of a text is denied there.

    A joint may stand inside a statement: "bicycles may in July and August not be taken along".
    """
    said = split_at_joints(text, language)
    denied = [other for other in said if language.claims.negations.search(other)]
    told = count_terms(" ".join(other for other in said if other not in denied), language).keys()
    rest = count_terms(part, language).keys() - count_terms(" ".join(near), language).keys()
    return bool(rest) and all(
        term not in told and term in count_terms(" ".join(denied), language) for term in rest
    )


def _is_bare(claim: str, language: Language) -> bool:
    """Return whether a claim has nothing but numbers and names."""
    names = [claim[start:end] for start, end in find_names(claim, language)]
    facts = [*names, *(number.text for number in find_numbers(claim))]
    known = {term for fact in facts for term in count_terms(fact, language)}
    return count_terms(strip_measures(claim), language).keys() <= known


def find_opposites(
    claim: str, text: str, language: Language, *, besides_reversals: bool = False
) -> Iterator[str]:
    """Yield the words of a claim of which the passage has only the opposite, there or anywhere.

    `besides_reversals` is whether to leave out pairs such as "allowed" and "forbidden".
    """
    claim = language.claims.interjections.sub("", claim)
    pairs = [*_match_parts(claim, text, language), (claim, [text])]
    for first, second in language.claims.opposites:
        words = [word[0] for side in (first, second) for word in side.finditer(f"{claim} {text}")]
        turning = (language.claims.reversals, language.claims.negations)
        if besides_reversals and any(rule.fullmatch(word) for rule in turning for word in words):
            continue
        for part, near in pairs:
            ours = bool(first.search(part)), bool(second.search(part))
            theirs = [(bool(second.search(other)), bool(first.search(other))) for other in near]
            if ours in ((True, False), (False, True)) and all(ours == their for their in theirs):
                yield "opposite"


def _match_parts(claim: str, text: str, language: Language) -> Iterator[tuple[str, list[str]]]:
    """Yield each part of a claim with the parts of a text that share most words with it."""
    said = [(part, count_terms(part, language).keys()) for part in split_at_joints(text, language)]
    for part in split_at_joints(claim, language):
        terms = count_terms(part, language).keys()
        best = max((len(terms & words) for _, words in said), default=0)
        near = [other for other, words in said if best and len(terms & words) == best]
        if near:
            yield part, near
