"""`quoth demo`: the sample library, from ingestion to a summary."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import typer

from quoth.cli import ask, collection, show, summarize
from quoth.cli.options import SharedOptions, add_command
from quoth.system import sample_library_folder
from quoth.views import format_path

COLLECTION = "demo"
QUESTION = "How long can the emergency generator run on a full tank?"
SUMMARIZED = "library-committee-minutes.md"


def register(app: typer.Typer) -> None:
    """Add these commands."""
    add_command(app, demo, section="Set-up")


def demo(shared: SharedOptions) -> int:
    """Try it: ingest five documents, ask, summarize."""
    out = show.console()
    folder = sample_library_folder()
    seconds: dict[str, float] = {}
    options = SharedOptions(collection=COLLECTION)

    def print_command(command: str) -> None:
        out.print(f"\n$ quoth {command}", style="bold")

    print_command(f"ingest {format_path(str(folder))} --collection {COLLECTION}")
    begin = time.perf_counter()
    code = collection.ingest(options, [folder])
    seconds["ingest the library"] = time.perf_counter() - begin

    print_command(f'ask "{QUESTION}" --collection {COLLECTION}')
    begin = time.perf_counter()
    ask.ask(options, QUESTION)
    seconds["answer the question"] = time.perf_counter() - begin

    print_command(f"summarize {format_path(str(folder / SUMMARIZED))}")
    begin = time.perf_counter()
    code = summarize.summarize(SharedOptions(), [folder / SUMMARIZED]) or code
    seconds["summarize a document"] = time.perf_counter() - begin

    out.print("\nTimings, with the models loaded again for each command:", style="bold")
    for step, duration in seconds.items():
        out.print(f"  {step:<22} {duration:5.1f} s")
    out.print("\nAsk in the browser, and see each quote marked on its page:", style="bold")
    out.print(f"  {_program()} serve --open")
    return code


def _program() -> str:
    """Return how a shell calls this program: by its path where it is not on the `PATH`."""
    beside = Path(sys.executable).with_name("quoth")
    if shutil.which("quoth") or not beside.exists():
        return "quoth"
    return format_path(str(beside))
