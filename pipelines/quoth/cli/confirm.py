"""The question before something is deleted."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from quoth.errors import UsageError

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def confirm(question: str, *, yes: bool) -> None:
    """Ask on stderr, unless `yes`. Raises `UsageError` when the answer is none, or not yes."""
    if yes:
        return
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    answer = sys.stdin.readline()
    if not answer:
        print(file=sys.stderr)
        raise UsageError("Nobody answered, so nothing was done.", hint="Add --yes to do it.")
    if answer.strip().lower() not in ("y", "yes"):
        raise UsageError("Nothing was done.")
