"""The budget of an answer: what a model of some size reads and writes well, in its window."""

from __future__ import annotations

from dataclasses import dataclass

from quoth.config import Answering
from quoth.models import Description

QUOTES_BELOW = 3_000_000_000
"""The parameters below which a model quotes before it answers; it does not mark its sentences."""
_LARGE = 12_000_000_000
_SHARE = 0.5
"""The largest share of the window for excerpts."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most `hits`, tokens of `excerpts`, and tokens of the `answer`."""

    hits: int
    excerpts: int
    answer: int


_SMALL_BUDGET = Budget(hits=8, excerpts=1_600, answer=160)
_QUOTING_BUDGET = Budget(hits=8, excerpts=1_600, answer=320)
_WRITING_BUDGET = Budget(hits=12, excerpts=4_000, answer=500)
_LARGE_BUDGET = Budget(hits=16, excerpts=6_000, answer=800)


def find_budget(description: Description, settings: Answering) -> Budget:
    """Return the budget for a model: what the settings say, else what its size and window allow.

    A model of unknown size, such as a server's, is taken for one that writes.
    """
    standard = _by_size(description)
    most = max(1, int(description.context_window * _SHARE))
    answer = settings.max_tokens or min(standard.answer, max(64, description.context_window // 8))
    return Budget(
        hits=standard.hits,
        excerpts=settings.context_tokens or min(standard.excerpts, most),
        answer=answer,
    )


def quotes_first(description: Description) -> bool:
    """Return whether a model is asked to quote before it answers."""
    return 0 < description.parameters < QUOTES_BELOW


def _by_size(description: Description) -> Budget:
    if description.is_small:
        return _SMALL_BUDGET
    if quotes_first(description):
        return _QUOTING_BUDGET
    return _LARGE_BUDGET if description.parameters >= _LARGE else _WRITING_BUDGET
