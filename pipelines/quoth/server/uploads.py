"""Uploaded files: written in pieces, known by their bytes, and placed into collections."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from quoth.server.failures import NOT_FOUND, Failure, RefusedError
from quoth.server.names import clean_name, file_id
from quoth.server.state import make_id, now
from quoth.system import Database

_DISK_FULL = Failure(507, "server_error", "disk_full")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that was uploaded. `name` is its harmless name, `created` seconds since 1970."""

    id: str
    name: str
    path: Path
    bytes: int
    sha256: str
    purpose: str
    created: float


@dataclass(frozen=True, slots=True)
class Placement:
    """A file in a collection, and the job that ingests it."""

    upload: str
    path: str
    operation: str
    created: float


class IncomingFile:
    """A file that is being received. What is not finished leaves nothing behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / make_id("incoming-")
        self.bytes = 0
        self._content_hash = hashlib.blake2b(digest_size=16)
        self._sha256 = hashlib.sha256()
        with _disk_full_told():
            self.folder.mkdir(parents=True)
            self._stream = (self.folder / "part").open("wb")

    def write(self, data: bytes) -> None:
        """Append bytes. Raises `RefusedError` when the disk is full."""
        with _disk_full_told():
            self._stream.write(data)
        self.bytes += len(data)
        self._content_hash.update(data)
        self._sha256.update(data)

    def finish(self) -> tuple[str, str]:
        """Write everything to the disk; return the id and the SHA-256 of the file."""
        with _disk_full_told():
            self._stream.flush()
            os.fsync(self._stream.fileno())
        self._stream.close()
        return file_id(self._content_hash.hexdigest()), self._sha256.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Uploads:
    """The uploaded files, each in a folder of its own with a random name."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    def receive(self) -> IncomingFile:
        """Return a file to write to; `keep` keeps it."""
        return IncomingFile(self._folder)

    def keep(self, incoming: IncomingFile, name: str, *, purpose: str = "assistants") -> Upload:
        """Return the upload of a received file; the same bytes are kept once."""
        id, sha256 = incoming.finish()
        known = self._select("WHERE id = ?", id)
        if known and known[0].path.is_file():
            return known[0]
        folder, cleaned = make_id(""), clean_name(name)
        (incoming.folder / "part").rename(incoming.folder / cleaned)
        incoming.folder.rename(self._folder / folder)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM uploads WHERE id = ?", (id,))
            connection.execute(
                "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?)",
                (id, cleaned, folder, incoming.bytes, sha256, purpose, now()),
            )
        return self.get(id)

    def get(self, id: str) -> Upload:
        """Return an upload. Raises `RefusedError` when there is none of this id."""
        found = self._select("WHERE id = ?", id)
        if not found:
            raise RefusedError(NOT_FOUND, f"There is no file {id}.")
        return found[0]

    def all(self) -> list[Upload]:
        """Return all uploads, oldest first."""
        return self._select("ORDER BY created, id")

    def delete(self, id: str) -> None:
        """Remove an upload and its file; what collections read from it stays."""
        upload = self.get(id)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM uploads WHERE id = ?", (id,))
        shutil.rmtree(upload.path.parent, ignore_errors=True)

    def place(self, upload: Upload, collection: str) -> None:
        """Put an upload into a collection; an ingestion then reads it."""
        with self._database.transaction() as connection:
            connection.execute(
                """INSERT INTO placements VALUES (?1, ?2, ?3, '', ?4)
                   ON CONFLICT (upload, collection) DO UPDATE SET path = ?3""",
                (upload.id, collection, str(upload.path), now()),
            )

    def note_job(self, collection: str, operation: str) -> None:
        """Record the job that ingests what has been placed into a collection."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE placements SET operation = ? WHERE collection = ?", (operation, collection)
            )

    def placements(self, collection: str) -> list[Placement]:
        """Return what has been placed into a collection, oldest first."""
        rows = self._database.read(
            """SELECT upload, path, operation, created FROM placements
               WHERE collection = ? ORDER BY created, upload""",
            (collection,),
        )
        return [Placement(*row) for row in rows]

    def displace(self, upload: str, collection: str) -> None:
        """Take an upload out of a collection, so that no ingestion reads it again."""
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM placements WHERE upload = ? AND collection = ?", (upload, collection)
            )

    def forget_collection(self, collection: str) -> None:
        """Take all uploads out of a collection that was deleted."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM placements WHERE collection = ?", (collection,))

    def _select(self, where: str, *values: object) -> list[Upload]:
        rows = self._database.read(
            f"SELECT id, name, folder, bytes, sha256, purpose, created FROM uploads {where}",  # noqa: S608
            values,
        )
        return [
            Upload(
                id=id,
                name=name,
                path=self._folder / folder / name,
                bytes=size,
                sha256=sha256,
                purpose=purpose,
                created=created,
            )
            for id, name, folder, size, sha256, purpose, created in rows
        ]


@contextmanager
def _disk_full_told() -> Iterator[None]:
    """Turn a full disk into our error."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise RefusedError(
            _DISK_FULL, "The disk is full; nothing of the file was kept.", hint="Make room first."
        ) from error
