"""Work over many files: its progress, and its report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from quoth.types.drawing import Drawn

Progress = Callable[[int, int, str], None]
"""A callback for progress: the finished items, all items, the name of the current item."""


@runtime_checkable
class TellsWithin(Protocol):
    """A callback for progress that also hears how far a long document is."""

    def __call__(self, finished: int, count: int, name: str, /) -> None:
        """Hear of the finished items, of all, and the name of the current one."""

    def within(self, path: str, *, share: float, pages: int) -> None:
        """Hear that a share of a document of so many pages, from 0 to 1, is finished."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one file: its path, and the reason why it was done, skipped or failed.

    `unread` counts by kind what the file holds and its text does not, such as `picture`. A failure
    is `known` when the file failed before and has not changed since. Of an adopted document `kept`
    counts the chunks that have the vector which another program made.
    """

    path: str
    reason: str
    status: str
    pages: int = 0
    chunks: int = 0
    unread: Mapping[str, int] = field(default_factory=dict)
    known: bool = False
    kept: int = 0


@dataclass(frozen=True, slots=True, repr=False)
class Report(Drawn):
    """The report of a run over many files. Every file is in exactly one of the four groups.

    >>> report = library.ingest("contracts/")
    >>> len(report.skipped), report.exit_code
    (2, 0)
    """

    done: tuple[Outcome, ...] = ()
    skipped: tuple[Outcome, ...] = ()
    failed: tuple[Outcome, ...] = ()
    removed: tuple[Outcome, ...] = ()
    seconds: float = 0.0

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0, 1 when a file failed anew, 3 with known failures."""
        if not self.failed:
            return 0
        return 3 if all(outcome.known for outcome in self.failed) else 1

    def __str__(self) -> str:
        return (
            f"{len(self.done)} done, {len(self.skipped)} skipped, {len(self.failed)} failed, "
            f"{len(self.removed)} removed, in {self.seconds:.1f} s"
        )

    def __repr__(self) -> str:
        return f"<Report: {self}>"
