"""Ranking metrics, computed by ir-measures (the extra `eval`)."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping

from quoth.system import missing_extra


def require_measures() -> None:
    """Raise `MissingExtraError` when ir-measures is not installed."""
    if importlib.util.find_spec("ir_measures") is None:
        raise missing_extra("Measuring search", "eval")


def score_rankings(
    measures: Mapping[str, str],
    grades: Mapping[str, Mapping[str, int]],
    rankings: Mapping[str, Mapping[str, float]],
) -> dict[str, dict[str, float]]:
    """Return the value of each measure for each query; 0 for a query without results.

    `measures` maps the names of ir-measures (`nDCG@10`) to ours; `grades` and `rankings` map each
    query to the grade and to the score of each document.
    """
    import ir_measures

    values = {name: dict.fromkeys(grades, 0.0) for name in measures.values()}
    parsed = {ir_measures.parse_measure(theirs): ours for theirs, ours in measures.items()}
    for row in ir_measures.iter_calc(list(parsed), grades, rankings):
        values[parsed[row.measure]][row.query_id] = float(row.value)
    return values
