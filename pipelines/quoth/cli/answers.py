"""What `ask` and `chat` share: the first introduction, and answers as they are written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from quoth.cli import show
from quoth.errors import UsageError
from quoth.views import make_printable

if TYPE_CHECKING:
    from quoth.library import Library
    from quoth.types import Answer


def check_filled(library: Library) -> None:
    """Raise `UsageError` for a collection without text."""
    from quoth.library import fill_command

    if not library.store.chunk_count():
        raise UsageError(
            f"The collection {library.collection!r} is empty.",
            hint=f"Fill it with: {fill_command(library.collection)}",
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


def print_stream(parts: Iterator[str | Answer]) -> Answer:
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
