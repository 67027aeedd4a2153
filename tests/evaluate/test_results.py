from __future__ import annotations

import math
from pathlib import Path

import pytest
from quoth.errors import UsageError
from quoth.evaluate.compare import compare, paired_p
from quoth.evaluate.results import (
    Evaluation,
    bootstrap,
    build_evaluation,
    read_evaluation,
    write_evaluation,
)


def made(values: list[float], *, what: str = "answers") -> Evaluation:
    return build_evaluation(
        what, {"f1": {str(n): v for n, v in enumerate(values)}}, about={"data": "x"}
    )


def test_an_interval_holds_its_mean_and_narrows_with_more_items() -> None:
    few, many = bootstrap([0.0, 1.0] * 10), bootstrap([0.0, 1.0] * 1000)
    assert few.low < few.value == 0.5 < few.high
    assert many.high - many.low < (few.high - few.low) / 3
    assert bootstrap([0.0, 1.0] * 10) == few


def test_nothing_measured_is_not_a_number() -> None:
    assert math.isnan(bootstrap([]).value)


def test_a_measurement_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    result = build_evaluation("answers", {"f1": {"a": 0.25}, "none": {}}, about={"data": "é"})
    write_evaluation(result, tmp_path / "deep" / "a.json")
    back = read_evaluation(tmp_path / "deep" / "a.json")
    assert back.items == result.items
    assert back.metrics["f1"] == result.metrics["f1"]
    assert math.isnan(back.metrics["none"].value)


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "other"}', '{"kind": "quoth-evaluation"}'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(UsageError):
        read_evaluation(tmp_path / "a.json")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_evaluation(tmp_path / "a.json")


def test_the_same_twice_is_no_change() -> None:
    (same,) = compare(made([0.1, 0.9, 0.4]), made([0.1, 0.9, 0.4])).differences
    assert (same.change, same.p, same.verdict) == (0.0, 1.0, "same")


def test_a_clear_gain_is_better_and_a_drop_is_a_regression() -> None:
    low, high = [0.2, 0.3, 0.1, 0.4] * 20, [0.6, 0.5, 0.7, 0.8] * 20
    assert compare(made(low), made(high)).differences[0].verdict == "better"
    result = compare(made(high), made(low))
    assert result.regressions
    assert result.differences[0].high < 0


def test_a_drop_within_the_threshold_is_no_regression() -> None:
    first, second = made([0.5] * 30), made([0.49] * 30)
    assert not compare(first, second).regressions
    assert compare(first, second, threshold=0.005).regressions


def test_a_metric_that_improves_as_it_falls_gets_worse_as_it_rises() -> None:
    low, high = {str(n): 0.1 for n in range(30)}, {str(n): 0.5 for n in range(30)}
    names = ("plainly_wrong", "wrong_decline (list)", "seconds")
    first, second = (
        build_evaluation("answers", dict.fromkeys(names, values), about={})
        for values in (low, high)
    )
    assert [each.verdict for each in compare(second, first).differences] == ["better"] * 3
    worse = [each.verdict for each in compare(first, second).differences]
    assert worse == ["regression", "regression", "worse"], "time is told, and fails nothing"


def test_p_of_coin_flips_is_large_and_of_one_direction_small() -> None:
    assert paired_p([0.1, -0.1] * 20) > 0.5
    assert paired_p([0.1] * 20) < 0.001
    # Of the 2 ** 3 ways to set the signs, two are as extreme: p is a quarter.
    assert paired_p([1.0, 1.0, 1.0]) == pytest.approx(0.25, abs=0.02)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(UsageError, match="measures"):
        compare(made([1.0]), made([1.0], what="retrieval"))
    other = build_evaluation("answers", {"f1": {"other": 1.0}}, about={})
    with pytest.raises(UsageError, match="no items in common"):
        compare(made([1.0]), other)
