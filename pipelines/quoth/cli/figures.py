"""Measurements as tables on the screen, and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from quoth.cli import show
from quoth.views import make_printable

if TYPE_CHECKING:
    from quoth.evaluate import Comparison, Evaluation, Gain, Interval


def print_evaluation(result: Evaluation) -> None:
    """Print each metric with its interval, a table by kind of question, and what was measured."""
    out = show.console()
    whole = {name: metric for name, metric in result.metrics.items() if " (" not in name}
    width = max(map(len, whole))
    for name, metric in whole.items():
        if metric.count:
            spread = f"{metric.low:.3f} to {metric.high:.3f}"
            out.print(f"{name:{width}}  {metric.value:.3f}  ({spread}, n = {metric.count})")
        else:
            out.print(f"{name:{width}}  nothing to measure")
    _print_kinds(result)
    facts = ", ".join(f"{key} {value}" for key, value in result.facts)
    show.console(stderr=True).print(make_printable(facts), style="dim")


def _print_kinds(result: Evaluation) -> None:
    """Print the metrics of each kind of question, a row for each kind, but those that are all 0."""
    kinds: dict[str, dict[str, Interval]] = {}
    for name, metric in result.metrics.items():
        metric_name, _, kind = name.removesuffix(")").partition(" (")
        if kind and metric.count:
            kinds.setdefault(kind, {})[metric_name] = metric
    if not kinds:
        return
    names = dict.fromkeys(name for row in kinds.values() for name in row)
    told = [name for name in names if any(row[name].high for row in kinds.values() if name in row)]
    columns = ("kind", "n", *(name.replace("_", " ") for name in told))
    show.console().print()
    show.print_table(
        columns,
        [
            (
                make_printable(kind),
                str(max(metric.count for metric in row.values())),
                *(_short(row[name]) if name in row else "" for name in told),
            )
            for kind, row in kinds.items()
        ],
        numbers={*columns[1:]},
    )


def _short(metric: Interval) -> str:
    """Return a share with its interval, as `.75 (.50–1)`."""
    value, low, high = (
        f"{share:.2f}".removeprefix("0").removesuffix(".00") or "0"
        for share in (metric.value, metric.low, metric.high)
    )
    return f"{value} ({low}–{high})"


def print_sets(results: Mapping[str, Evaluation], *, mean: bool = True) -> None:
    """Print metrics as a table: a column for each set or embedder, and the mean of sets."""
    out = show.console()
    columns = {
        label: {name: metric.value for name, metric in result.metrics.items() if metric.count}
        for label, result in results.items()
    }
    names = [
        name
        for name in dict.fromkeys(name for row in columns.values() for name in row)
        if " (" not in name
    ]
    if mean:
        columns["mean"] = {}
        for name in names:
            values = [row[name] for row in columns.values() if name in row]
            columns["mean"][name] = sum(values) / len(values)
    width = max(map(len, names))
    sizes = {label: max(len(label), 5) for label in columns}
    heads = (label.rjust(size) for label, size in sizes.items())
    out.print("  ".join([" " * width, *heads]))
    for name in names:
        cells = [
            f"{columns[label][name]:.3f}".rjust(size) if name in columns[label] else " " * size
            for label, size in sizes.items()
        ]
        out.print("  ".join([name.ljust(width), *cells]).rstrip())


def print_markdown(results: Mapping[str, Evaluation]) -> None:
    """Print metrics as a table in Markdown: a row for each, a column for each set.

    A cell has the value, its interval and the number of items.
    """
    whole = {
        label: {name: metric for name, metric in result.metrics.items() if " (" not in name}
        for label, result in results.items()
    }
    model = next(iter(results.values())).about.get("model", "")
    rows = [[str(model), *whole], ["---"] * (len(whole) + 1)]
    for name in dict.fromkeys(name for row in whole.values() for name in row):
        metrics = [row.get(name) for row in whole.values()]
        if any(metric is not None and metric.count for metric in metrics):
            rows.append([name, *map(_cell, metrics)])
    for row in rows:
        print(make_printable(f"| {' | '.join(row)} |"))


def _cell(metric: Interval | None) -> str:
    if metric is None or not metric.count:
        return "–"
    return f"{metric.value:.3f} ({metric.low:.3f} to {metric.high:.3f}, n = {metric.count})"


def print_gains(gains: Sequence[Gain], *, as_json: bool) -> None:
    """Print a line for each set and embedder, and the mean gain, as a table or as JSON."""
    from dataclasses import asdict

    from quoth.evaluate import mean_gain

    if as_json:
        rows = [asdict(gain) for gain in gains]
        show.print_json({"sets": rows, "mean gain": round(mean_gain(gains), 6)})
        return
    several = len({gain.embedder for gain in gains}) > 1
    names = ("set", *(("embedder",) if several else ()), "n", "measure", *gains[0].modes)
    columns = (*names, "over the better side")
    show.print_table(
        columns,
        [
            (
                make_printable(gain.data),
                *((make_printable(gain.embedder),) if several else ()),
                str(gain.gain.count),
                gain.measure,
                *(f"{interval.value:.3f}" for interval in gain.modes.values()),
                f"{gain.gain.value:+.3f} ({gain.gain.low:+.3f} to {gain.gain.high:+.3f})",
            )
            for gain in gains
        ],
        numbers={*columns} - {"set", "embedder"},
    )
    show.console().print(f"mean gain over the better side: {mean_gain(gains):+.3f}")


def print_summaries(result: Evaluation) -> None:
    """Print the metrics of the summaries next to those of the first words and of an extract."""
    out = show.console()
    rows: dict[str, dict[str, str]] = {}
    for name, metric in result.metrics.items():
        side, _, measure = name.partition(" ")
        spread = f"{metric.value:.3f} ({metric.low:.3f} to {metric.high:.3f})"
        rows.setdefault(measure, {})[side] = spread if metric.count else "nothing to measure"
    width = max(map(len, rows))
    heads = {"summary": "summary", "lead": "first words of the document", "extract": "extract"}
    for measure, sides in {"": heads, **rows}.items():
        cells = "".join(f"{sides.get(side, ''):29}" for side in heads)
        out.print(f"{measure:{width}}  {cells}".rstrip())
    facts = ", ".join(f"{key} {value}" for key, value in result.facts)
    show.console(stderr=True).print(make_printable(facts), style="dim")


def print_comparison(result: Comparison) -> None:
    """Print the change of each metric."""
    out = show.console()
    width = max(len(difference.metric) for difference in result.differences)
    for d in result.differences:
        style = {"regression": "red", "worse": "yellow", "better": "green"}.get(d.verdict)
        out.print(
            f"{d.metric:{width}}  {d.first:.3f} → {d.second:.3f}  {d.change:+.3f} "
            f"({d.low:+.3f} to {d.high:+.3f}, p = {d.p:.3f}, n = {d.count})  {d.verdict}",
            style=style,
        )


def figures_of(result: Evaluation) -> dict[str, Any]:
    """Return the metrics of a measurement with their intervals, for JSON."""
    intervals = {n: [_plain(m.low), _plain(m.high)] for n, m in result.metrics.items()}
    values: dict[str, Any] = {n: _plain(m.value) for n, m in result.metrics.items()}
    return {**values, "intervals": intervals, "about": dict(result.about)}


def _plain(value: float) -> float | None:
    return None if value != value else round(value, 6)


def figures_by_mode(result: Evaluation) -> dict[str, dict[str, float | None]]:
    """Return the metrics of each search mode, for JSON."""
    from quoth.evaluate import MODES

    rows: dict[str, dict[str, float | None]] = {mode: {} for mode in MODES}
    for name, metric in result.metrics.items():
        mode, _, metric_name = name.partition(" ")
        rows[mode][metric_name] = _plain(metric.value)
    return rows
