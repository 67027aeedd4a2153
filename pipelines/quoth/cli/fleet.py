"""`quoth fleet head | work | demo`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import show
from quoth.cli.options import (
    SETTINGS,
    Address,
    Port,
    SharedOptions,
    add_command,
    add_group,
    tell_new_home,
)
from quoth.errors import UsageError

if TYPE_CHECKING:
    from quoth.fleet import Work

TokenFile = Annotated[
    Path | None, typer.Option("--token-file", metavar="FILE", help="The token file of the fleet.")
]
_KINDS: dict[str, tuple[Work, ...]] = {
    "both": ("summaries", "ingestion"),
    "summaries": ("summaries",),
    "ingestion": ("ingestion",),
}


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = add_group(app, "fleet", help="Summarize and ingest on many machines.", section="Set-up")
    add_command(group, head, *SETTINGS, name="head")
    add_command(group, work, "model", *SETTINGS, name="work")
    add_command(group, demo, "model", *SETTINGS, name="demo")


def head(
    shared: SharedOptions,
    host: Address = "127.0.0.1",
    port: Port = 8786,
    token_file: TokenFile = None,
    lost_after: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=1, help="Silence after which a machine is lost."),
    ] = 60.0,
) -> None:
    """Be the head of a fleet: place documents, and keep the journal.

    The token file is made on the first start. It lets a machine in: copy it to each worker.
    """
    from quoth.config import state_folder
    from quoth.fleet import HeadSettings, serve_head

    config, home = shared.configure(), state_folder()
    tell_new_home(home)
    settings = HeadSettings(host, port, token_file, lost_after)
    serve_head(settings, config, home=home, announce=_announce)


def work(
    shared: SharedOptions,
    address: Annotated[str, typer.Argument(metavar="tls://HEAD:PORT")],
    token_file: TokenFile = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="The name of this machine in reports.")
    ] = "",
    documents: Annotated[
        int, typer.Option(metavar="NUMBER", min=0, help="Documents at once; 0 asks the model.")
    ] = 0,
    kind: Annotated[
        str, typer.Option("--for", metavar="WORK", help="summaries, ingestion or both.")
    ] = "both",
    once: Annotated[bool, typer.Option("--once", hidden=True)] = False,
) -> int:
    """Work at the documents of a head, until Ctrl-C.

    A worker that ends, with its head or by a document, is started again.
    """
    from quoth.config import state_folder
    from quoth.fleet import (
        check_fleet_address,
        end_with_parent,
        keep_working,
        token_file_of,
        work_for_head,
    )

    if kind not in _KINDS:
        raise UsageError(f"There is no work {kind!r}.", hint=f"Kinds: {', '.join(_KINDS)}.")
    config = shared.configure()
    file = token_file or token_file_of(state_folder())
    if not once:
        config.guard.check_address(check_fleet_address(address))
        return keep_working([*sys.argv[1:], "--once"], announce=_announce)
    end_with_parent()
    return work_for_head(
        address,
        file,
        config,
        name=name,
        documents=documents,
        works=_KINDS[kind],
        announce=_announce,
    )


def demo(shared: SharedOptions) -> int:
    """Try it on this machine: a head, two workers, the sample library."""
    from quoth.cli.fleet_demo import run_demo

    return run_demo(shared)


def _announce(line: str) -> None:
    if not show.VERBOSITY.quiet:
        print(f"quoth: {line}", file=sys.stderr, flush=True)
