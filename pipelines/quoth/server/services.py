"""What the routes use: one value with every service of the server."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from anyio.to_thread import current_default_thread_limiter

from quoth.library import Shelf, WorkQueue, has_collection, make_collection
from quoth.server.conversations import Conversations
from quoth.server.credentials import Credentials
from quoth.server.documents import Documents
from quoth.server.endpoints import Endpoint
from quoth.server.events import EventLog
from quoth.server.failures import CONFLICT, RefusedError
from quoth.server.operations import Operations
from quoth.server.performing import Performers
from quoth.server.settings import ServerSettings
from quoth.server.state import make_id
from quoth.server.uploads import Uploads
from quoth.system import Database

JOB_KINDS = ("ingest", "reembed", "rebuild", "verify", "summarize")

_CANCELLING_SECONDS = 5.0
"""How long a cancelled job is waited for before its collection is deleted."""
_THREADS = 40
"""How many requests are answered at once beside those that wait in the queue."""


@dataclass(frozen=True, kw_only=True)
class Services:
    """The services of one server, which every front uses."""

    endpoints: tuple[Endpoint, ...]
    settings: ServerSettings
    credentials: Credentials | None
    home: Path
    shelf: Shelf
    documents: Documents
    uploads: Uploads
    operations: Operations
    events: EventLog
    performers: Performers
    conversations: Conversations
    queue: WorkQueue
    state: Database
    held: ExitStack = field(default_factory=ExitStack)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake streams in this loop, and resume what the last server left."""
        self.events.attach(loop)
        current_default_thread_limiter().total_tokens = _THREADS + 2 * self.settings.queue_length
        self.performers.resume()

    def create_collection(self, name: str) -> None:
        """Make an empty collection. Raises `RefusedError` when there is one of this name."""
        if not self.shelf.serves(name):
            raise RefusedError(CONFLICT, f"This server does not serve a collection {name!r}.")
        if has_collection(self.home, name):
            raise RefusedError(CONFLICT, f"There is a collection {name!r} already.")
        make_collection(self.home, name)

    def delete_collection(self, name: str) -> None:
        """Delete a collection; answers and jobs at work on it are cancelled. Raises our errors."""
        self.shelf.check(name)
        self.performers.cancel_all(name, reason=f"{name} was deleted.")
        library = self.shelf.library(name)
        with library.lock.hold(wait_seconds=_CANCELLING_SECONDS):
            self.shelf.put_away(name)
            gone = self.home / "server" / make_id("deleted-")
            gone.parent.mkdir(parents=True, exist_ok=True)
            library.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
        self.uploads.forget_collection(name)

    def close(self) -> None:
        """Stop the work, which the next server resumes, and unload the model."""
        self.events.close()
        self.performers.close()
        self.shelf.close()
        self.state.close()
        self.held.close()
