"""Operations: answers and jobs that belong to the server, and outlive whoever asked for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from quoth.server.failures import NOT_FOUND, RefusedError
from quoth.server.state import make_id, now
from quoth.system import Database

State = Literal["queued", "running", "done", "failed", "cancelled"]
UNFINISHED = ("queued", "running")
PREFIXES = {"answer": "ans_", "response": "resp_"}
"""The beginnings of ids; those of jobs begin with `job_`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An answer or a job: what was asked (`spec`), and how far it is.

    Times are in seconds since 1970. `attempt` counts the starts; it is 2 after a restart of the
    server. `error` is the JSON body of the error that ended it.
    """

    id: str
    kind: str
    collection: str
    spec: Mapping[str, Any]
    state: State = "queued"
    created: float = 0.0
    started: float | None = None
    ended: float | None = None
    attempt: int = 0
    result: Any = None
    error: Any = None
    conversation: str = ""

    @property
    def is_finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.state not in UNFINISHED


class Operations:
    """The operations on the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        kind: str,
        collection: str,
        spec: Mapping[str, Any],
        *,
        conversation: str = "",
        idempotency: str = "",
    ) -> Operation:
        """Return a new operation, which is queued."""
        id = make_id(PREFIXES.get(kind, "job_"))
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO operations
                   (id, kind, collection, spec, state, created, conversation, idempotency, rank)
                   SELECT ?, ?, ?, ?, 'queued', ?, ?, ?, 1 + coalesce(max(rank), 0)
                   FROM operations""",
                (
                    id,
                    kind,
                    collection,
                    json.dumps(spec),
                    now(),
                    conversation,
                    idempotency or None,
                ),
            )
        return self.get(id)

    def get(self, id: str) -> Operation:
        """Return an operation. Raises `RefusedError` when there is none of this id."""
        found = self._select("WHERE id = ?", (id,))
        if not found:
            raise RefusedError(NOT_FOUND, f"There is no {id}.")
        return found[0]

    def find_repeated(self, idempotency: str) -> Operation | None:
        """Return the operation that was made with this key before, or `None`."""
        found = self._select("WHERE idempotency = ?", (idempotency,)) if idempotency else ()
        return found[0] if found else None

    def unfinished(self) -> list[Operation]:
        """Return the operations that are queued or running, in order."""
        return self._select("WHERE state IN ('queued', 'running') ORDER BY rank", ())

    def latest(self, kinds: Sequence[str], *, state: str = "", limit: int = 100) -> list[Operation]:
        """Return the last operations of some kinds, newest first."""
        return self._select(
            """WHERE kind IN (SELECT value FROM json_each(?1)) AND (?2 = '' OR state = ?2)
               ORDER BY rank DESC LIMIT ?3""",
            (json.dumps(kinds), state, limit),
        )

    def of_conversation(self, conversation: str) -> list[Operation]:
        """Return the answers of a conversation, finished or not, oldest first."""
        return self._select("WHERE conversation = ? ORDER BY rank", (conversation,))

    def first_of_conversation(self, conversation: str) -> Operation | None:
        """Return the first question of a conversation, or `None`."""
        found = self._select("WHERE conversation = ? ORDER BY rank LIMIT 1", (conversation,))
        return found[0] if found else None

    def start(self, id: str) -> Operation:
        """Mark an operation as running."""
        with self._database.transaction() as connection:
            connection.execute(
                """UPDATE operations SET state = 'running', started = ?, attempt = attempt + 1
                   WHERE id = ?""",
                (now(), id),
            )
        return self.get(id)

    def finish(self, id: str, state: State, *, result: Any = None, error: Any = None) -> None:
        """Record the end of an operation."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE operations SET state = ?, ended = ?, result = ?, error = ? WHERE id = ?",
                (state, now(), _dump(result), _dump(error), id),
            )

    def delete(self, id: str) -> None:
        """Remove an operation and its events."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM operations WHERE id = ?", (id,))

    def _select(self, where: str, values: Sequence[object]) -> list[Operation]:
        rows = self._database.read(
            f"""SELECT id, kind, collection, spec, state, created, started, ended, attempt,
                       result, error, conversation FROM operations {where}""",  # noqa: S608
            values,
        )
        return [
            Operation(
                id=id,
                kind=kind,
                collection=collection,
                spec=json.loads(spec),
                state=state,
                created=created,
                started=started,
                ended=ended,
                attempt=attempt,
                result=result and json.loads(result),
                error=error and json.loads(error),
                conversation=conversation,
            )
            for (
                id, kind, collection, spec, state, created, started, ended, attempt, result, error,
                conversation,
            ) in rows
        ]  # fmt: skip


def _dump(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
