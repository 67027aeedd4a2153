"""The one door to a terminal: text is wrapped between words, and nothing in it is obeyed.

The streams of the process are replaced: terminals by a `TerminalStream` each, pipes and files by a
`PrintableStream`, since a terminal may show them later. Whatever is printed, by this package, by
the parser of the arguments or by a library, goes through them. Only a `StyledWriter` passes styles.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast
from unicodedata import category, combining, east_asian_width

from quoth.cli.streams import escape_unknown
from quoth.views import make_printable

_NARROWEST = 20
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
_PIECE = re.compile(r"\x1b\[[0-9;]*m|\n|[ \t]+|[^\s\x1b]+|\x1b|\s")
_MARKER = re.compile(r"\s*(?:[^\w\s…]{1,2}|\[\d+\]|\d+[.)]|[^\W\d_]{1,8}:)[ \t]+")
_COLUMN = re.compile(r"\S {2,}(?=\S)")
_MOST_HANGING = 34
_NEVER_FIRST = frozenset("、。，．！？：；）」』】》〉”’…ー々,.!?:;)]}%")
_NEVER_LAST = frozenset("（「『【《〈“‘([{")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_JOINERS = "\u200c\u200d"
"""Format characters that scripts need; all others can hide or turn text."""


class PrintableStream:
    """A text stream without what a terminal would obey; everything else is that of `raw`.

    `before` is called before anything is written, as what reads the stream may print it on the same
    terminal.
    """

    def __init__(self, raw: TextIO, before: Callable[[], None] = lambda: None) -> None:
        self.raw = raw
        self._before = before
        self._at_line_start = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)

    def write(self, text: str) -> int:
        """Write the printable part of a text; return the length of the whole text."""
        self.write_styled(make_printable(text))
        return len(text)

    def write_styled(self, text: str) -> int:
        """Write text of this program with its styles, which is printable."""
        self._before()
        if text:
            self._at_line_start = text.endswith("\n")
        return self.raw.write(text)

    def flush(self) -> None:
        """Write what was kept to be written at once."""
        self._before()
        self.raw.flush()

    def finish(self) -> None:
        """Write everything, at the end of the program."""
        self.flush()

    @property
    def at_line_start(self) -> bool:
        """Whether a line of text begins with what is written next."""
        return self._at_line_start


class TerminalStream:
    """Writes to a terminal, with the lines wrapped between words at its width.

    A word without spaces that is wider than the terminal is broken behind a slash, if it has one.
    Further lines are indented to where the text of the first one began. `before` is called before
    anything is written, to clear what is drawn for the moment.
    """

    def __init__(self, stream: TextIO, before: Callable[[], None] = lambda: None) -> None:
        self.raw = stream
        self._before = before
        self._line = ""  # the text of the line of the caller, which the indent follows from
        self._column = 0
        self._space = ""
        self._word = ""
        self._indent = 0
        self._broken = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)

    def write(self, text: str) -> int:
        """Write the printable part of a text; the last word waits until it is whole."""
        self.write_styled(make_printable(text))
        return len(text)

    def write_styled(self, text: str) -> int:
        """Write text of this program with its styles; no other control code passes."""
        for piece in _PIECE.findall(text):
            if piece == "\n":
                self._end_line()
            elif piece.startswith("\x1b"):
                self._word += piece if _STYLE.fullmatch(piece) else ""
            elif piece.isspace():
                self._end_word()
                self._space += piece.replace("\t", "    ") if piece[0] in " \t" else " "
            elif visible := make_visible(piece):
                self._add(visible)
        return len(text)

    def flush(self) -> None:
        """Write what is complete; a word that may go on is kept."""
        fits = self._column + len(self._space) < _width_of(self.raw)
        if fits and not _STYLE.sub("", self._word):
            self._emit(self._space + self._word)
            self._column += len(self._space)
            self._line += self._space
            self._space = self._word = ""
        self.raw.flush()

    def finish(self) -> None:
        """Write everything, at the end of the program."""
        self._end_word()
        self.raw.flush()

    @property
    def at_line_start(self) -> bool:
        """Whether the cursor is where a line of text begins."""
        return not self._column

    def writable(self) -> bool:
        """Whether the stream can be written: yes."""
        return True

    def _add(self, text: str) -> None:
        """Add text without spaces to the last word, which ends wherever a line may break."""
        for part in _breakable(text):
            if self._word and _may_break(self._word[-1], part[0]):
                self._end_word()
            self._word += part

    def _end_word(self) -> None:
        if not self._word:
            return
        columns = _width_of(self.raw)
        width = measure(self._word)
        if self._column + len(self._space) + width > columns and self._column > self._indent:
            self._break()
        self._emit(self._space)
        self._column += len(self._space)
        self._line += self._space + _STYLE.sub("", self._word)
        self._space = ""
        parts = [self._word] if width <= columns - self._indent else _split_path(self._word)
        for part in parts:
            if self._column + measure(part) > columns and self._column > self._indent:
                self._break()
            self._emit(part)
            self._column += measure(part)
        self._word = ""

    def _break(self) -> None:
        """Begin the next line of the terminal within the same line of text."""
        if not self._broken:
            self._broken = True
            self._indent = min(_hanging(self._line), _width_of(self.raw) // 2)
        self._emit("\n" + " " * self._indent)
        self._column = self._indent
        self._space = ""

    def _end_line(self) -> None:
        self._end_word()
        self._emit("\n")
        self._column = self._indent = 0
        self._line = self._space = ""
        self._broken = False

    def _emit(self, text: str) -> None:
        if text:
            self._before()
            self.raw.write(text)


class StyledWriter:
    """A stream for a program that styles printable text itself, as rich does."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        door = stream if isinstance(stream, TerminalStream | PrintableStream) else None
        self.write = door.write_styled if door else stream.write

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def open_terminal(before: Callable[[], None]) -> None:
    """Let the streams of the process write printable text only; terminals wrap it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None or isinstance(stream, TerminalStream | PrintableStream):
            continue
        escape_unknown(stream)
        if _is_terminal(stream):
            setattr(sys, name, cast(TextIO, TerminalStream(stream, before)))
        else:
            setattr(sys, name, cast(TextIO, PrintableStream(stream, before)))


def close_terminal() -> None:
    """Write what waits, and give the streams of the process back."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, TerminalStream | PrintableStream):
            setattr(sys, name, stream.raw)
            stream.finish()


