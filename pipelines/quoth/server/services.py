"""What the routes use: one value with every service of the server."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.server.conversations import Conversations
from quoth.server.credentials import Credentials
from quoth.server.documents import Documents
from quoth.server.endpoints import Endpoint
from quoth.server.events import EventLog
from quoth.server.operations import Operations
from quoth.server.performing import Performers
from quoth.server.queue import WorkQueue
from quoth.server.settings import ServerSettings
from quoth.server.shelf import Shelf
from quoth.server.uploads import Uploads
from quoth.system import Database

if TYPE_CHECKING:
    pass

JOB_KINDS = ("ingest", "reembed", "rebuild", "verify", "summarize")


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
    answers_queue: WorkQueue
    state: Database
    held: ExitStack = field(default_factory=ExitStack)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake streams in this loop, and resume what the last server left."""
        self.events.attach(loop)
        self.performers.resume()

    def delete_collection(self, name: str) -> None:
        """Delete a collection; answers and jobs at work on it are cancelled. Raises our errors."""
        self.shelf.check(name)
        self.performers.cancel_all(name, reason=f"{name} was deleted.")
        self.shelf.delete(name)
        self.uploads.forget_collection(name)

    def close(self) -> None:
        """Stop the work, which the next server resumes, and unload the model."""
        self.events.close()
        self.performers.close()
        self.shelf.close()
        self.state.close()
        self.held.close()
