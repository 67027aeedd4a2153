"""`quoth config show`."""

from __future__ import annotations

import typer

from quoth.cli import show
from quoth.cli.options import AsJson, ConfigFile, Debug, Preset, Settings, effective

config_app = typer.Typer(help="How everything is configured.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.add_typer(config_app, name="config")


@config_app.command("show")
def show_config(
    json: AsJson = False,
    config: ConfigFile = None,
    preset: Preset = "",
    set: Settings = None,
    debug: Debug = False,
) -> None:
    """Print every setting, its value, and where the value came from."""
    rows = list(effective(config, set, preset=preset).rows())
    if json:
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
