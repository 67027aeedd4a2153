"""`quoth chat`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import show
from quoth.cli.answers import check_filled, introduce, print_stream
from quoth.cli.chat_commands import COMMANDS, Talk, complete, run_command
from quoth.cli.chat_input import read_lines, read_typed
from quoth.cli.interrupt import own_interrupts
from quoth.cli.options import SETTINGS, SharedOptions, add_command
from quoth.cli.scope import SCOPE
from quoth.errors import QuothError, UsageError
from quoth.views import answer_json, make_printable, write_json

if TYPE_CHECKING:
    from quoth.answer import Conversation
    from quoth.library import Library

SECTION = "Questions and summaries"
_SHOWN_TURNS = 3
_NAME = re.compile(r"[\w][\w.-]{0,59}")


def register(app: typer.Typer) -> None:
    """Add this command."""
    add_command(app, chat, "collections", "model", *SCOPE, "json", *SETTINGS, section=SECTION)


def chat(
    shared: SharedOptions,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue the last conversation.")
    ] = False,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Begin or continue one of this name.")
    ] = "",
) -> None:
    """Talk about the documents.

    Ctrl-C stops an answer, and Ctrl-D ends the conversation. /help lists what can be typed beside
    questions. In a pipe, each line of stdin is a question, up to an empty one; with --json each
    answer is one line.
    """
    talk: Talk | None = None
    while True:
        with shared.open_library() as library:
            check_filled(library)
            conversation = _open(
                library, shared, resume=resume, name=name or _name_of(talk, shared)
            )
            talk = Talk(shared, library, conversation)
            if not shared.json:
                introduce(library)
                _greet(talk, resumed=bool(conversation.turns) and (resume or bool(name)))
            for said in _turns(talk):
                if shared.json:
                    value = answer_json(conversation.ask(said))
                    print(write_json(value), flush=True)
                elif said.startswith("/"):
                    _command(talk, said)
                else:
                    _answer(talk, said)
                if talk.ended or talk.shared != shared:
                    break
        if talk.ended or talk.shared == shared:
            return
        shared, resume, name = talk.shared, False, ""


def _name_of(talk: Talk | None, shared: SharedOptions) -> str:
    """Return the conversation that goes on with another model; none in another collection."""
    same = talk is not None and talk.library.collection == shared.collection
    return talk.conversation.id if talk is not None and same and talk.conversation.turns else ""


def _open(library: Library, shared: SharedOptions, *, resume: bool, name: str) -> Conversation:
    if name and not _NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be the name of a conversation.",
            hint="Use letters, digits, dots and dashes.",
        )
    return library.chat(resume=resume, name=name, scope=shared.scope)


def _turns(talk: Talk) -> Iterator[str]:
    """Yield what is said: typed at a terminal, else the lines of stdin."""
    if sys.stdin.isatty() and not talk.shared.json:
        return read_typed(talk.library.folder / "history", lambda text: complete(talk, text))
    return read_lines()


def _greet(talk: Talk, *, resumed: bool) -> None:
    if resumed:
        for turn in talk.conversation.turns[-_SHOWN_TURNS:]:
            show.print_said(make_printable(turn.question))
            show.print_text(make_printable(turn.answer))
    if sys.stdin.isatty():
        show.print_note(f"/help lists the commands: {', '.join(COMMANDS)}. Ctrl-D ends.")


def _command(talk: Talk, said: str) -> None:
    try:
        run_command(talk, said)
    except QuothError as error:
        show.print_failure(str(error), error.hint)


def _answer(talk: Talk, question: str) -> None:
    """Answer a question; Ctrl-C stops the answer, and an error ends it alone."""
    from quoth.answer import find_courtesy

    if courtesy := find_courtesy(question):
        show.print_line(courtesy)
        return
    parts = talk.conversation.stream(question)
    try:
        with own_interrupts():
            talk.answer = print_stream(parts)
    except KeyboardInterrupt:
        getattr(parts, "close", lambda: None)()
        if not sys.stdin.isatty():
            raise
        print()
        show.print_note("The answer was stopped.")
    except QuothError as error:
        if not sys.stdin.isatty():
            raise
        show.print_failure(str(error), error.hint)
    if dropped := talk.conversation.dropped:
        show.print_note(f"(the oldest {dropped} turns no longer fit the window)")
