"""The fleet that works for the jobs of a server, if its owner named one. No request can."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from quoth.library import Library
from quoth.server.services import Services

if TYPE_CHECKING:
    from quoth.fleet import FleetExecutor, Shipping, Work
    from quoth.jobs import ReadDocument


@contextmanager
def fleet_of(
    services: Services, library: Library, load: ReadDocument, work: Work, *, shipping: Shipping
) -> Iterator[FleetExecutor | None]:
    """Open the executor of the server's fleet within the block, `None` without a fleet."""
    settings = services.settings
    if not settings.fleet:
        yield None
        return
    from quoth.fleet import open_fleet

    token = settings.fleet_token
    with closing(
        open_fleet(
            library, settings.fleet, load=load, work=work, token_file=token, shipping=shipping
        )
    ) as executor:
        yield executor
