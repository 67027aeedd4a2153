"""The options with which a command hands its documents to a fleet."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quoth.cli.machines import describe_machine
from quoth.cli.sign import SIGN

if TYPE_CHECKING:
    from quoth.fleet import FleetExecutor, FleetReader, Work
    from quoth.jobs import ReadDocument
    from quoth.library import Library

FLEET_OPTIONS: dict[str, Any] = {
    "fleet": Annotated[
        str,
        typer.Option("--fleet", metavar="tls://HEAD:PORT", help="The fleet that does the work."),
    ],
    "fleet_token": Annotated[
        Path | None,
        typer.Option("--fleet-token", metavar="FILE", help="The token file of the fleet."),
    ],
    "mixed": Annotated[
        bool,
        typer.Option("--mixed", help="Let machines of the fleet work that differ from this one."),
    ],
    "shared_disk": Annotated[
        bool,
        typer.Option("--shared-disk", help="The fleet reads the files by their paths, unsent."),
    ],
}
FLEET_DEFAULTS: dict[str, Any] = {
    "fleet": "",
    "fleet_token": None,
    "mixed": False,
    "shared_disk": False,
}
FLEET = tuple(FLEET_OPTIONS)
"""The options with which a command hands its documents to a fleet."""


@dataclass(frozen=True, slots=True)
class FleetOptions:
    """The fleet of a command; without an address, this machine works alone."""

    fleet: str = ""
    fleet_token: Path | None = None
    mixed: bool = False
    shared_disk: bool = False

    @contextmanager
    def open(
        self, library: Library, load: ReadDocument, work: Work
    ) -> Iterator[FleetExecutor | None]:
        """Open the executor of the fleet within the block, `None` without a fleet."""
        if not self.fleet:
            yield None
            return
        from quoth.fleet import open_fleet

        executor = open_fleet(
            library,
            self.fleet,
            load=load,
            work=work,
            token_file=self.fleet_token,
            mixed=self.mixed,
            shipping="paths" if self.shared_disk else "files",
        )
        with closing(executor), SIGN.below(partial(_describe_machines, executor)):
            yield executor


def reads_for(executor: FleetExecutor | None) -> FleetReader | None:
    """Return what reads for an ingestion, `None` for this machine itself."""
    if executor is None:
        return None
    from quoth.fleet import reader_of

    return reader_of(executor)


def _describe_machines(executor: FleetExecutor) -> Sequence[Sequence[str]]:
    now = time.time()
    return [describe_machine(machine, now) for machine in executor.machines]
