"""The machines of a fleet in a terminal: while they work, and in the report."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from quoth.cli import show
from quoth.cli.sign import format_duration
from quoth.types import format_count
from quoth.views import make_printable

if TYPE_CHECKING:
    from quoth.jobs import MachineReport

_ALIVE_SECONDS = 15.0
"""The silence of a machine that is told."""


def describe_machine(machine: MachineReport, now: float) -> tuple[str, ...]:
    """Return the name of a machine, what it has done, and how it is, the most important first."""
    silent = now - machine.last_seen
    died = f"died {format_count(machine.deaths, 'time')}" if machine.deaths else ""
    parts = [
        machine.name,
        f"gone: {machine.reason}" if machine.state == "gone" else "",
        format_count(machine.documents, "document"),
        f"{machine.tokens_per_second:.0f} tokens/s" if machine.calls else "",
        died,
        f"seen {format_duration(silent)} ago" if silent > _ALIVE_SECONDS else "",
        machine.model,
        format_count(machine.calls, "call") if machine.calls else "",
        *(f"at {PurePath(path).name}" for path in machine.at_hand),
    ]
    return tuple(filter(None, parts))


def print_machines(machines: Sequence[MachineReport], differences: Sequence[str]) -> None:
    """Print a line for each machine, and how machines differ."""
    out = show.console()
    now = time.time()
    for machine in machines:
        out.print(make_printable(f"  {', '.join(describe_machine(machine, now))}"), style="dim")
    for difference in differences:
        out.print(make_printable(f"  {difference}"), style="yellow")
