"""What `--help` prints is words, whole, at the width of a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer
from quoth.cli.app import app


def helps(command: Any, path: str = "quoth") -> Iterator[tuple[str, str]]:
    """Every command and its help."""
    context = command.make_context(path, [], resilient_parsing=True)
    yield path, command.get_help(context)
    for name, each in getattr(command, "commands", {}).items():
        yield from helps(each, f"{path} {name}")


def test_every_value_has_a_name_and_no_sentence_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for path, help in helps(typer.main.get_command(app)):
        assert not re.search(r"<\w+|x[<>]=|[a-z]\.\.\.$|\{[A-Z]", help, re.MULTILINE), path
        values = help.partition("\n")[0].removeprefix(f"Usage: {path}")
        assert not re.search(r"[{}]|\s[a-z_]+(?=\W*(\s|$))", values), path
