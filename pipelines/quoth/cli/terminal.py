"""The door to the terminal: nothing that a file, a server or a model wrote is obeyed by it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from quoth.views import make_printable


class PrintableStream:
    """A text stream without what a terminal would obey; everything else is that of `raw`.

    Programs that style their own output, as rich does, write to `raw`, and clean its parts.
    """

    def __init__(self, raw: TextIO) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        """Write the printable part of a text; return the length of the whole text."""
        self.raw.write(make_printable(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write the printable part of each line."""
        for line in lines:
            self.write(line)

    def __iter__(self) -> Iterator[str]:
        return iter(self.raw)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)


@contextmanager
def printable_streams() -> Iterator[None]:
    """Let stdout and stderr of this process pass printable text only while in the block."""
    before = sys.stdout, sys.stderr
    out, err = (stream and PrintableStream(raw_stream(stream)) for stream in before)
    sys.stdout, sys.stderr = cast(TextIO, out), cast(TextIO, err)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def raw_stream(stream: TextIO) -> TextIO:
    """Return the stream behind the door, for a writer that cleans what it writes."""
    return stream.raw if isinstance(stream, PrintableStream) else stream
