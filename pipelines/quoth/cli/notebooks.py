"""`quoth notebooks`: copies of the notebooks, to open and to change."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from quoth.cli import show
from quoth.cli.options import SharedOptions, add_command
from quoth.system import missing_extra, notebooks_folder, write_whole
from quoth.views import format_path


def register(app: typer.Typer) -> None:
    """Add the command."""
    add_command(app, notebooks, section="Set-up")


def notebooks(
    shared: SharedOptions,
    folder: Annotated[Path, typer.Argument(help="The folder for them; it is made if needed.")],
) -> None:
    """Copy the notebooks into a folder, to open and to change.

    A notebook that is in the folder already is kept as it is.
    """
    for notebook in sorted(notebooks_folder().glob("*.ipynb")):
        copy = folder / notebook.name
        if copy.exists():
            print(f"{format_path(str(copy))} is there already, and was kept.")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(copy, notebook.read_text(encoding="utf-8"))
        print(format_path(str(copy)))
    print(f"Open them with: jupyter notebook {format_path(str(folder))}")
    if find_spec("notebook") is None:
        error = missing_extra("Opening a notebook", "notebooks")
        show.print_note(f"{error} {error.hint}")
