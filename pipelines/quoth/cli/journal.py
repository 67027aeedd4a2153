"""`quoth journal stats | prune | export`: the record of finished model calls."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from quoth.cli import show
from quoth.cli.options import SETTINGS, SharedOptions, add_command, add_group
from quoth.types import format_count
from quoth.views import write_json


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = add_group(app, "journal", help="Look into the record of model calls.", section="Set-up")
    add_command(group, stats, "json", *SETTINGS)
    add_command(group, prune, *SETTINGS)
    add_command(group, export, *SETTINGS)


def stats(shared: SharedOptions) -> None:
    """Show the number of calls by model."""
    with shared.open_library(make=True) as library:
        statistics = library.journal.stats()
    if shared.json:
        show.print_json(json.loads(json.dumps(asdict(statistics), default=str)))
        return
    out = show.console()
    if statistics.first is None or statistics.last is None:
        out.print("The journal is empty.")
        return
    first, last = (
        f"{time.astimezone():%Y-%m-%d %H:%M}" for time in (statistics.first, statistics.last)
    )
    size = f"{statistics.bytes / 2**20:.1f} MiB"
    out.print(f"{format_count(statistics.calls, 'call')}, {size}, {first} to {last}")
    for share in statistics.models:
        timings = share.timings
        out.print(
            f"  {share.model} ({share.fingerprint[:8]}): {format_count(share.calls, 'call')}, "
            f"{timings.prompt_tokens:,} tokens in, {timings.generated_tokens:,} out"
        )


def prune(
    shared: SharedOptions,
    older_than: Annotated[
        int, typer.Option(metavar="DAYS", min=0, max=1_000_000, help="The days to keep.")
    ],
) -> None:
    """Delete calls that are older than a number of days."""
    with shared.open_library(make=True) as library:
        deleted = library.journal.prune(older_than=timedelta(days=older_than))
    print(f"{format_count(deleted, 'call')} deleted.")


def export(shared: SharedOptions) -> None:
    """Print every call as JSON lines."""
    with shared.open_library(make=True) as library:
        for entry in library.journal.export():
            print(write_json(entry))
