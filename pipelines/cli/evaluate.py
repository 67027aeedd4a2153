"""`carrel eval retrieval`, `carrel eval answers`, `carrel eval compare`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipelines.cli import EXIT_FAILED, show
from pipelines.cli.options import AsJson, ConfigFile, Debug, Model, Preset, Settings, effective

if TYPE_CHECKING:
    from pipelines.evaluate import Comparison, Evaluation

Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Take so many, at random.")]
Seed = Annotated[int, typer.Option("--seed", help="Of drawing them, and of the intervals.")]
Save = Annotated[
    Path | None, typer.Option("--save", metavar="FILE", help="Keep the result, to compare it.")
]

commands = typer.Typer(
    help="Measure retrieval and answers, and compare two measurements.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(commands, name="eval")


@commands.command()
def retrieval(
    folder: Annotated[Path, typer.Argument(help="In BEIR's layout: corpus, queries, qrels.")],
    limit: Limit = None,
    seed: Seed = 0,
    save: Save = None,
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Measure dense, keyword and hybrid search on a folder of judged queries."""
    from pipelines import privacy
    from pipelines.embed import open_embedder
    from pipelines.evaluate import evaluate_retrieval, write_evaluation
    from pipelines.evaluate.retrieval import METRICS, MODES

    settings = effective(config, set, preset=preset).config
    if settings.privacy.guard:
        privacy.guard(settings.privacy.allow)
    with show.progress("Measuring") as progress:
        result = evaluate_retrieval(
            folder,
            open_embedder(settings.embedding),
            settings,
            limit=limit,
            seed=seed,
            progress=progress,
        )
    if save:
        write_evaluation(result, save)
    if json:
        show.print_json(
            {
                mode: {name: _plain(result.metrics[f"{mode} {name}"].value) for name in METRICS}
                for mode in MODES
            }
        )
    else:
        print_evaluation(result)


@commands.command()
def answers(
    file: Annotated[Path, typer.Argument(help="Questions with answers, as JSON lines.")],
    documents: Annotated[
        Path | None,
        typer.Option("--documents", metavar="PATH", help="What golden questions are about."),
    ] = None,
    limit: Limit = None,
    seed: Seed = 0,
    save: Save = None,
    model: Model = "",
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Measure answers on questions with known answers, half of them unanswerable if there are.

    SQuAD's questions are answered from the `corpus.jsonl` beside them, golden questions from
    `--documents`, or from the folder `library` beside them.
    """
    from pipelines import privacy
    from pipelines.evaluate import write_evaluation
    from pipelines.evaluate.sources import measure_answers

    settings = effective(config, set, model, preset=preset).config
    if settings.privacy.guard:
        privacy.guard(settings.privacy.allow)
    with show.progress("Measuring") as progress:
        result = measure_answers(
            file, settings, documents=documents, limit=limit, seed=seed, progress=progress
        )
    if save:
        write_evaluation(result, save)
    if json:
        intervals = {n: [_plain(m.low), _plain(m.high)] for n, m in result.metrics.items()}
        values: dict[str, Any] = {n: _plain(m.value) for n, m in result.metrics.items()}
        show.print_json({**values, "intervals": intervals, "about": dict(result.about)})
    else:
        print_evaluation(result)


@commands.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A.json", help="The measurement before.")],
    second: Annotated[Path, typer.Argument(metavar="B.json", help="The measurement after.")],
    threshold: Annotated[
        float, typer.Option(min=0, help="A metric may drop by so much; more is a regression.")
    ] = 0.02,
    json: AsJson = False,
    debug: Debug = False,
) -> None:
    """Tell whether a change helped. Exits with 1 when a metric dropped beyond the threshold."""
    from dataclasses import asdict

    from pipelines.evaluate import compare as compare_evaluations
    from pipelines.evaluate import read_evaluation

    result = compare_evaluations(
        read_evaluation(first), read_evaluation(second), threshold=threshold
    )
    if json:
        show.print_json(
            {
                "regression": bool(result.regressions),
                "threshold": threshold,
                "differences": [asdict(difference) for difference in result.differences],
            }
        )
    else:
        print_comparison(result)
    if result.regressions:
        raise typer.Exit(EXIT_FAILED)


def print_evaluation(result: Evaluation) -> None:
    """Print each figure with its interval, and what was measured."""
    out = show.console()
    width = max(len(name) for name in result.metrics)
    for name, metric in result.metrics.items():
        if metric.count:
            spread = f"{metric.low:.3f} to {metric.high:.3f}"
            out.print(f"{name:{width}}  {metric.value:.3f}  ({spread}, n = {metric.count})")
        else:
            out.print(f"{name:{width}}  nothing to measure")
    facts = ", ".join(f"{key} {value}" for key, value in result.about.items())
    show.console(stderr=True).print(show.clean(facts), style="dim")


def print_comparison(result: Comparison) -> None:
    """Print what changed, metric by metric."""
    out = show.console()
    width = max(len(difference.metric) for difference in result.differences)
    for d in result.differences:
        style = {"regression": "red", "worse": "yellow", "better": "green"}.get(d.verdict)
        out.print(
            f"{d.metric:{width}}  {d.first:.3f} → {d.second:.3f}  {d.change:+.3f} "
            f"({d.low:+.3f} to {d.high:+.3f}, p = {d.p:.3f}, n = {d.count})  {d.verdict}",
            style=style,
        )


def _plain(value: float) -> float | None:
    return None if value != value else round(value, 6)
