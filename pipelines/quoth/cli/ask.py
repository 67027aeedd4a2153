"""`quoth search`, `quoth ask`, `quoth chat`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import EXIT_FAILED, show
from quoth.cli.options import SETTINGS, SharedOptions, add_command
from quoth.cli.scope import SCOPE
from quoth.errors import UsageError
from quoth.views import answer_json, hit_json, make_printable

if TYPE_CHECKING:
    from quoth.library import Library
    from quoth.types import Answer

SECTION = "Questions and summaries"

QuestionArgument = Annotated[str, typer.Argument(help="In your own words; - reads it from stdin.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    scope = (*SCOPE, "json", *SETTINGS)
    add_command(app, ask, "collection", "model", *scope, section=SECTION)
    add_command(app, chat, "collection", "model", *scope, section=SECTION)
    add_command(app, search, "collection", *scope, section=SECTION)


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
            answer = _print_stream(library.stream(text, scope=shared.scope))
            show.print_timings(answer.model, answer.timings, from_journal=answer.from_journal)
    if answer.kind == "failed":
        raise typer.Exit(EXIT_FAILED)


def chat(
    shared: SharedOptions,
    resume: Annotated[bool, typer.Option(help="Continue the last conversation.")] = False,
) -> None:
    """Talk about the documents.

    An empty line or Ctrl-D ends the conversation. With --json each answer is one line.
    """
    with shared.open_library() as library:
        check_filled(library)
        conversation = library.chat(resume=resume, scope=shared.scope)
        if not shared.json:
            introduce(library)
        for question in _questions():
            if shared.json:
                value = answer_json(conversation.ask(question))
                print(json.dumps(value, ensure_ascii=False), flush=True)
                continue
            _print_stream(conversation.stream(question))
            if conversation.dropped:
                show.console(stderr=True).print(
                    f"  (the oldest {conversation.dropped} turns no longer fit the window)",
                    style="dim",
                )


def check_filled(library: Library) -> None:
    """Raise `UsageError` for a collection without text."""
    if not library.store.chunk_count():
        raise UsageError(
            f"The collection {library.collection!r} is empty.",
            hint="Fill it with: quoth ingest FOLDER",
        )


def introduce(library: Library) -> None:
    """Print on the first run which model answers, and how to choose a larger one."""
    mark = library.home / "introduced"
    if mark.exists():
        return
    with show.waiting("Loading the model"):
        note = library.model.describe().note
    if note:
        show.print_note(note)
    mark.touch()


def _print_stream(parts: Iterator[str | Answer]) -> Answer:
    """Print an answer: its text as a model writes it, and what belongs to it at the end.

    A text that comes in one piece is not being written, and is printed with all the rest.
    """
    with show.waiting("Reading"):
        first = next(parts)
        second = next(parts, None) if isinstance(first, str) else first
    written = isinstance(first, str) and isinstance(second, str)
    answer = second
    if written:
        sys.stdout.write(make_printable(f"{str(first).lstrip()}{second}"))
        sys.stdout.flush()
        for answer in parts:
            if isinstance(answer, str):
                sys.stdout.write(make_printable(answer))
                sys.stdout.flush()
        print()
    assert answer is not None
    assert not isinstance(answer, str)
    show.print_answer(answer, written=written)
    return answer


def _questions() -> Iterator[str]:
    prompt = "\n> " if sys.stdin.isatty() else ""
    while True:
        try:
            line = input(prompt).strip()
        except EOFError:
            return
        if not line:
            return
        yield line


def _read_question(question: str) -> str:
    from quoth.retrieve import check_question

    return check_question(sys.stdin.read() if question == "-" else question)
