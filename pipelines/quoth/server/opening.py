"""The opening of a home for one server: its services, wired."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoth.config import Config
from quoth.library import JOB, Shelf, WorkQueue
from quoth.server.conversations import Conversations
from quoth.server.credentials import Credentials
from quoth.server.documents import Documents
from quoth.server.events import EventLog
from quoth.server.operations import Operations
from quoth.server.performing import Performance, Performers
from quoth.server.routes import ENDPOINTS
from quoth.server.services import Services
from quoth.server.settings import ServerSettings
from quoth.server.state import open_state
from quoth.server.uploads import Uploads
from quoth.system import WriteLock

if TYPE_CHECKING:
    from quoth.embed import Embedder
    from quoth.models import LocalModel

_WORK_AT_ONCE = 4
_JOBS_AT_ONCE = 1
_PERFORMS = {
    "answer": "quoth.server.answering:perform_answer",
    "response": "quoth.server.compatible.responding:perform_response",
    "ingest": "quoth.server.jobs:perform_ingest",
    "reembed": "quoth.server.jobs:perform_reembed",
    "rebuild": "quoth.server.jobs:perform_rebuild",
    "verify": "quoth.server.jobs:perform_verify",
    "summarize": "quoth.server.summarizing:perform_summaries",
}
"""What performs each kind of operation; imported when the first one is performed."""


def open_services(
    settings: ServerSettings,
    config: Config,
    *,
    home: Path,
    credentials: Credentials | None = None,
    model: LocalModel | None = None,
    embedder: Embedder | None = None,
) -> Services:
    """Return the services of the one server of a home. Raises `CollectionBusyError` for a second.

    Nothing heavy is imported. `model` and `embedder` take the place of the configured ones.
    """
    settings.check()
    folder = home / "server"
    folder.mkdir(parents=True, exist_ok=True)
    held = ExitStack()
    lock = WriteLock(
        folder / "server.lock",
        subject=str(folder),
        busy_hint="Another server runs on this folder; stop it, or set QUOTH_HOME.",
    )
    held.enter_context(lock.hold())
    state = open_state(folder)
    shelf = Shelf(config, home, served=settings.collections, model=model, embedder=embedder)
    operations, events = Operations(state), EventLog(state)
    queue = WorkQueue(slots=_WORK_AT_ONCE, length=settings.queue_length, most={JOB: _JOBS_AT_ONCE})
    made: list[Services] = []
    services = Services(
        endpoints=ENDPOINTS,
        settings=settings,
        credentials=credentials,
        home=home,
        shelf=shelf,
        documents=Documents(shelf, settings.base_url),
        uploads=Uploads(state, folder / "files"),
        operations=operations,
        events=events,
        performers=Performers(
            operations,
            events,
            performs=dict(_performs(made)),
            queue=queue,
        ),
        conversations=Conversations(state, shelf),
        queue=queue,
        state=state,
        held=held,
    )
    made.append(services)
    return services


def _performs(made: list[Services]) -> Iterator[tuple[str, Callable[[Performance], Any]]]:
    """Yield what performs each kind of operation, with the services that are made by then."""

    def perform(address: str, performance: Performance) -> Any:
        module, _, name = address.partition(":")
        return getattr(import_module(module), name)(made[0], performance)

    for kind, address in _PERFORMS.items():
        yield kind, partial(perform, address)
