"""The line in which a person types: history, keys, several lines, completion."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from quoth.cli.interrupt import own_interrupts
from quoth.cli.sign import SIGN
from quoth.cli.terminal import bare_terminal

PROMPT = "> "


def read_lines() -> Iterator[str]:
    """Yield the lines of stdin that is no terminal, up to an empty one."""
    for line in sys.stdin:
        if not line.strip():
            return
        yield line.strip()


def read_typed(
    history: Path, complete: Callable[[str], Sequence[tuple[str, int]]]
) -> Iterator[str]:
    """Yield what a person types, until Ctrl-D.

    Enter ends a turn, and Alt-Enter a line of it; what is pasted keeps its lines. `complete` gives
    the words that may follow a text, each with the length of what stays before it.
    """
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import CompleteEvent, Completer, Completion
    from prompt_toolkit.document import Document
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory
    from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

    class Words(Completer):
        def get_completions(
            self, document: Document, complete_event: CompleteEvent
        ) -> Iterable[Completion]:
            before = document.text_before_cursor
            for word, kept in complete(before):
                yield Completion(word, start_position=kept - len(before))

    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    kept: History = InMemoryHistory()
    if _can_write(history):
        kept = FileHistory(str(history))
    session: PromptSession[str] = PromptSession(
        history=kept,
        key_bindings=keys,
        completer=Words(),
        complete_while_typing=True,
        multiline=True,
        enable_open_in_editor=False,
        reserve_space_for_menu=4,
    )
    while True:
        try:
            with SIGN.paused(), own_interrupts(), bare_terminal():
                typed = session.prompt(PROMPT, prompt_continuation="  ")
        except KeyboardInterrupt:  # clears the line
            continue
        except EOFError:
            return
        if typed.strip():
            yield typed.strip()


def _can_write(history: Path) -> bool:
    try:
        history.parent.mkdir(parents=True, exist_ok=True)
        history.touch(mode=0o600)
    except OSError:
        return False
    return True
