"""Command lines that nobody means: each ends with a sentence of ours, or does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import Quoth
from quoth.cli.app import app

LONG_RUNNING = {
    "airgap",
    "serve",
    "mcp",
    "chat",
    "demo",
    "setup",
    "tune",
    "edit",
    "open",
    "pull",
    "advise",
}
ODD = (
    *("", "-1", "0", "1e309", "nan", "9" * 30, "1.5", "0x10", "1_000", "²", "١٢", "🦆", "null"),
    *("\x1b[31m", "\udcff", "a\udcffb", "\x00", "\u202e", "a" * 5000, "*", "[", "(?", ".", ".."),
    *("{a: [}", "!!python/object:os.system x", "&a [*a]", "2024-13-45", "9999-12-31", "--", "-"),
    *("/dev/null", "/nonexistent", "~nouser/x", "llamacpp:", "ollama:", ":", "x:y:z", "=", "a=b"),
    *("retrieval.k=nan", "retrieval.k=[", "backend.url=http://[", "backend.timeout=inf"),
)


def _find_options(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield every command with each of its parameters, before a value."""
    for name, inner in getattr(command, "commands", {}).items():
        if name not in LONG_RUNNING:
            yield from _find_options(inner, (*path, name))
    if path and not hasattr(command, "commands"):
        for parameter in command.params:
            is_flag = getattr(parameter, "is_flag", False)
            if parameter.param_type_name == "argument":
                yield path
            elif not is_flag:
                yield (*path, parameter.opts[0])


OPTIONS = sorted(set(_find_options(typer.main.get_command(app))))
_LINES = st.tuples(
    st.sampled_from(OPTIONS),
    st.lists(st.sampled_from(ODD) | st.text(max_size=12), min_size=1, max_size=3),
)
_SETTINGS = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(quoth: Quoth, line: tuple[tuple[str, ...], list[str]]) -> None:
    begin, values = line
    done = quoth(*begin, *values)
    assert "inside Quoth" not in done.stderr, (begin, values, done.stderr)
    assert done.returncode in {0, 1, 2, 3}


@given(line=_LINES)
@settings(_SETTINGS, max_examples=50, derandomize=True)  # the long run finds what is new
def test_odd_command_lines_end_in_a_sentence(
    quoth: Quoth, line: tuple[tuple[str, ...], list[str]]
) -> None:
    check(quoth, line)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@given(line=_LINES)
@settings(_SETTINGS, max_examples=500)
def test_five_hundred_odd_command_lines(
    quoth: Quoth, line: tuple[tuple[str, ...], list[str]]
) -> None:
    check(quoth, line)
