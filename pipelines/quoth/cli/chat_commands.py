"""The commands of a conversation: `/help`, `/sources`, `/open N`, and so on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.cli import show
from quoth.cli.documents import open_file
from quoth.errors import UsageError
from quoth.system import expand_home

if TYPE_CHECKING:
    from quoth.answer import Conversation
    from quoth.cli.options import SharedOptions
    from quoth.library import Library
    from quoth.types import Answer


@dataclass(slots=True)
class Talk:
    """A conversation at a terminal. Other options in `shared` open it again with them."""

    shared: SharedOptions
    library: Library
    conversation: Conversation
    answer: Answer | None = None
    ended: bool = False


def run_command(talk: Talk, said: str) -> None:
    """Do what a line that begins with a slash says.

    The beginning of a name is enough where no other one begins so. Raises `UsageError` for a name
    that is none.
    """
    from quoth.config import nearest

    name, _, rest = said.partition(" ")
    meant = [command for command in COMMANDS if command.startswith(name)]
    name = meant[0] if len(meant) == 1 else name
    if name not in COMMANDS:
        near = nearest(name, [*COMMANDS])
        raise UsageError(
            f"There is no {name} here." + (f" The nearest one is {near}." if near else ""),
            hint=f"Commands: {', '.join(COMMANDS)}.",
        )
    COMMANDS[name].run(talk, rest.strip())


def complete(talk: Talk, text: str) -> Sequence[tuple[str, int]]:
    """Return the words that may follow a text, each with the length of what stays before it."""
    if not text.startswith("/"):
        return ()
    name, space, rest = text.partition(" ")
    if not space:
        return [(command, 0) for command in COMMANDS if command.startswith(name)]
    command = COMMANDS.get(name)
    words = command.words(talk) if command and command.words else ()
    return [(word, len(name) + 1) for word in words if word.startswith(rest)]


def _help(talk: Talk, rest: str) -> None:
    width = max(len(f"{name} {command.argument}") for name, command in COMMANDS.items())
    for name, command in COMMANDS.items():
        show.print_line(f"{f'{name} {command.argument}':<{width}}  {command.help}")
    show.print_line("Alt-Enter begins a new line; Ctrl-C stops an answer; Ctrl-D ends.")


def _sources(talk: Talk, rest: str) -> None:
    answer = _last(talk)
    show.print_places(answer)


def _open(talk: Talk, rest: str) -> None:
    answer = _last(talk)
    places = {str(place.n): place for place in (*answer.citations, *answer.nearest)}
    place = places.get(rest or "1")
    if place is None:
        raise UsageError(
            f"The last answer has no place {rest}.", hint=f"Places: {', '.join(places) or 'none'}."
        )
    if not Path(place.source).exists():
        raise UsageError(f"The file {place.source} is not there any more.")
    open_file(Path(place.source))


def _model(talk: Talk, rest: str) -> None:
    if not rest:
        show.print_line(talk.library.model.describe().name)
    else:
        talk.shared = replace(talk.shared, model=rest)


def _collection(talk: Talk, rest: str) -> None:
    from quoth.library import check_collection

    if not rest:
        show.print_line(talk.library.collection)
        return
    check_collection(talk.library.home, rest)
    talk.shared = replace(talk.shared, collection=rest, beside=())


def _forget(talk: Talk, rest: str) -> None:
    talk.conversation.forget()
    talk.answer = None
    show.print_line("The conversation was forgotten; the next question begins a new one.")


def _save(talk: Talk, rest: str) -> None:
    from quoth.system import write_whole

    if not talk.conversation.turns:
        raise UsageError("Nothing was said yet.")
    file = expand_home(rest or f"{talk.conversation.id}.md")
    if file.exists():
        raise UsageError(f"{file} is there already.", hint="Name another file: /save FILE")
    turns = [f"## {turn.question}\n\n{turn.answer}\n" for turn in talk.conversation.turns]
    write_whole(file, f"# {talk.conversation.id}\n\n" + "\n".join(turns))
    show.print_line(f"The conversation is in {file}.")


def _quit(talk: Talk, rest: str) -> None:
    talk.ended = True


def _last(talk: Talk) -> Answer:
    if talk.answer is None:
        raise UsageError("There is no answer yet.")
    return talk.answer


def _place_numbers(talk: Talk) -> Sequence[str]:
    answer = talk.answer
    return [str(place.n) for place in (*answer.citations, *answer.nearest)] if answer else ()


def _collection_names(talk: Talk) -> Sequence[str]:
    from quoth.library import list_collections

    return list_collections(talk.library.home)


def _model_names(talk: Talk) -> Sequence[str]:
    from quoth.cli.complete import installed_models

    return installed_models()


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what it does, its help, its argument, and the words that complete it."""

    run: Callable[[Talk, str], None]
    help: str
    argument: str = ""
    words: Callable[[Talk], Sequence[str]] | None = None


COMMANDS = {
    "/help": Command(_help, "Show this list."),
    "/sources": Command(_sources, "Show the places of the last answer again."),
    "/open": Command(_open, "Open the document of a place.", "[N]", _place_numbers),
    "/model": Command(_model, "Show the model, or change to another.", "[NAME]", _model_names),
    "/collection": Command(
        _collection, "Show the collection, or change to another.", "[NAME]", _collection_names
    ),
    "/forget": Command(_forget, "Delete this conversation, and begin a new one."),
    "/save": Command(_save, "Write this conversation to a file.", "[FILE]"),
    "/quit": Command(_quit, "End; `quoth chat --resume` goes on."),
}
"""The commands by name, in the order of the help."""
