"""`quoth demo`: the sample library, from start to end."""

from __future__ import annotations

import time

import typer

from quoth.cli import ask, collection, show, summarize
from quoth.cli.options import Debug
from quoth.system import sample_library_folder

COLLECTION = "demo"
QUESTION = "How long can the emergency generator run on a full tank?"
SUMMARIZED = "library-committee-minutes.md"


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(demo)


def demo(debug: Debug = False) -> int:
    """Ingest the sample library, ask it a question, summarize a document."""
    out = show.console()
    folder = sample_library_folder()
    seconds: dict[str, float] = {}

    def step(command: str) -> None:
        out.print(f"\n$ quoth {command}", style="bold")

    step(f"ingest {show.format_path(str(folder))} --collection {COLLECTION}")
    begin = time.perf_counter()
    code = collection.ingest([folder], collection=COLLECTION)
    seconds["ingest the library"] = time.perf_counter() - begin

    step(f'ask "{QUESTION}" --collection {COLLECTION}')
    begin = time.perf_counter()
    ask.ask(QUESTION, collection=COLLECTION)
    seconds["answer the question"] = time.perf_counter() - begin

    step(f"summarize {show.format_path(str(folder / SUMMARIZED))}")
    begin = time.perf_counter()
    code = summarize.summarize([folder / SUMMARIZED]) or code
    seconds["summarize a document"] = time.perf_counter() - begin

    out.print("\nTimings, everything loaded anew for each command:", style="bold")
    for what, took in seconds.items():
        out.print(f"  {what:<22} {took:5.1f} s")
    return code
