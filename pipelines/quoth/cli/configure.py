"""`quoth config show`."""

from __future__ import annotations

import typer

from quoth.cli import show
from quoth.cli.options import SETTINGS, SharedOptions, add_command


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = typer.Typer(help="Show the settings.", no_args_is_help=True)
    add_command(group, show_config, "json", *SETTINGS, name="show")
    app.add_typer(group, name="config", rich_help_panel="Set-up")


def show_config(shared: SharedOptions) -> None:
    """Print every setting with its value and its origin."""
    rows = list(shared.effective().rows())
    if shared.json:
        show.print_json({key: {"value": value, "from": origin} for key, value, origin in rows})
        return
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for name in ("setting", "value", "from"):
        table.add_column(name, overflow="fold")
    for key, value, origin in rows:
        text = ", ".join(value) if isinstance(value, tuple) else str(value)
        table.add_row(key, text, origin, style="" if origin != "default" else "dim")
    show.console().print(table, soft_wrap=False)
