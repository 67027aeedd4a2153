"""The result of a measurement: each metric with its interval and its value for every item."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from quoth.errors import UsageError
from quoth.system import parse_json, write_whole
from quoth.views import frame, table_html, title_html

RESAMPLES = 2000
CONFIDENCE = 0.95
KIND = "quoth-evaluation"
SHOWN = 9
"""The most metrics in a line."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over `count` items with its 95 % bootstrap confidence interval.

    `value`, `low` and `high` are NaN (`null` in JSON) without items.
    """

    value: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, repr=False)
class Evaluation:
    """One measurement.

    `what` is the kind of measurement: `retrieval`, `pages`, `answers` or `summaries`. `about` names
    the data, the model and the settings. `items` holds the value of each metric for each item, by
    the item's id; `metrics` holds their means.
    """

    what: str
    about: Mapping[str, Any]
    metrics: Mapping[str, Interval]
    items: Mapping[str, Mapping[str, float]]
    details: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    @property
    def facts(self) -> list[tuple[str, Any]]:
        """What is said of the measurement, without what was not set."""
        return [(name, value) for name, value in self.about.items() if value is not None]

    def __repr__(self) -> str:
        known = {name: one.value for name, one in self.metrics.items() if one.count}
        means = list_metrics(f"{name} {mean:.3f}" for name, mean in known.items())
        return f"<Evaluation of {self.what}: {means}>"

    def _repr_html_(self) -> str:
        about = " · ".join(f"{name} {value}" for name, value in self.facts)
        rows = [
            (name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}", str(one.count))
            for name, one in self.metrics.items()
        ]
        table = table_html(("metric", "mean", "95 % interval", "items"), rows)
        return frame([title_html(f"Measured: {self.what}", about), table])


def list_metrics(metrics: Iterable[str]) -> str:
    """Return metrics in a line: the first ones, without those of a kind of question."""
    overall = [metric for metric in metrics if "(" not in metric]
    rest = f", and {len(overall) - SHOWN} more" if len(overall) > SHOWN else ""
    return ", ".join(overall[:SHOWN]) + rest


def build_evaluation(
    what: str,
    items: Mapping[str, Mapping[str, float]],
    *,
    about: Mapping[str, Any],
    details: Sequence[Mapping[str, Any]] = (),
    seed: int = 0,
) -> Evaluation:
    """Build a measurement, with its intervals, from the values of the items."""
    metrics = {name: bootstrap(list(values.values()), seed=seed) for name, values in items.items()}
    return Evaluation(what, about, metrics, items, details)


def merge(parts: Sequence[Evaluation], *, about: Mapping[str, Any], seed: int = 0) -> Evaluation:
    """Return one measurement of the items of several of the same kind."""
    items: dict[str, dict[str, float]] = {}
    for part in parts:
        for name, values in part.items.items():
            items.setdefault(name, {}).update(values)
    details = [row for part in parts for row in part.details]
    return build_evaluation(parts[0].what, items, about=about, details=details, seed=seed)


def bootstrap(values: Sequence[float], *, seed: int = 0) -> Interval:
    """Return the mean and its percentile bootstrap interval (Efron, 1979; 2000 resamples)."""
    if not values:
        return Interval(math.nan, math.nan, math.nan, 0)
    sample = np.asarray(values, float)
    random = np.random.default_rng(seed)
    picks = random.integers(0, len(sample), (RESAMPLES, len(sample)))
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(sample[picks].mean(axis=1), [tail, 1 - tail])
    return Interval(float(sample.mean()), float(low), float(high), len(sample))


def write_evaluation(evaluation: Evaluation, path: Path) -> None:
    """Save a measurement as JSON; `read_evaluation` reads it."""
    body = {
        "kind": KIND,
        "what": evaluation.what,
        "about": dict(evaluation.about),
        "metrics": {name: _interval_json(value) for name, value in evaluation.metrics.items()},
        "items": {name: dict(values) for name, values in evaluation.items.items()},
        "details": [dict(row) for row in evaluation.details],
    }
    write_whole(path, json.dumps(body, ensure_ascii=False, indent=1) + "\n")


def read_evaluation(path: Path) -> Evaluation:
    """Read a saved measurement. Raises `UsageError` for any other file."""
    try:
        body = parse_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UsageError(f"{path} is not JSON.") from error
    if not isinstance(body, dict) or body.get("kind") != KIND:
        raise UsageError(
            f"{path} was not saved by `quoth eval`.",
            hint="Save a measurement with: quoth eval answers FILE --save A.json",
        )
    try:
        metrics = {name: _interval(row) for name, row in body["metrics"].items()}
        items, about = body["items"], body["about"]
        return Evaluation(body["what"], about, metrics, items, tuple(body.get("details", ())))
    except (KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"{path} is a damaged measurement.") from error


def _interval_json(value: Interval) -> dict[str, float | int | None]:
    """Return an interval as JSON values; JSON has no NaN."""
    numbers = {"value": value.value, "low": value.low, "high": value.high}
    values = {key: None if math.isnan(number) else number for key, number in numbers.items()}
    return {**values, "count": value.count}


def _interval(row: Mapping[str, Any]) -> Interval:
    value, low, high = (
        math.nan if row[key] is None else float(row[key]) for key in ("value", "low", "high")
    )
    return Interval(value, low, high, int(row["count"]))
