"""How a command line is read, and what `--help` prints: names, whole sentences, headings."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_WHOLE = 1000
"""More characters than a first sentence has, which the help wraps and does not cut."""


class HelpCommand(TyperCommand):
    """A command that names each argument in capitals, without its type, in help and errors."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for parameter in self.params:
            if parameter.param_type_name == "argument" and not parameter.metavar:
                parameter.metavar = (parameter.name or "").upper()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed; a negative number is a value, not an option."""
        ctx.ignore_unknown_options |= any(re.fullmatch(r"-[\d.]+", word) for word in args)
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what follows the name of the command in its usage."""
        return [re.sub("[{}]", "", piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then the options."""
        arguments, options = [], []
        for parameter in self.get_params(ctx):
            if record := parameter.get_help_record(ctx):
                name, text = record[0], _in_words(record[1])
                if parameter.param_type_name == "argument":
                    arguments.append((name.partition(" <")[0], text))
                else:
                    options.append((name, text))
        if arguments:
            with formatter.section("Arguments"):
                formatter.write_dl(arguments)
        with formatter.section("Options"):
            formatter.write_dl(options)


class HelpGroup(TyperGroup):
    """Commands whose help lists them under headings, each with its whole first sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, a section for each `rich_help_panel`."""
        sections: dict[str, list[tuple[str, str]]] = {}
        width = max(map(len, self.commands))
        for name, command in self.commands.items():
            if not command.hidden:
                heading = getattr(command, "rich_help_panel", None) or "Commands"
                row = (name.ljust(width), command.get_short_help_str(_WHOLE))
                sections.setdefault(heading, []).append(row)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


def _in_words(text: str) -> str:
    """Return the help of an option with the bounds of its number in words."""
    text = re.sub(r"([\d.]+)<=x<=([\d.]+)", r"\1 to \2", text)
    return re.sub(r"\bx>=([\d.]+)", r"at least \1", text)
