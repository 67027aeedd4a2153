"""The commands, gathered; and what happens when one of them fails."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import typer

from quoth.cli import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    ask,
    collection,
    configure,
    demo,
    doctor,
    evaluate,
    models,
    prompts,
    setup,
    summarize,
    tune,
)
from quoth.cli import run as run_command
from quoth.errors import QuothError

app = typer.Typer(
    name="quoth",
    help="Ask questions of your own documents, and summarize them, on your own machine.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    setup,
    collection,
    ask,
    summarize,
    run_command,
    configure,
    prompts,
    models,
    tune,
    doctor,
    evaluate,
    demo,
):
    module.register(app)


def run(arguments: Sequence[str]) -> int:
    """Run one command; turn every error into one sentence, a hint, and an exit code."""
    try:
        result = app(args=list(arguments), prog_name="quoth", standalone_mode=False)
    except QuothError as error:
        _tell(str(error), error.hint)
        return error.exit_code
    except BrokenPipeError:
        raise
    except Exception as error:  # nobody above can handle it
        return _foreign(error)
    if result == EXIT_INTERRUPTED:  # what typer makes of Ctrl-C
        return _interrupted()
    return result if isinstance(result, int) else 0


def _foreign(error: Exception) -> int:
    """Handle an error that is not ours: of the argument parser, or a mistake in the program."""
    show = getattr(error, "show", None)
    if callable(show):  # click's usage errors
        show()
        return EXIT_USAGE
    if type(error).__name__ == "Abort":  # the end of the input where an answer was expected
        return _interrupted()
    if type(error).__name__ == "Exit":
        return int(getattr(error, "exit_code", 0))
    _tell(
        f"Something went wrong inside Quoth: {type(error).__name__}: {error}",
        "Run it again with --debug and report what it prints.",
    )
    return EXIT_FAILED


def _interrupted() -> int:
    _tell("Interrupted. What was finished is kept.", "")
    return EXIT_INTERRUPTED


def _tell(message: str, hint: str) -> None:
    if os.environ.get("QUOTH_DEBUG"):
        traceback.print_exc()
    print(f"quoth: {message}", file=sys.stderr)
    if hint:
        print(f"  hint: {hint}", file=sys.stderr)
