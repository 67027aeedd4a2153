"""`quoth search`, `quoth ask`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.answers import check_filled, introduce, print_stream
from quoth.cli.options import SETTINGS, SharedOptions, add_command
from quoth.cli.scope import SCOPE
from quoth.errors import UsageError
from quoth.views import answer_json, hit_json

if TYPE_CHECKING:
    pass

SECTION = "Questions and summaries"

QuestionArgument = Annotated[str, typer.Argument(help="In your own words; - reads it from stdin.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    scope = (*SCOPE, "json", *SETTINGS)
    add_command(app, ask, "collections", "model", *scope, section=SECTION)
    add_command(app, search, "collections", *scope, section=SECTION)


def search(
    shared: SharedOptions,
    question: QuestionArgument,
    k: Annotated[int | None, typer.Option("-k", min=1, help="The number of passages.")] = None,
) -> None:
    """Show the passages that fit a question best."""
    with shared.open_library() as library:
        hits = library.search(_read_question(question), k=k, scope=shared.scope)
        check_filled(library)
        if shared.json:
            show.print_json([hit_json(hit) for hit in hits])
        elif hits:
            show.print_hits(hits, question)
        else:
            show.print_nothing_found()


def ask(shared: SharedOptions, question: QuestionArgument) -> None:
    """Answer a question, with citations that were checked.

    The exit code is 1 when the model gave no answer.
    """
    text = _read_question(question)
    with shared.open_library() as library:
        check_filled(library)
        if shared.json:
            answer = library.ask(text, scope=shared.scope)
            show.print_json(answer_json(answer))
        else:
            introduce(library)
            answer = print_stream(library.stream(text, scope=shared.scope))
            show.print_timings(answer.model, answer.timings, from_journal=answer.from_journal)
    if answer.kind == "failed":
        raise typer.Exit(EXIT_FAILED)


def _read_question(question: str) -> str:
    from quoth.retrieve import check_question

    if question != "-":
        return check_question(question)
    try:
        return check_question(sys.stdin.read())
    except UnicodeDecodeError as error:
        raise UsageError("The question is not valid UTF-8.", hint="Convert it first.") from error
