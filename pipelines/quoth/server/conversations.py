"""The conversations that the server holds; `quoth chat --resume` continues them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from quoth.library import Shelf
from quoth.server.failures import BAD_REQUEST, NOT_FOUND, RefusedError
from quoth.server.state import now
from quoth.system import Database


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation: its id, its collection, when it began (seconds since 1970), and its name."""

    id: str
    collection: str
    created: float
    name: str = ""


class Conversations:
    """The conversations on the disk. Their turns are also files of their collections."""

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._database = database
        self._shelf = shelf

    def start(self, collection: str) -> Talk:
        """Return a new conversation."""
        talk = Talk(f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(3)}", collection, now())
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO conversations (id, collection, created) VALUES (?, ?, ?)",
                (talk.id, talk.collection, talk.created),
            )
        return talk

    def get(self, id: str) -> Talk:
        """Return a conversation. Raises `RefusedError` when there is none of this id."""
        row = self._database.read(
            "SELECT id, collection, created, name FROM conversations WHERE id = ?", (id,)
        ).fetchone()
        if row is None:
            raise RefusedError(NOT_FOUND, f"There is no conversation {id}.")
        return Talk(*row)

    def check(self, id: str, collection: str) -> None:
        """Raise `RefusedError` unless a conversation is about a collection."""
        if self.get(id).collection != collection:
            raise RefusedError(BAD_REQUEST, f"The conversation {id} is about another collection.")

    def all(self) -> list[Talk]:
        """Return the conversations, newest first."""
        rows = self._database.read(
            "SELECT id, collection, created, name FROM conversations ORDER BY created DESC, id DESC"
        )
        return [Talk(*row) for row in rows]

    def rename(self, talk: Talk, name: str) -> Talk:
        """Return a conversation with another name."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE conversations SET name = ? WHERE id = ?", (name, talk.id))
        return self.get(talk.id)

    def delete(self, talk: Talk) -> None:
        """Remove a conversation, its answers, and its file."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM operations WHERE conversation = ?", (talk.id,))
            connection.execute("DELETE FROM conversations WHERE id = ?", (talk.id,))
        folder = self._shelf.home / "collections" / talk.collection / "conversations"
        (folder / f"{talk.id}.json").unlink(missing_ok=True)