@contextmanager
def bare_terminal() -> Iterator[None]:
    """Give the streams back while in the block, to a program that draws on the terminal itself."""
    doors = {name: getattr(sys, name) for name in ("stdout", "stderr")}
    close_terminal()
    try:
        yield
    finally:
        for name, door in doors.items():
            setattr(sys, name, door)


def measure(text: str) -> int:
    """Return the columns of a terminal that a text takes; styles take none."""
    text = _STYLE.sub("", text)
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def make_visible(text: str) -> str:
    """Return a text without characters that a terminal obeys, or that hide or turn other text."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c in _JOINERS or category(c) not in _UNSEEN)


def _columns_of(character: str) -> int:
    if combining(character) or category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _breakable(text: str) -> list[str]:
    """Return a text without spaces in parts: each wide character by itself, but for Hangul."""
    if text.isascii():
        return [text]
    parts: list[str] = []
    for character in text:
        joins = parts and not (_is_wide(character) or _is_wide(parts[-1][-1]))
        if joins or (parts and _columns_of(character) == 0):
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF" and not "\uac00" <= character <= "\ud7a3"


def _may_break(before: str, after: str) -> bool:
    """Whether a line may break between two characters without a space."""
    if before == "m" or after in _NEVER_FIRST or before in _NEVER_LAST:
        return False
    return _is_wide(before) or _is_wide(after)


def _split_path(word: str) -> list[str]:
    return [part for part in re.split(r"(?<=[/\\])", word) if part]


def _hanging(line: str) -> int:
    """Return the column in which the text of a line begins, behind a marker or a first column."""
    start = len(line) - len(line.lstrip())
    if (marker := _MARKER.match(line)) and marker.end() <= _MOST_HANGING:
        start = marker.end()
    column = _COLUMN.search(line, start)
    if column and column.end() <= _MOST_HANGING:
        return measure(line[: column.end()])
    return measure(line[:start])


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # closed
        return False


def _width_of(stream: TextIO) -> int:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):
        columns = 0
    return max(columns or int(os.environ.get("COLUMNS") or 80), _NARROWEST)
