"""Conversations on disk: a file for each, written whole after every turn."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from quoth.errors import UsageError
from quoth.system import WriteLock, write_whole

_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as asked and as rewritten for the search, and its answer."""

    question: str
    standalone: str
    answer: str


class TurnFile:
    """The turns of one conversation, in a folder of conversations. Processes may share it.

    `id` names the conversation; a new one gets an id of its own.
    """

    def __init__(self, folder: Path, id: str = "") -> None:
        self.id = id or f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        self.path = folder / f"{self.id}.json"
        self._lock = WriteLock(folder / "write.lock", subject="the conversations")

    @classmethod
    def open_last(cls, folder: Path) -> TurnFile:
        """Return the conversation in which the last turn was. Raises `UsageError` without one."""
        files = sorted(folder.glob("*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name))
        if not files:
            raise UsageError(
                "There is no conversation to resume.", hint="Start one with: quoth chat"
            )
        return cls(folder, files[-1].stem)

    def read(self) -> list[Turn]:
        """Return the turns, oldest first. Raises `UsageError` when the file cannot be read."""
        try:
            return [Turn(**turn) for turn in json.loads(self.path.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(
                f"The conversation in {self.path} cannot be read.",
                hint="Start a new one with: quoth chat",
            ) from error

    def add(self, turn: Turn) -> None:
        """Append a turn, after those of other processes."""
        with self._lock.hold(wait_seconds=_WAIT_SECONDS):
            turns = [*(self.read() if self.path.exists() else ()), turn]
            content = json.dumps([asdict(turn) for turn in turns], ensure_ascii=False)
            write_whole(self.path, content)
