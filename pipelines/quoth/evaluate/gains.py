"""Search on several sets, side by side: what the fusion of both sides gains over the better one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from quoth.evaluate.results import Evaluation, Interval, bootstrap
from quoth.evaluate.retrieval import MODES

_MEASURES = ("ndcg@10", "page@10")


@dataclass(frozen=True, slots=True)
class Gain:
    """One measure of search on one set, by mode.

    `gain` is that of hybrid search over the better one of its sides on the whole set, with the
    interval of the paired differences.
    """

    data: str
    embedder: str
    measure: str
    modes: Mapping[str, Interval]
    gain: Interval


def measure_gain(evaluation: Evaluation, *, embedder: str = "") -> Gain:
    """Return the gain of hybrid search in a measurement of all three modes."""
    measure = next(name for name in _MEASURES if f"hybrid {name}" in evaluation.items)
    values = {mode: evaluation.items[f"{mode} {measure}"] for mode in MODES}
    modes = {mode: evaluation.metrics[f"{mode} {measure}"] for mode in MODES}
    better = max(("dense", "keyword"), key=lambda mode: modes[mode].value)
    differences = [value - values[better][item] for item, value in values["hybrid"].items()]
    return Gain(
        data=str(evaluation.about.get("data", "")),
        embedder=embedder,
        measure=measure,
        modes=modes,
        gain=bootstrap(differences),
    )


def mean_gain(gains: Sequence[Gain]) -> float:
    """Return the mean of the gains of several sets, each of which counts the same."""
    return sum(gain.gain.value for gain in gains) / len(gains)
