"""How likely a model was to write each of several texts, read from the tokens of one reply."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from quoth.models.values import Piece, Step

_AROUND = b" \t\r\n\"'*`"
"""The signs that may stand around a reply that is one of the texts."""
_LEAST = -100.0


def add_likelihoods(
    pieces: Iterable[Piece], read: Callable[[Sequence[Step]], tuple[float, ...]]
) -> Iterator[Piece]:
    """Yield the pieces of a reply; the last one gets the likelihoods that `read` finds."""
    steps: tuple[Step, ...] = ()
    for piece in pieces:
        steps += piece.steps
        if piece.timings is not None or piece.finish:
            piece = replace(piece, likelihoods=read(steps))
        yield piece


def read_reply_likelihood(steps: Sequence[Step]) -> tuple[float, ...]:
    """Return the natural logarithm of the likelihood of the whole reply, without its end.

    The result is empty where no step is known.
    """
    return (sum(step.logprob for step in steps if step.token),) if steps else ()


def read_likelihoods(steps: Sequence[Step], texts: Sequence[str]) -> tuple[float, ...]:
    """Return the natural logarithm of the likelihood of each text; empty where no step is known.

    A text is followed along the reply for as long as the reply spells it. Where the two part, the
    likeliest tokens tell how likely the text was to go on; if none of them spells it, the result is
    an upper bound. Case and the signs around a reply do not count.
    """
    return tuple(likelihood for likelihood, _ in _follow_all(steps, texts))


def find_likeliest(steps: Sequence[Step], texts: Sequence[str]) -> str:
    """Return the likeliest of the texts that the tokens spell; empty where they spell none."""
    followed = zip(texts, _follow_all(steps, texts), strict=False)
    found = [(likelihood, text) for text, (likelihood, is_spelled) in followed if is_spelled]
    return max(found)[1] if found else ""


def _follow_all(steps: Sequence[Step], texts: Sequence[str]) -> list[tuple[float, bool]]:
    spelled = [text.encode().strip(_AROUND).lower() for text in texts] if steps else []
    return [_follow(steps, text, spelled) for text in spelled]


def _follow(steps: Sequence[Step], text: bytes, texts: Sequence[bytes]) -> tuple[float, bool]:
    """Return the likelihood of a text, and whether the tokens spell it as far as they are known.

    A longer one of `texts` may begin with it.
    """
    total, rest = 0.0, text
    for step in steps:
        token = _token_of(step.token, begins=rest == text)
        if not token and rest == text:
            continue
        chances = _chances(step, begins=rest == text)
        if not rest:
            longer = [one[len(text) :] for one in texts if one.startswith(text) and one != text]
            further = _total(chances, longer)
            return total + math.log(max(1.0 - math.exp(further), math.exp(_LEAST))), True
        here = _total(chances, [rest])
        total += max(here, _bound(chances))
        if not _spells(token, rest):
            return total, here > _LEAST
        rest = rest[len(token) :]
    return total, rest != text


def _chances(step: Step, *, begins: bool) -> Mapping[bytes, float]:
    """Return the logarithms of the probabilities of a step's tokens, written alike ones as one."""
    chances: dict[bytes, float] = {}
    for raw, logprob in dict([*step.likeliest, (step.token, step.logprob)]).items():
        token = _token_of(raw, begins=begins)
        chances[token] = _add(chances[token], logprob) if token in chances else logprob
    return chances


def _token_of(raw: bytes, *, begins: bool) -> bytes:
    return raw.lstrip(_AROUND).lower() if begins else raw.lower()


def _spells(token: bytes, rest: bytes) -> bool:
    """Return whether a token begins the rest of a text, or ends it with the end of a word."""
    if not token:
        return False
    return rest.startswith(token) or (
        token.startswith(rest) and not token[len(rest) : len(rest) + 1].isalnum()
    )


def _total(chances: Mapping[bytes, float], rests: Sequence[bytes]) -> float:
    """Return the logarithm of the probability that one of the rests goes on."""
    total = _LEAST
    for token, logprob in chances.items():
        if any(_spells(token, rest) for rest in rests):
            total = _add(total, logprob)
    return total


def _bound(chances: Mapping[bytes, float]) -> float:
    """Return the most that a token can have that is not among these; little where all are known."""
    return min(chances.values()) if len(chances) > 1 else _LEAST


def _add(one: float, other: float) -> float:
    high, low = max(one, other), min(one, other)
    return min(0.0, high + math.log1p(math.exp(low - high)))
