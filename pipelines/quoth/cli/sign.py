"""The sign of life of a command: a line at the foot of a terminal with the step, or a bar.

It is drawn on stderr from the first moment, by a thread of its own, and is gone when anything is
printed and at the end. The machines of a fleet have a line each below it. Where the terminal can't
move its cursor (`TERM=dumb`), each step is a line.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

from quoth.cli.terminal import PrintableStream, TerminalStream, make_visible, measure

SHOWN_AFTER_SECONDS = 0.4
_TICK = 0.1
_BAR = 20
_WHEEL = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_WHEEL = "|/-\\"
_USUAL_SIZE = os.terminal_size((80, 24))
_LEAST_SHARE = 0.02
"""The share of the work from which the time that is left can be told."""


@dataclass(slots=True)
class Step:
    """What a command is doing: its name, and how far it is, if that can be told."""

    label: str
    finished: int = 0
    total: int = 0
    name: str = ""
    since: float = 0.0

    def __post_init__(self) -> None:
        self.since = time.monotonic()

    def seconds_left(self) -> float | None:
        """Return the seconds to the end, `None` before they can be told."""
        share = self.finished / self.total if self.total else 0.0
        if share < _LEAST_SHARE or share >= 1:
            return None
        return (time.monotonic() - self.since) * (1 - share) / share


Details = Callable[[], Sequence[Sequence[str]]]
"""Returns the lines below a step, each in parts of which the last are left out first."""


class Sign:
    """Draws the innermost of the steps in progress. Any thread may change it."""

    def __init__(self) -> None:
        self.quiet = False
        self._lock = threading.RLock()
        self._steps: list[Step] = []
        self._details: Details | None = None
        self._thread: threading.Thread | None = None
        self._rows = 0
        self._next = 0.0
        self._told = ""
        self._turn = 0

    @contextmanager
    def step(self, label: str) -> Iterator[Step]:
        """Show a step while in the block."""
        step = Step(label)
        with self._lock:
            self._steps.append(step)
            if len(self._steps) == 1:
                self._next = time.monotonic() + SHOWN_AFTER_SECONDS
        self._start()
        try:
            yield step
        finally:
            with self._lock:
                self._steps.remove(step)
                if not self._steps:
                    self.clear()

    @contextmanager
    def below(self, details: Details) -> Iterator[None]:
        """Show lines below the step while in the block."""
        self._details = details
        try:
            yield
        finally:
            self._details = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Show nothing while in the block, in which a person types."""
        with self._lock:
            steps, self._steps = self._steps, []
            self.clear()
        try:
            yield
        finally:
            with self._lock:
                self._steps = steps
                self._next = time.monotonic() + SHOWN_AFTER_SECONDS
            if steps:
                self._start()

    def clear(self) -> None:
        """Take the lines away; they come again after a while if a step is still in progress."""
        if not self._rows:
            return
        with self._lock:
            erasing, self._rows = _erasing(self._rows), 0
            self._next = time.monotonic() + SHOWN_AFTER_SECONDS
            if (stream := _terminal()) is not None:
                stream.write(erasing)
                stream.flush()

    def _start(self) -> None:
        if self.quiet or _terminal() is None:
            return
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sign", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            time.sleep(_TICK)
            with self._lock:
                if not self._steps:
                    self._thread = None
                    return
                if time.monotonic() >= self._next:
                    try:
                        self._draw(self._steps[-1])
                    except (OSError, ValueError):  # the terminal is gone
                        self._thread = None
                        return

    def _draw(self, step: Step) -> None:
        stream = _terminal()
        if stream is None or self.quiet or not _at_line_start():
            return
        if os.environ.get("TERM") == "dumb":
            if step.label != self._told:
                self._told = step.label
                stream.write(f"{step.label} …\n")
                stream.flush()
            return
        self._turn += 1
        size = _size(stream)
        lines = [format_step(step, size.columns - 1, self._turn, _is_utf8(stream))]
        if self._details is not None:
            lines += format_details(self._details(), size.columns - 1, rows=size.lines - 2)
        stream.write(_erasing(self._rows or 1) + "\r\n".join(lines))
        stream.flush()
        self._rows = len(lines)


SIGN = Sign()
"""The sign of life of this process."""


def format_step(step: Step, columns: int, turn: int = 0, unicode: bool = True) -> str:
    """Return a step on one line of at most this many columns, whole words only.

    The bar has a fixed width; what has no room is left out from the right.
    """
    wheel = _WHEEL if unicode else _PLAIN_WHEEL
    parts = [f"{wheel[turn % len(wheel)]} {step.label}"]
    if step.total:
        done = min(_BAR, _BAR * step.finished // step.total)
        full, empty = ("━", "╌") if unicode else ("#", "-")
        parts.append(full * done + empty * (_BAR - done))
        parts.append(f"{step.finished}/{step.total}")
        if (left := step.seconds_left()) is not None:
            parts.append(f"{format_duration(left)} left")
    if step.name:
        parts.append(make_visible(step.name))
    return _fit(parts, columns)


def format_details(details: Sequence[Sequence[str]], columns: int, *, rows: int) -> list[str]:
    """Return the lines below a step; those without room are counted in the last."""
    shown = details if len(details) <= rows else details[: max(rows - 1, 0)]
    lines = [_fit([make_visible(part) for part in parts], columns - 2) for parts in shown]
    if len(shown) < len(details) and rows > 0:
        lines.append(f"and {len(details) - len(shown)} more")
    return [f"  {line}" for line in lines]


def _erasing(rows: int) -> str:
    """Return what takes so many lines away, the cursor being in the last."""
    return "\r\x1b[2K" + "\x1b[1A\x1b[2K" * (rows - 1)


def _fit(parts: Sequence[str], columns: int) -> str:
    """Return as many of the parts as a line of this many columns has room for."""
    line = ""
    for part in parts:
        if measure(line) + 2 + measure(part) > columns:
            if line:
                break
            part = part[:columns]
        line += ("  " if line else "") + part
    return line


def format_duration(seconds: float) -> str:
    """Return a time as a person says it: `40 s`, `3 min`, `2 h 5 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def advance(step: Step) -> Callable[[int, int, str], None]:
    """Return a callable that takes the finished items, all items, and the name of the current."""

    def move(finished: int, total: int, name: str) -> None:
        step.finished, step.total, step.name = finished, total, name

    return move


def _terminal() -> TextIO | None:
    """Return stderr where it is a terminal, past the door that wraps."""
    stream = sys.stderr
    raw = stream.raw if isinstance(stream, TerminalStream) else stream
    try:
        return raw if raw is not None and raw.isatty() else None
    except ValueError:  # closed
        return None


def _at_line_start() -> bool:
    """Whether nothing was begun on the line of the cursor, by either stream."""
    streams = (sys.stdout, sys.stderr)
    return all(s.at_line_start for s in streams if isinstance(s, TerminalStream | PrintableStream))


def _size(stream: TextIO) -> os.terminal_size:
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return _USUAL_SIZE
    return size if size.columns and size.lines else _USUAL_SIZE


def _is_utf8(stream: TextIO) -> bool:
    return (stream.encoding or "").lower().replace("-", "") == "utf8"
