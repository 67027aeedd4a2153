"""The head and a worker as programs."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from quoth.config import Config
from quoth.errors import BackendUnavailableError, UsageError
from quoth.fleet.engine import DEFAULT_PORT, check_fleet_address, prepare_engine
from quoth.fleet.identity import Identity, Work, identify
from quoth.fleet.supervise import EXIT_AWAY
from quoth.fleet.token import make_token, read_fleet_token, token_file_of
from quoth.journal import Journal
from quoth.library import Library
from quoth.system import ScratchFolder, check_port, listens_on_loopback, take_over

Announce = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class HeadSettings:
    """Where a head listens, and after how many seconds a machine without a sign is lost.

    Port 0 takes a free one. Without a `token_file`, it is that of the home folder. Raises
    `UsageError` for a time that is no number of seconds above 0, and for what is no port.
    """

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    token_file: Path | None = None
    lost_after: float = 60.0

    def __post_init__(self) -> None:
        if not 0 < self.lost_after < float("inf"):
            raise UsageError(f"`lost_after` must be a time in seconds, not {self.lost_after:g}.")
        check_port(self.port)


def serve_head(settings: HeadSettings, config: Config, *, home: Path, announce: Announce) -> None:
    """Be the head of a fleet until the process is told to end.

    Its journal is that of `home`. Raises `UsageError` when the port is taken.
    """
    if not listens_on_loopback(settings.host):
        # Dask looks the address up before it listens there.
        allow = (*config.guard.allow, settings.host)
        take_over(replace(config.guard, allow=allow, listen=(settings.host,)))
    prepare_engine()
    file = settings.token_file or token_file_of(home)
    token = make_token(file)
    journal = Journal(home / "journal.sqlite")

    async def serve(scratch: Path) -> None:
        from quoth.fleet.head import open_head

        try:
            head = await open_head(
                token,
                journal,
                host=settings.host,
                port=settings.port,
                lost_after=settings.lost_after,
                scratch=scratch,
            )
        except (OSError, RuntimeError) as error:  # Dask wraps what the system says
            raise UsageError(
                f"{settings.host} port {settings.port} cannot be used: {error.__cause__ or error}.",
                hint="Stop the other program, or name another port with --port.",
            ) from error
        announce(f"The head of the fleet listens at {head.address}; its token file is {file}.")
        announce(f"On each machine: quoth fleet work {head.address} --token-file FILE")
        await head.finished()  # type: ignore[no-untyped-call]

    with ScratchFolder() as scratch:
        asyncio.run(serve(scratch.path))


def work_for_head(
    address: str,
    token_file: Path,
    config: Config,
    *,
    name: str = "",
    documents: int = 0,
    works: tuple[Work, ...] = ("summaries", "ingestion"),
    announce: Announce,
) -> int:
    """Work for a head until it is gone; return the exit code of the process.

    `name` is that of this machine in reports, its host name without. `documents` is the number at
    once; 0 takes as many as the model decodes in parallel. Raises `EgressError` for a head that
    `privacy.allow` does not name, and `ConfigurationError` for a token that it refuses.
    """
    head = check_fleet_address(address)
    config.guard.check_address(head)
    with Library(config=config) as library:
        try:
            work_with(
                library,
                head,
                token_file,
                name=name or socket.gethostname(),
                documents=documents,
                works=works,
                announce=announce,
            )
        except BackendUnavailableError:
            return EXIT_AWAY
        announce("The head is gone.")
    os._exit(0)  # a call in flight may run on for minutes


def work_with(
    library: Library,
    address: str,
    token_file: Path,
    *,
    name: str,
    documents: int = 0,
    works: tuple[Work, ...] = ("summaries", "ingestion"),
    identity: Identity | None = None,
    announce: Announce = lambda _: None,
) -> None:
    """Work for a head until it is gone, with the model and the embedder of a library.

    `identity` takes the place of the library's own. Raises `BackendUnavailableError` for a head
    that does not answer, and `ConfigurationError` for one that refuses the token.
    """
    token = read_fleet_token(token_file)
    prepare_engine()
    from quoth.fleet.worker import work

    slots = documents or (library.model.describe().parallel if "summaries" in works else 1)
    asyncio.run(
        work(
            library,
            check_fleet_address(address),
            token=token,
            name=name,
            identity=identity or identify(library, works=works),
            works=works,
            slots=slots,
            announce=announce,
        )
    )
