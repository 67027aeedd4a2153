"""`quoth eval retrieval`, `answers`, `summaries`, `compare`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.figures import (
    figures_by_mode,
    figures_of,
    print_comparison,
    print_evaluation,
    print_gains,
    print_markdown,
    print_sets,
    print_summaries,
)
from quoth.cli.options import SETTINGS, SharedOptions, add_command, add_group
from quoth.errors import UsageError
from quoth.views import make_printable

if TYPE_CHECKING:
    from quoth.config import Config
    from quoth.evaluate import Evaluation

Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="NUMBER", min=1, help="Take this many items, at random."),
]
Seed = Annotated[
    int,
    typer.Option("--seed", metavar="NUMBER", help="The seed of the sample and of the intervals."),
]
Save = Annotated[
    Path | None,
    typer.Option("--save", metavar="FILE", help="A file for the result, for compare."),
]
Half = Annotated[
    int | None,
    typer.Option(
        "--half",
        metavar="NUMBER",
        min=0,
        max=1,
        help="Take a half of the questions: 0, the even one, or 1.",
    ),
]
Documents = Annotated[
    Path | None,
    typer.Option("--documents", metavar="PATH", help="The documents that the questions are about."),
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = add_group(app, "eval", help="Measure search, answers and summaries.", section="Set-up")
    add_command(group, retrieval, "json", *SETTINGS)
    add_command(group, answers, "model", "json", *SETTINGS)
    add_command(group, summaries, "model", "json", *SETTINGS)
    add_command(group, compare, "json")


def retrieval(
    shared: SharedOptions,
    paths: Annotated[
        list[Path],
        typer.Argument(help="Folders in BEIR's layout, or questions that name their page."),
    ],
    embedder: Annotated[
        list[str] | None,
        typer.Option(
            "--embedder", metavar="MODEL", help="Measure this embedder; two are compared."
        ),
    ] = None,
    documents: Documents = None,
    half: Half = None,
    limit: Limit = None,
    seed: Seed = 0,
    save: Save = None,
) -> None:
    """Measure dense, keyword and hybrid search.

    On a folder with corpus, queries and qrels: nDCG@10, recall@100 and MRR@10. On a file of
    questions with document and page: how often the page is among the first 1, 5 and 10. Several
    sets give a table, with the gain of hybrid search over the better one of its sides. With two
    embedders, `--embedder A --embedder B`, the change from A to B on one set follows.
    """
    from quoth.evaluate import measure_gain, write_evaluation
    from quoth.models import with_embedder

    settings = shared.configure()
    results: dict[tuple[str, Path], Evaluation] = {}
    for name in embedder or [settings.embedding.model]:
        chosen = with_embedder(settings, name)
        for path in paths:
            results[name, path] = _measure_retrieval(
                path, chosen, documents, half=half, limit=limit, seed=seed
            )
    for number, result in enumerate(results.values(), start=1):
        if save:
            several = save.with_name(f"{save.stem}-{number}{save.suffix}")
            write_evaluation(result, several if len(results) > 1 else save)
    if len(paths) > 1:
        gains = [measure_gain(result, embedder=name) for (name, _), result in results.items()]
        print_gains(gains, as_json=shared.json)
    elif len(results) > 1:
        _show_embedders(
            {name: result for (name, _), result in results.items()}, as_json=shared.json
        )
    elif shared.json:
        show.print_json(figures_by_mode(result))
    else:
        print_evaluation(result)


def _measure_retrieval(
    path: Path,
    settings: Config,
    documents: Path | None,
    *,
    half: int | None,
    limit: int | None,
    seed: int,
) -> Evaluation:
    from quoth.evaluate import evaluate_retrieval, measure_pages
    from quoth.models import open_embedder

    with show.progress("Measuring", files=True) as progress:
        if path.is_file():
            return measure_pages(
                path, settings, documents=documents, limit=limit, seed=seed, progress=progress
            )
        return evaluate_retrieval(
            path,
            open_embedder(settings),
            settings,
            half=half,
            limit=limit,
            seed=seed,
            progress=progress,
        )


def _show_embedders(results: Mapping[str, Evaluation], *, as_json: bool) -> None:
    """Print the figures of several embedders, and what changes from the first to the last."""
    from quoth.evaluate import compare as compare_evaluations

    if as_json:
        show.print_json({name: figures_by_mode(result) for name, result in results.items()})
        return
    print_sets(results, mean=False)
    first, *_, last = results
    show.console().print(make_printable(f"\n{first} → {last}"))
    print_comparison(compare_evaluations(results[first], results[last]))


def answers(
    shared: SharedOptions,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Questions with answers, as JSON lines.")
    ] = None,
    documents: Annotated[
        list[str] | None,
        typer.Option(
            "--documents",
            metavar="[SET=]PATH",
            help="The documents that the questions are about, or those of one set of them.",
        ),
    ] = None,
    replies: Annotated[
        Path | None,
        typer.Option(
            "--replay",
            metavar="FILE",
            help="Check what is shown of scripted replies instead; needs no model.",
        ),
    ] = None,
    half: Half = None,
    limit: Limit = None,
    seed: Seed = 0,
    save: Save = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a table for a document.")
    ] = False,
) -> None:
    """Measure answers on questions with known answers.

    Several files, such as one for each language, give a table with a column for each, and their
    mean.

    Half of the sample are unanswerable questions, where the file has them.

    SQuAD's questions are answered from the `corpus.jsonl` beside them, golden questions from
    `--documents`, or from the folder `library` beside them. Questions about several sets of
    documents need the folder of each: `--documents library=PATH --documents demo=PATH`.
    """
    from quoth.evaluate import measure_answers, write_evaluation

    if replies:
        _replay(replies, as_json=shared.json)
        return
    if not files:
        raise UsageError("Name a file of questions.", hint="Or --replay FILE for scripted replies.")
    settings = shared.configure()
    results: dict[str, Evaluation] = {}
    with show.progress("Measuring", files=True) as progress:
        for name, file in name_sets(files).items():
            results[name] = measure_answers(
                file,
                settings,
                documents=_folders(documents or []),
                half=half,
                limit=limit,
                seed=seed,
                progress=progress,
            )
    for name, result in results.items():
        if save:
            several = save.with_name(f"{save.stem}-{name}{save.suffix}")
            write_evaluation(result, several if len(results) > 1 else save)
    if markdown:
        print_markdown(results)
    else:
        _show_answers(results, as_json=shared.json)


def _show_answers(results: Mapping[str, Evaluation], *, as_json: bool) -> None:
    """Print the figures of one file or of several."""
    if as_json:
        figures = {name: figures_of(result) for name, result in results.items()}
        show.print_json(figures if len(figures) > 1 else next(iter(figures.values())))
    elif len(results) > 1:
        print_sets(results)
    else:
        print_evaluation(next(iter(results.values())))


def _replay(file: Path, *, as_json: bool) -> None:
    """Print which scripted replies are shown otherwise than they must be."""
    from quoth.evaluate import count_right, read_replies, replay

    scripted = read_replies(file)
    wrong = [difference for reply in scripted for difference in replay(reply)]
    counts = count_right(scripted, wrong)
    if as_json:
        show.print_json(
            {
                "right": {str(half): count for half, count in counts.items()},
                "wrong": [str(difference) for difference in wrong],
            }
        )
    else:
        for difference in wrong:
            show.console().print(make_printable(str(difference)), markup=False)
        for half, count in counts.items():
            show.console().print(f"half {half}: {count} replies are shown as they must be")
    if wrong:
        raise typer.Exit(EXIT_FAILED)


def _folders(documents: Sequence[str]) -> Path | dict[str, Path] | None:
    """Return the folder that `PATH` names, or the folder of each set that `SET=PATH` names."""
    named = {
        name: Path(path)
        for name, equals, path in (each.partition("=") for each in documents)
        if equals and not Path(f"{name}={path}").exists()
    }
    if len(named) not in (0, len(documents)) or (len(documents) > 1 and not named):
        raise UsageError(
            "Several folders of documents need their names.", hint="Write: --documents SET=PATH"
        )
    return named or (Path(documents[0]) if documents else None)


def summaries(
    shared: SharedOptions,
    file: Annotated[Path, typer.Argument(help="Documents with summaries, as JSON lines.")],
    questions: Annotated[
        bool, typer.Option("--questions", help="Measure the summaries on questions.")
    ] = False,
    length: Annotated[
        str, typer.Option(metavar="LENGTH", help="brief, standard, detailed, or a number of words.")
    ] = "",
    limit: Limit = None,
    seed: Seed = 0,
    save: Save = None,
) -> None:
    """Measure summaries against summaries that people wrote.

    The first words of each document are measured beside them.

    Reads the files of SQuALITY, QMSum and L-Eval. ROUGE is against the best of the references.
    """
    from dataclasses import replace

    from quoth.evaluate import evaluate_summaries, read_references, sample, write_evaluation
    from quoth.library import Library
    from quoth.summarize import SummaryOptions

    items = sample(read_references(file, questions=questions), limit, seed=seed)
    with Library(config=shared.configure()) as library:
        standing = SummaryOptions.of(library.config.summarization)
        options = replace(standing, length=length or standing.length)
        summarizer = library.summarizer(options, journal=False)
        about = {"data": file.name, "limit": limit, "model": library.config.backend.model}
        with show.progress("Measuring") as progress:
            result = evaluate_summaries(
                items, summarizer, about=about, seed=seed, progress=progress
            )
    if save:
        write_evaluation(result, save)
    if shared.json:
        show.print_json(figures_of(result))
    else:
        print_summaries(result)


def compare(
    shared: SharedOptions,
    first: Annotated[Path, typer.Argument(metavar="A.json", help="The earlier measurement.")],
    second: Annotated[Path, typer.Argument(metavar="B.json", help="The later measurement.")],
    threshold: Annotated[
        float,
        typer.Option(
            metavar="NUMBER", min=0, help="The largest drop of a metric that is no regression."
        ),
    ] = 0.02,
) -> None:
    """Compare two measurements.

    The exit code is 1 when a metric dropped by more than the threshold.
    """
    from dataclasses import asdict

    from quoth.evaluate import compare as compare_evaluations
    from quoth.evaluate import read_evaluation

    result = compare_evaluations(
        read_evaluation(first), read_evaluation(second), threshold=threshold
    )
    if shared.json:
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


def name_sets(files: Sequence[Path]) -> dict[str, Path]:
    """Return the files by name: that of the file, or of its folder where files have the same."""
    stems = [file.stem for file in files]
    return {
        file.stem if stems.count(file.stem) == 1 else file.resolve().parent.name: file
        for file in files
    }
