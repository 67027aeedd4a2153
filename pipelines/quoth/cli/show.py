"""Results in a terminal, and as plain text in pipes. Text of a document is never markup."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

from quoth.cli.sign import SIGN, advance
from quoth.cli.table import table_lines
from quoth.cli.terminal import StyledWriter
from quoth.views import (
    MarkedText,
    answer_lines,
    format_copies,
    format_page,
    format_path,
    format_report,
    format_scores,
    make_printable,
    mark_matches,
    shorten_paths,
    shorten_quote,
    write_json,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from quoth.types import Answer, Hit, Report, Timings

WIDTH_IN_PIPES = 160
SNIPPET_WORDS = 40
MOST_COLUMNS = 100
"""The widest lines of running text on a terminal: longer ones are hard to read."""
_STYLES = {
    "kind": "dim",
    "phrase": "bold",
    "detail": "dim",
    "quote": "italic",
    "warning": "yellow",
}


@dataclass(slots=True)
class Verbosity:
    """How much is printed: `quiet` leaves nothing but results and failures."""

    verbose: bool = False
    quiet: bool = False


VERBOSITY = Verbosity()
"""That of the command in progress."""


def console(*, stderr: bool = False) -> Console:
    """Return a console that prints text unchanged: no markup, no emoji, no highlighting.

    It does not wrap, as the terminal's own door does that.
    """
    from quoth.cli.printable_console import PrintableConsole

    stream = sys.stderr if stderr else sys.stdout
    return PrintableConsole(
        file=cast(TextIO, StyledWriter(stream)),
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
    from rich.text import Text

    out = console()
    width = out.width if out.is_terminal else None
    for number, line in enumerate(table_lines(columns, rows, numbers=numbers, width=width)):
        out.print(Text(line, "bold" if not number and line.split()[:1] == [columns[0]] else ""))


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


def print_said(text: str) -> None:
    """Print what a person said earlier in a conversation."""
    console().print(f"\n> {text}", style="dim")


def print_failure(message: str, hint: str = "") -> None:
    """Print on stderr what went wrong, and what to do."""
    print(f"quoth: {message}", file=sys.stderr)
    if hint:
        print_hint(hint)


def print_hint(hint: str) -> None:
    """Print on stderr what to do."""
    print(f"  hint: {hint}", file=sys.stderr)


def print_places(answer: Answer) -> None:
    """Print the places of an answer without its text."""
    out = console()
    for line in answer_lines(answer, width=min(out.width, MOST_COLUMNS)):
        if line.role in ("place", "detail", "quote"):
            out.print(line.text, style=_STYLES.get(line.role, ""))


def print_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    print(write_json(value, indent=2))


def print_exactly(text: str) -> None:
    """Print the bytes of a text and nothing else; a terminal gets what is printable of it."""
    if sys.stdout.isatty():
        sys.stdout.write(text)
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogatepass"))


def print_answer(answer: Answer, *, written: bool = False) -> None:
    """Print an answer with its places; `written` says that its text was shown as it was written."""
    from rich.text import Text

    out = console()
    for line in answer_lines(answer, width=min(out.width, MOST_COLUMNS), with_text=not written):
        shown = Text(line.text, _STYLES.get(line.role, ""))
        for start, end in line.marks:
            shown.stylize("bold not italic", start, end)
        out.print(shown)


def print_note(text: str) -> None:
    """Print a sentence about the run on stderr, unless nothing but results is wanted."""
    if not VERBOSITY.quiet:
        console(stderr=True).print(f"{text}\n", style="dim")


def print_timings(model: str, timings: Timings, *, from_journal: bool = False) -> None:
    """Print one line about the call on stderr."""
    if not timings.calls or VERBOSITY.quiet:
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


def print_hits(hits: Sequence[Hit], question: str) -> None:
    """Print hits: the page, and the text around the words that matched, which are marked.

    With `-v` each has its scores.
    """
    out = console()
    names = shorten_paths(path for hit in hits for path in (hit.chunk.source, *hit.chunk.also_at))
    for number, hit in enumerate(hits, start=1):
        chunk = hit.chunk
        place = format_page(names[chunk.source], chunk.page, chunk.page_label)
        collection = f" ({chunk.collection})" if chunk.collection else ""
        out.print(f"{number:2}. {place}{collection}")
        details = [format_copies(chunk.also_at, names), make_printable(" › ".join(chunk.headings))]
        if VERBOSITY.verbose:
            details.append(format_scores(hit))
        for detail in filter(None, details):
            out.print(f"    {detail}", style="dim")
        marked = mark_matches(chunk.text, question, chunk.language)
        for line in shorten_quote(chunk.text, marked.marks, most_words=SNIPPET_WORDS).split_lines():
            out.print(_styled(MarkedText("    ") + line))
        out.print()


def _styled(marked: MarkedText) -> Text:
    from rich.text import Text

    shown = Text(marked.text)
    for start, end in marked.marks:
        shown.stylize("bold", start, end)
    return shown


def print_report(report: Report, *, verb: str = "ingested") -> None:
    """Print the counts of a run, below a line for each file that was not read as it should be.

    `verb` is the participle of the action. With `-q` what was skipped is only counted.
    """
    out = console()
    skipped = [
        outcome
        for outcome in report.skipped
        if outcome.status != "unchanged" and not VERBOSITY.quiet
    ]
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
    out.print(format_report(report, verb=verb))


def print_empty(collection: str) -> None:
    """Print on stderr that a collection is empty, and how to fill it."""
    from quoth.library import fill_command

    console(stderr=True).print(
        f"The collection {collection!r} is empty. Fill it with: {fill_command(collection)}"
    )


def print_nothing_found() -> None:
    """Print on stderr that a collection has nothing within the scope of a search."""
    console(stderr=True).print(
        "Nothing in the collection is within the documents, pages, formats, days, languages and "
        "tags that the search is limited to."
    )


@contextmanager
def progress(label: str, *, files: bool = False) -> Iterator[Callable[[int, int, str], None]]:
    """Show a bar on a terminal while in the block.

    Yields a callable that takes the finished items, all items, and a text beside the bar; with
    `files` the text is a path, of which the last part is shown.
    """
    with SIGN.step(label) as step:
        move = advance(step)
        yield (lambda done, total, name: move(done, total, Path(name).name)) if files else move


@contextmanager
def waiting(label: str) -> Iterator[None]:
    """Show on a terminal what the command is doing while in the block."""
    with SIGN.step(label):
        yield
