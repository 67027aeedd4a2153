"""`quoth search`, `quoth ask`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.answers import check_filled, introduce, print_stream
from quoth.cli.options import SETTINGS, SharedOptions, add_command
from quoth.cli.scope import SCOPE
from quoth.errors import UsageError
from quoth.types import Answer
from quoth.views import answer_json, hit_json

if TYPE_CHECKING:
    from quoth.types import Hit

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
    k: Annotated[
        int | None, typer.Option("-k", metavar="NUMBER", min=1, help="The number of passages.")
    ] = None,
) -> None:
    """Show the passages that fit a question best."""
    text = _read_question(question)
    hits = _find(shared, text, k)
    if shared.json:
        show.print_json([hit_json(hit) for hit in hits])
    elif hits:
        show.print_hits(hits, text)
    else:
        show.print_nothing_found()


def _find(shared: SharedOptions, text: str, k: int | None) -> list[Hit]:
    """Return the hits of a search, which a running server may do."""
    if attachment := shared.attach("search", question=text, k=k):
        with attachment:
            return attachment.hits()
    with shared.open_library() as library:
        hits = library.search(text, k=k, scope=shared.scope)
        check_filled(library)
        return hits


def ask(shared: SharedOptions, question: QuestionArgument) -> None:
    """Answer a question, with citations that were checked.

    The exit code is 1 when the model gave no answer.
    """
    with _answer(shared, _read_question(question)) as parts:
        if shared.json:
            *_, answer = parts
            assert isinstance(answer, Answer)
            show.print_json(answer_json(answer))
        else:
            answer = print_stream(parts)
            show.print_timings(answer.model, answer.timings, from_journal=answer.from_journal)
    if answer.kind == "failed":
        raise typer.Exit(EXIT_FAILED)


@contextmanager
def _answer(shared: SharedOptions, text: str) -> Iterator[Iterator[str | Answer]]:
    """Give the parts of an answer, which a running server may write."""
    if attachment := shared.attach("ask", question=text):
        with attachment:
            yield attachment.stream()
        return
    with shared.open_library() as library:
        check_filled(library)
        if not shared.json:
            introduce(library)
        yield library.stream(text, scope=shared.scope)


def _read_question(question: str) -> str:
    from quoth.retrieve import check_question

    if question != "-":
        return check_question(question)
    try:
        return check_question(sys.stdin.read())
    except UnicodeDecodeError as error:
        raise UsageError("The question is not valid UTF-8.", hint="Convert it first.") from error
