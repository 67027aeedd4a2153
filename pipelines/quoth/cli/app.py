"""All commands in one program, and the end of a command that fails."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Annotated, Any

import typer

from quoth.cli import (
    EXIT_FAILED,
    EXIT_INTERRUPTED,
    EXIT_USAGE,
    agents,
    airgap,
    ask,
    chat,
    collection,
    collections,
    configure,
    demo,
    doctor,
    documents,
    evaluate,
    fleet,
    journal,
    models,
    notebooks,
    prompts,
    serve,
    setup,
    show,
    summarize,
    tune,
)
from quoth.cli import run as run_command
from quoth.cli.help import HelpGroup
from quoth.cli.options import Quiet, Verbose, set_verbosity
from quoth.cli.streams import explain_refusal
from quoth.errors import QuothError, UsageError

app = typer.Typer(
    name="quoth",
    cls=HelpGroup,
    invoke_without_command=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for module in (
    ask,
    chat,
    summarize,
    agents,
    serve,
    run_command,
    collection,
    documents,
    collections,
    models,
    tune,
    prompts,
    configure,
    setup,
    doctor,
    airgap,
    demo,
    fleet,
    notebooks,
    journal,
    evaluate,
):
    module.register(app)


@app.callback()
def overview(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    verbose: Verbose = False,
    quiet: Quiet = False,
) -> None:
    """Ask questions of your own documents, and summarize them, on your own machine."""
    set_verbosity(verbose=verbose, quiet=quiet)
    if version:
        print(f"quoth {metadata.version('quoth')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        group: Any = context.command
        print(_overview(group.commands))
        raise typer.Exit


def _overview(commands: Mapping[str, Any]) -> str:
    """Return what `quoth` can do in less than the rows of a small terminal."""
    sections: dict[str, list[str]] = {}
    for name, command in commands.items():
        if not command.hidden:
            heading = getattr(command, "rich_help_panel", None) or "Commands"
            sections.setdefault(heading, []).append(name)
    width = max(map(len, sections))
    return "\n".join(
        [
            "Ask questions of your own documents, and summarize them, on your own machine.",
            "",
            "  quoth ingest FOLDER       read the documents in a folder",
            '  quoth ask "QUESTION"      answer a question, with its places in the documents',
            "  quoth summarize FILE      summarize a document",
            "",
            *(f"  {heading:<{width}}  {', '.join(names)}" for heading, names in sections.items()),
            "",
            "  quoth COMMAND --help      explains a command; quoth --help lists them all",
        ]
    )


def run(arguments: Sequence[str]) -> int:
    """Run one command; turn every error into one sentence, a hint, and an exit code."""
    try:
        _check_encoding(arguments)
        result = app(args=list(arguments), prog_name="quoth", standalone_mode=False)
    except QuothError as error:
        show.print_failure(str(error), error.hint)
        return error.exit_code
    except BrokenPipeError:
        raise
    except OSError as error:
        show.print_failure(*explain_refusal(error))
        return EXIT_USAGE
    except MemoryError:
        show.print_failure("There is not enough memory.", "End other programs, and run it again.")
        return EXIT_USAGE
    except Exception as error:  # nobody above can handle it
        return _handle_foreign(error, arguments)
    if result == EXIT_INTERRUPTED:  # typer's value for Ctrl-C
        return _interrupt()
    return result if isinstance(result, int) else 0


def _check_encoding(arguments: Sequence[str]) -> None:
    """Raise `UsageError` for an argument that is no UTF-8, unless a file has that very name."""
    for argument in arguments:
        readable = argument.encode("utf-8", "replace").decode()
        if readable != argument and not os.path.lexists(argument):
            raise UsageError(
                f"The argument {readable!r} is not valid UTF-8.",
                hint="Write it in the encoding of the terminal.",
            )


def _handle_foreign(error: Exception, arguments: Sequence[str]) -> int:
    """Handle an error that is not ours: of the argument parser, or a mistake in the program."""
    show_usage = getattr(error, "show", None)
    if callable(show_usage):  # a usage error of the parser
        show_usage()
        if type(error).__name__ == "NoSuchOption" and any(map(_is_sentence, arguments)):
            show.print_hint("Write -- before a text that begins with a hyphen.")
        return EXIT_USAGE
    if type(error).__name__ == "Abort":  # the input ended where an answer was expected
        return _interrupt()
    if type(error).__name__ == "Exit":
        return int(getattr(error, "exit_code", 0))
    show.print_failure(
        f"Something went wrong inside Quoth: {type(error).__name__}: {error}",
        "Run it again with --debug and report what it prints.",
    )
    return EXIT_FAILED


def _is_sentence(argument: str) -> bool:
    """Whether an argument that the parser takes for options is a text of several words."""
    return argument.startswith("-") and "=" not in argument and len(argument.split()) > 1


def _interrupt() -> int:
    show.print_failure("Interrupted. Finished work is kept.", "")
    return EXIT_INTERRUPTED
