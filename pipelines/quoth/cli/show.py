"""Results in a terminal, and as plain text in pipes. Text of a document is never markup."""

from __future__ import annotations

import json
import sys
import textwrap
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoth.views import (
    answer_lines,
    format_copies,
    format_page,
    format_path,
    format_report,
    make_printable,
    shorten_paths,
)

if TYPE_CHECKING:
    from rich.console import Console

    from quoth.types import Answer, Hit, Report, Timings

SHOWN_AFTER_SECONDS = 1.0
WIDTH_IN_PIPES = 160
_STYLES = {
    "kind": "dim",
    "phrase": "bold",
    "detail": "dim",
    "quote": "italic",
    "warning": "yellow",
}


def console(*, stderr: bool = False) -> Console:
    """Return a console that prints text unchanged: no markup, no emoji, no highlighting."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(
        file=stream,
        width=None if stream.isatty() else WIDTH_IN_PIPES,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
    )


def print_line(text: str) -> None:
    """Print a sentence about what was done on stdout."""
    console().print(text)


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Collection[str] = ()
) -> None:
    """Print rows below the names of their columns; a column without any value is left out."""
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    used = [index for index in range(len(columns)) if any(row[index] for row in rows)]
    for index in used:
        right = columns[index] in numbers
        table.add_column(columns[index], overflow="fold", justify="right" if right else "left")
    for row in rows:
        table.add_row(*(row[index] for index in used))
    console().print(table, soft_wrap=False)


def print_facts(facts: Mapping[str, str]) -> None:
    """Print facts by name, a line each; those without a value are left out."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        if value:
            console().print(f"{name:<{width}}  {value}")


def print_heading(text: str) -> None:
    """Print the heading of a part of the output."""
    console().print(f"\n{text}", style="bold")


def print_text(text: str) -> None:
    """Print text of a document as it is."""
    console().print(text)


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def print_answer(answer: Answer, *, written: bool = False) -> None:
    """Print an answer with its places; `written` says that its text was shown as it was written."""
    from rich.text import Text

    out = console()
    for line in answer_lines(answer, width=min(out.width, 100), with_text=not written):
        shown = Text(line.text, _STYLES.get(line.role, ""))
        for start, end in line.marks:
            shown.stylize("bold not italic", start, end)
        wraps = out.is_terminal and line.role in ("text", "warning")
        out.print(shown, soft_wrap=not wraps)


def print_note(text: str) -> None:
    """Print a sentence about the run on stderr; a terminal's lines end behind words."""
    err = console(stderr=True)
    err.print(f"{text}\n", style="dim", soft_wrap=not err.is_terminal)


def print_timings(model: str, timings: Timings, *, from_journal: bool = False) -> None:
    """Print one line about the call on stderr."""
    if not timings.calls:
        return
    if from_journal:
        console(stderr=True).print(f"\n{model} · from the journal", style="dim")
        return
    parts = [model]
    if timings.load_seconds:
        parts.append(f"loaded in {timings.load_seconds:.1f} s")
    parts.append(f"first token after {timings.first_token_seconds:.1f} s")
    parts.append(f"{timings.prompt_tokens} tokens read")
    parts.append(f"{timings.generated_tokens} written at {timings.tokens_per_second:.0f}/s")
    if timings.gpu_layers is not None:
        layers = timings.gpu_layers
        parts.append(f"{layers} layers on the GPU" if layers else "on the CPU")
    console(stderr=True).print("\n" + " · ".join(parts), style="dim")
    if timings.note:
        console(stderr=True).print(f"! {timings.note}", style="yellow")


def print_hits(hits: list[Hit]) -> None:
    """Print hits: the page, the scores of each side, the beginning of the text."""
    out = console()
    names = shorten_paths(path for hit in hits for path in (hit.chunk.source, *hit.chunk.also_at))
    for number, hit in enumerate(hits, start=1):
        chunk = hit.chunk
        out.print(f"{number:2}. {format_page(names[chunk.source], chunk.page, chunk.page_label)}")
        if chunk.also_at:
            out.print(f"    {format_copies(chunk.also_at, names)}", style="dim")
        scores = [f"score {hit.score:.3f}"]
        if hit.dense_score is not None:
            scores.append(f"dense {hit.dense_score:.3f}")
        if hit.keyword_score is not None:
            scores.append(f"keyword {hit.keyword_score:.2f}")
        heading = " › ".join(chunk.headings)
        out.print(
            f"    {' · '.join(scores)}{'  ' + make_printable(heading) if heading else ''}",
            style="dim",
        )
        out.print(f"    {snippet(chunk.text, 2 * max(40, min(out.width, 110) - 6))}\n")


def snippet(text: str, width: int) -> str:
    """Return the beginning of a text on one line."""
    return textwrap.shorten(
        " ".join(make_printable(text).split()), max(width, 20), placeholder=" …"
    )


def print_report(report: Report) -> None:
    """Print the counts of a run, below a line for each file that was not read as it should be."""
    out = console()
    skipped = [outcome for outcome in report.skipped if outcome.status != "unchanged"]
    for outcome in report.done:
        if outcome.reason != "It was read." and outcome.status == "text":
            out.print(
                f"  ! {format_path(outcome.path)}: {make_printable(outcome.reason)}", style="yellow"
            )
    for outcome in skipped:
        out.print(f"  - {format_path(outcome.path)}: {make_printable(outcome.reason)}", style="dim")
    for outcome in report.failed:
        out.print(
            f"  ✗ {format_path(outcome.path)}: {make_printable(outcome.reason)}",
            style="dim" if outcome.known else "red",
        )
    out.print(format_report(report))


def print_empty(collection: str) -> None:
    """Print on stderr that a collection is empty, and how to fill it."""
    console(stderr=True).print(
        f"The collection {collection!r} is empty. Fill it with: quoth ingest FOLDER"
    )


def print_nothing_found() -> None:
    """Print on stderr that a collection has nothing within the scope of a search."""
    console(stderr=True).print(
        "Nothing in the collection is within the paths, formats, pages, days and languages that "
        "the search is limited to."
    )


@contextmanager
def progress(
    label: str, *, files: bool = False, sizes: bool = False
) -> Iterator[Callable[[int, int, str], None]]:
    """Show a progress bar on stderr while in the block, on terminals only.

    Yields a callable that takes the finished items, all items, and a text beside the bar; with
    `files` the text is a path, of which the last part is shown; with `sizes` the items are bytes.
    The bar appears a second after the first call.
    """
    if not sys.stderr.isatty():
        yield lambda finished, total, name: None
        return
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn() if sizes else MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[name]}", style="dim", markup=False),
        console=console(stderr=True),
        transient=True,
    )
    task = bar.add_task(label, total=None, name="")

    def move(finished: int, total: int, name: str) -> None:
        shown = Path(make_printable(name)).name[-40:] if files else make_printable(name)[:60]
        bar.update(task, completed=finished, total=total, name=shown)
        if start.ident is None:
            start.start()

    start = threading.Timer(SHOWN_AFTER_SECONDS, bar.start)
    try:
        yield move
    finally:
        if start.ident is not None:
            start.cancel()
            start.join()
        bar.stop()


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """Show a spinner on stderr while in the block, on terminals only."""
    if not sys.stderr.isatty():
        yield
        return
    with console(stderr=True).status(label):
        yield
