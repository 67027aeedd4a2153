"""The effect of a change: two measurements on the same items, with a paired test."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from quoth.errors import UsageError
from quoth.evaluate.results import CONFIDENCE, RESAMPLES, Evaluation, list_metrics
from quoth.views import frame, table_html, title_html

Verdict = Literal["better", "worse", "same", "regression"]
ALPHA = 1 - CONFIDENCE
LOWER_IS_BETTER = frozenset(
    "plainly_wrong wrong_decline wrong_refusal failed answered_unanswerable phrase_wrong "
    "seconds".split()
)
"""The metrics that improve as they fall."""
NO_SHARES = frozenset({"seconds"})
"""The metrics whose change is not compared with the threshold, which is for shares."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in two measurements, over their `count` common items.

    `change` is the second value minus the first. `p` is the two-sided p-value of the change (paired
    randomisation test); `low` to `high` is its 95 % confidence interval (paired bootstrap). The
    verdict `regression` is a change for the worse beyond the threshold.
    """

    metric: str
    first: float
    second: float
    change: float
    low: float
    high: float
    p: float
    count: int
    verdict: Verdict


@dataclass(frozen=True, slots=True, repr=False)
class Comparison:
    """The differences between two measurements, metric by metric."""

    differences: tuple[Difference, ...]
    threshold: float

    @property
    def regressions(self) -> tuple[Difference, ...]:
        """The metrics that got worse by more than the threshold."""
        return tuple(d for d in self.differences if d.verdict == "regression")

    def __repr__(self) -> str:
        changes = list_metrics(f"{one.metric} {one.change:+.3f}" for one in self.differences)
        return f"<Comparison: {changes}>"

    def _repr_html_(self) -> str:
        rows = [
            (
                one.metric,
                f"{one.first:.3f}",
                f"{one.second:.3f}",
                f"{one.change:+.3f}",
                f"{one.low:+.3f} to {one.high:+.3f}",
                f"{one.p:.3f}" if one.p >= 0.001 else "< 0.001",
                one.verdict,
            )
            for one in self.differences
        ]
        columns = ("metric", "first", "second", "change", "95 % interval", "p", "verdict")
        return frame([title_html("The second against the first", ""), table_html(columns, rows)])


def compare(
    first: Evaluation, second: Evaluation, *, threshold: float = 0.02, seed: int = 0
) -> Comparison:
    """Compare two measurements over the items that both have.

    A metric that gets worse by more than `threshold` is a regression, significant or not: a small
    sample must not hide one. Other changes, and those of seconds, are `better` or `worse` when p is
    below 0.05. Raises
    `UsageError` for measurements of different kinds and for those without common items.
    """
    if first.what != second.what:
        raise UsageError(f"The first file measures {first.what}, the second {second.what}.")
    differences = [
        _difference(metric, first, second, threshold, seed)
        for metric in first.items
        if metric in second.items
    ]
    paired = tuple(difference for difference in differences if difference.count)
    if not paired:
        raise UsageError(
            "The two measurements have no items in common.",
            hint="Measure both with the same file, --limit and --seed.",
        )
    return Comparison(paired, threshold)


def paired_p(changes: Sequence[float], *, seed: int = 0, trials: int = 10_000) -> float:
    """Return the two-sided p-value of a paired randomisation test (Fisher) with random signs."""
    values = np.asarray([change for change in changes if change], float)
    if not len(values):
        return 1.0
    random = np.random.default_rng(seed)
    observed = abs(values.sum())
    extreme = 0
    block = max(1, 2_000_000 // len(values))
    for begin in range(0, trials, block):
        signs = random.choice((-1.0, 1.0), (min(block, trials - begin), len(values)))
        extreme += int((np.abs(signs @ values) >= observed - 1e-12).sum())
    return (extreme + 1) / (trials + 1)


def _difference(
    metric: str, first: Evaluation, second: Evaluation, threshold: float, seed: int
) -> Difference:
    before, after = first.items[metric], second.items[metric]
    paired = [key for key in before if key in after]
    if not paired:
        nan = math.nan
        return Difference(metric, nan, nan, nan, nan, nan, nan, 0, "same")
    a = np.asarray([before[key] for key in paired], float)
    b = np.asarray([after[key] for key in paired], float)
    random = np.random.default_rng(seed)
    picks = random.integers(0, len(paired), (RESAMPLES, len(paired)))
    low, high = np.quantile((b - a)[picks].mean(axis=1), [ALPHA / 2, 1 - ALPHA / 2])
    change = float((b - a).mean())
    p = paired_p(list(b - a), seed=seed)
    verdict: Verdict = "same"
    name = metric.partition(" (")[0]  # a metric of one kind of questions names it in brackets
    gain = -change if name in LOWER_IS_BETTER else change
    if gain < -threshold and name not in NO_SHARES:
        verdict = "regression"
    elif p < ALPHA:
        verdict = "better" if gain > 0 else "worse"
    return Difference(
        metric,
        float(a.mean()),
        float(b.mean()),
        change,
        float(low),
        float(high),
        p,
        len(paired),
        verdict,
    )
