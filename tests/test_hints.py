"""What messages and hints name, is there: commands, options, settings, variables, extras."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from pydantic import BaseModel
from quoth.cli.app import app
from quoth.config import Config

PACKAGE = Path(__file__).parents[1] / "pipelines" / "quoth"
MODULES = sorted(PACKAGE.rglob("*.py"))

COMMAND = re.compile(r"(?:^|[`:] |`|, or: )quoth ([a-z]+(?: [a-z]+)?)((?: [^`,;]*)?)")
OPTION = re.compile(r"(?<![\w(-])--[a-z][a-z-]+(?![\w:-])")
VARIABLE = re.compile(r"\bQUOTH_\w*")
EXTRA = re.compile(r"\bextra '?([a-z][\w-]*)'?")

FOREIGN_OPTIONS = {
    "--context-shift",
    "--force-reinstall",
    "--hash",
    "--index-url",
    "--no-deps",
    "--port",
}
"""Of llama-server, and of a file of requirements."""


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the package that a person may see, with its place: all but docstrings."""
    for file in MODULES:
        tree = ast.parse(file.read_text("utf-8"))
        expressions = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inside = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for part in ast.walk(node)
            if part is not node
        }
        for node in ast.walk(tree):
            if id(node) in expressions | inside:
                continue
            text = ""
            if isinstance(node, ast.JoinedStr):
                text = "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "…"
                    for part in node.values
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            if " " in text:
                yield text, f"{file.relative_to(PACKAGE)}:{getattr(node, 'lineno', 0)}"


TEXTS = list(texts())


def commands(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in getattr(group, "commands", {}).items():
        yield f"{prefix}{name}", command
        yield from commands(command, f"{prefix}{name} ")


COMMANDS = dict(commands(typer.main.get_command(app)))


def options_of(command: click.Command) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts} | {"--help"}


OPTIONS = set().union(*map(options_of, COMMANDS.values()))


def sections(schema: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, set[str]]]:
    """Each section of the settings by its dotted name, with its keys."""
    for name, field in schema.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield f"{prefix}{name}", set(inner.model_fields)
            yield from sections(inner, f"{prefix}{name}.")


SECTIONS = dict(sections(Config))


def read_variables() -> set[str]:
    """The environment variables that the package reads or sets, by its source."""
    names = {
        node.value
        for file in MODULES
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {name for name in names if VARIABLE.fullmatch(name)}


def test_every_command_exists_and_takes_its_options() -> None:
    seen = 0
    for text, place in TEXTS:
        for words, rest in COMMAND.findall(text):
            name = words if words in COMMANDS else words.split()[0]
            assert name in COMMANDS, f"{place}: quoth {words}"
            if not isinstance(COMMANDS[name], click.Group):
                unknown = set(OPTION.findall(rest)) - options_of(COMMANDS[name])
                assert not unknown, f"{place}: quoth {name} {unknown}"
            seen += 1
    assert seen > 15


def test_every_option_is_one_of_ours() -> None:
    for text, place in TEXTS:
        unknown = set(OPTION.findall(text)) - OPTIONS - FOREIGN_OPTIONS
        assert not unknown, f"{place}: {unknown}"


@pytest.mark.parametrize("section", sorted(SECTIONS))
def test_every_setting_exists(section: str) -> None:
    named = re.compile(rf"(?<![\w.]){re.escape(section)}\.([a-z]\w*)")
    for text, place in TEXTS:
        for key in named.findall(text):
            assert key in SECTIONS[section], f"{place}: {section}.{key}"


def test_no_hint_speaks_of_a_limit_that_is_no_setting() -> None:
    for text, place in TEXTS:
        assert not re.search(r"\b(raise|lower) the limit\b", text, re.IGNORECASE), place


def test_every_variable_is_read() -> None:
    known = read_variables()
    for text, place in TEXTS:
        for name in VARIABLE.findall(text):
            assert name in known or name == "QUOTH_", f"{place}: {name}"


def test_every_extra_exists() -> None:
    extras = set(metadata.metadata("quoth").get_all("Provides-Extra") or ())
    assert "ocr" in extras
    for text, place in TEXTS:
        for name in EXTRA.findall(text):
            assert name in extras, f"{place}: the extra {name}"
        assert "quoth[" not in text, place


def test_no_text_sends_a_person_to_an_index_for_quoth() -> None:
    for text, place in TEXTS:
        assert not re.search(r"\b(pip|pipx|uv)\b.*\binstall\b.*\bquoth\b", text), place
