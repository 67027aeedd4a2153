"""Conversations on disk: a file for each, written whole after every turn."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass
from datetime import datetime
from pathlib import Path

from quoth.errors import UsageError
from quoth.system import WriteLock, parse_json, write_whole

_WAIT_SECONDS = 30.0
_OLD_FILE = "chat.json"
"""The file next to the folder in which version 0.1.0 kept the only conversation."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as asked and as rewritten for the search, and its answer."""

    question: str
    standalone: str
    answer: str


class TurnFile:
    """The turns of one conversation, in a folder of conversations. Processes may share it.

    `id` names the conversation; a new conversation gets a new one.
    """

    def __init__(self, folder: Path, id: str = "") -> None:
        if not isinstance(id, str) or (id and Path(id).name != id) or "\0" in id:
            raise UsageError(
                f"{id!r} cannot be the name of a conversation.", hint="It is the name of a file."
            )
        self.id = id or f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        self.path = folder / f"{self.id}.json"
        self._lock = WriteLock(folder / "write.lock", subject="the conversations")

    @classmethod
    def open_last(cls, folder: Path) -> TurnFile:
        """Return the conversation with the latest turn.

        In a folder without conversations, this is the one that version 0.1.0 kept, which is moved
        there. Raises `UsageError` if there is none either.
        """
        files = _list_conversations(folder) or cls(folder)._adopt_old()
        if not files:
            raise UsageError(
                "There is no conversation to resume.", hint="Start one with: quoth chat"
            )
        return cls(folder, files[-1].stem)

    def read(self) -> list[Turn]:
        """Return the turns, oldest first. Raises `UsageError` when the file cannot be read."""
        try:
            turns = [Turn(**turn) for turn in parse_json(self.path.read_text(encoding="utf-8"))]
            if not all(isinstance(text, str) for turn in turns for text in astuple(turn)):
                raise ValueError("A turn holds something else than text.")
        except (OSError, ValueError, TypeError) as error:
            raise UsageError(
                f"The conversation in {self.path} cannot be read.",
                hint="Start a new one with: quoth chat",
            ) from error
        return turns

    def add(self, turn: Turn) -> None:
        """Append a turn, after those of other processes."""
        with self._lock.hold(wait_seconds=_WAIT_SECONDS):
            turns = [*(self.read() if self.path.exists() else ()), turn]
            content = json.dumps([asdict(turn) for turn in turns], ensure_ascii=False)
            write_whole(self.path, content)

    def remove(self) -> None:
        """Delete the file."""
        with self._lock.hold(wait_seconds=_WAIT_SECONDS):
            self.path.unlink(missing_ok=True)

    def _adopt_old(self) -> list[Path]:
        """Move the conversation of version 0.1.0 into the folder; return the files there."""
        folder = self.path.parent
        old = folder.parent / _OLD_FILE
        if old.is_file():
            with self._lock.hold(wait_seconds=_WAIT_SECONDS), suppress(FileNotFoundError):
                old.replace(folder / _OLD_FILE)  # missing when another process has moved it
        return _list_conversations(folder)


def _list_conversations(folder: Path) -> list[Path]:
    """Return the files of conversations, the one with the latest turn last."""
    return sorted(folder.glob("*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name))
