"""`quoth airgap`: any command, with no way out of this machine at all."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from quoth.cli.help import HelpCommand


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        cls=HelpCommand,
        rich_help_panel="Set-up",
        context_settings={"allow_interspersed_args": False},  # options belong to the other command
    )(airgap)


def airgap(
    command: Annotated[
        list[str], typer.Argument(metavar="COMMAND", help="A command of quoth and its options.")
    ],
) -> None:
    """Run another command with no way out of this machine.

    The kernel keeps native code in, too: the command has no network but loopback (Linux). A model
    server on this machine, outside the command, is not reached either.
    """
    from quoth.system import run_airgapped

    run_airgapped([sys.executable, "-m", "quoth.cli", *command])
