"""The options that commands share, defined once, and the commands that take them."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Concatenate, ParamSpec

import typer

from quoth.cli.complete import (
    complete_collection,
    complete_model,
    complete_preset,
    complete_setting,
)
from quoth.cli.fleet_options import FLEET, FLEET_DEFAULTS, FLEET_OPTIONS, FleetOptions
from quoth.cli.help import HelpCommand, HelpGroup
from quoth.cli.scope import SCOPE, SCOPE_DEFAULTS, SCOPE_OPTIONS, ScopeValues
from quoth.cli.show import VERBOSITY
from quoth.cli.sign import SIGN
from quoth.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from quoth.collection import Scope
    from quoth.config import Config, Effective
    from quoth.library import Attachment, Library

Arguments = ParamSpec("Arguments")

DEFAULT_COLLECTION = "default"
SETTINGS = ("config", "preset", "set")
"""The options with which a command is configured."""


def read_path(text: str) -> Path:
    """Return a path that was typed. Raises `UsageError` for none, which would be this folder."""
    if not text:
        raise UsageError("A path is empty.", hint="A variable without a value? Write . for here.")
    return Path(text)


Address = Annotated[str, typer.Option(metavar="ADDRESS", help="The address to listen at.")]
Port = Annotated[
    int,
    typer.Option(
        metavar="PORT", min=0, max=65535, help="The port to listen at; 0 takes a free one."
    ),
]

Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say more: scores, and how it was done.")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print results and failures, and nothing else.")
]

_OPTIONS: dict[str, Any] = {
    "collection": Annotated[
        str,
        typer.Option(
            "--collection",
            "-c",
            metavar="NAME",
            help="The collection to use.",
            autocompletion=complete_collection,
        ),
    ],
    "collections": Annotated[
        list[str] | None,
        typer.Option(
            "--collection",
            "-c",
            metavar="NAME",
            help="The collection to use, `default` without; several are asked at once.",
            autocompletion=complete_collection,
        ),
    ],
    "model": Annotated[
        str,
        typer.Option(
            "--model",
            "-m",
            metavar="BACKEND:NAME",
            help="The model to use; by default that of the settings.",
            autocompletion=complete_model,
        ),
    ],
    "json": Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")],
    "config": Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="FILE", help="The settings file, in place of ./quoth.yaml."
        ),
    ],
    "preset": Annotated[
        str,
        typer.Option(
            "--preset",
            metavar="NAME",
            help="laptop, gpu, quality or fast.",
            autocompletion=complete_preset,
        ),
    ],
    "set": Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="A setting, such as retrieval.k=5.",
            autocompletion=complete_setting,
        ),
    ],
    **SCOPE_OPTIONS,
    **FLEET_OPTIONS,
    "verbose": Verbose,
    "quiet": Quiet,
    "debug": Annotated[bool, typer.Option("--debug", help="Show the traceback of a failure.")],
}
_DEFAULTS: dict[str, Any] = {
    "collection": DEFAULT_COLLECTION,
    "collections": None,
    "model": "",
    "json": False,
    "config": None,
    "preset": "",
    "set": None,
    **SCOPE_DEFAULTS,
    **FLEET_DEFAULTS,
    "verbose": False,
    "quiet": False,
    "debug": False,
}


_REPEATED = {"set", *(name for name, default in SCOPE_DEFAULTS.items() if default is None)}


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """The values of the options that a command shares with others."""

    collection: str = DEFAULT_COLLECTION
    model: str = ""
    json: bool = False
    config: Path | None = None
    preset: str = ""
    set: tuple[str, ...] = ()
    within: ScopeValues = field(default_factory=ScopeValues)
    beside: tuple[str, ...] = ()
    fleet: FleetOptions = field(default_factory=FleetOptions)

    @property
    def scope(self) -> Scope | None:
        """The part of the documents that the options name, `None` for everything."""
        return self.within.read()

    def overrides(self) -> dict[str, Any]:
        """Return the settings that `--set` and the options of their own name, by dotted key."""
        values = dict(map(_parse_setting, self.set))
        if self.model:
            values["backend.model"] = self.model
        if self.preset:
            values["preset"] = self.preset
        return values

    def effective(self) -> Effective:
        """Return the settings in force with their origins, and set the network guard by them."""
        from quoth.config import load_config
        from quoth.system import take_over

        file = self.config
        if file is None and (named := os.environ.get("QUOTH_CONFIG")):
            file = Path(named)
        effective = load_config(file, overrides=self.overrides())
        take_over(effective.config.guard)
        return effective

    def configure(self) -> Config:
        """Return the configuration in force, and set the network guard by it."""
        return self.effective().config

    def attach(self, call: str, **asked: Any) -> Attachment | None:
        """Return a running server of the same home and settings that takes a call, or `None`."""
        from quoth.config import state_folder
        from quoth.library import attach, attach_address, scope_values

        home = state_folder()
        if not attach_address(home).exists():
            return None
        names = (self.collection, *self.beside)
        return attach(home, self.configure(), call, names, scope=scope_values(self.scope), **asked)

    @contextmanager
    def open_library(self, *, make: bool = False) -> Iterator[Library]:
        """Open the library for one command, and close it afterwards.

        Unless `make`, raises `UsageError` when there is no such collection.
        """
        from quoth.library import Library, check_collection

        with Library(self.collection, config=self.configure(), beside=self.beside) as library:
            if make:
                tell_new_home(library.home)
            else:
                for name in (self.collection, *self.beside):
                    check_collection(library.home, name)
            library.lock.announce = lambda sentence: print(f"quoth: {sentence}", file=sys.stderr)
            yield library


def set_verbosity(*, verbose: bool, quiet: bool) -> None:
    """Say how much the command in progress prints."""
    VERBOSITY.verbose, VERBOSITY.quiet = verbose, quiet
    SIGN.quiet = quiet


def tell_new_home(home: Path) -> None:
    """Print that the folder of Quoth is not there yet: what was made in another one is not used."""
    if not home.exists():
        print(f"quoth: {home} is new; set QUOTH_HOME to use another folder.", file=sys.stderr)


def add_group(app: typer.Typer, name: str, *, help: str, section: str) -> typer.Typer:
    """Add a group of commands; `section` is its heading in the help. Return it."""
    group = typer.Typer(cls=HelpGroup, help=help, no_args_is_help=True)
    app.add_typer(group, name=name, rich_help_panel=section)
    return group


def add_command(
    app: typer.Typer,
    command: Callable[Concatenate[SharedOptions, Arguments], int | None],
    *shared: str,
    name: str = "",
    section: str = "",
    hidden: bool = False,
) -> None:
    """Add a command that takes the shared options of these names, `-v`, `-q` and `--debug`.

    The command receives them as its first argument. `section` is its heading in the help, which
    leaves out a `hidden` one.
    """
    own = list(inspect.signature(command, eval_str=True).parameters.values())[1:]
    added = [
        inspect.Parameter(
            option,
            inspect.Parameter.KEYWORD_ONLY,
            default=_DEFAULTS[option],
            annotation=_OPTIONS[option],
        )
        for option in (*shared, "verbose", "quiet", "debug")
    ]

    @functools.wraps(command)
    def run(
        *, verbose: bool = False, quiet: bool = False, debug: bool = False, **values: Any
    ) -> int | None:
        set_verbosity(
            verbose=verbose or VERBOSITY.verbose,  # before the command
            quiet=quiet or VERBOSITY.quiet,
        )
        taken = {option: values.pop(option) for option in shared}
        for option in taken.keys() & _REPEATED:
            taken[option] = tuple(taken[option] or ())
        if limits := {option: taken.pop(option) for option in SCOPE if option in taken}:
            taken["within"] = ScopeValues(**limits)
        if fleet := {option: taken.pop(option) for option in FLEET if option in taken}:
            taken["fleet"] = FleetOptions(**fleet)
        if "collections" in taken:
            named = dict.fromkeys(taken.pop("collections") or (DEFAULT_COLLECTION,))
            taken["collection"], *beside = named
            taken["beside"] = tuple(beside)
        try:
            with SIGN.step("Starting"):
                return command(SharedOptions(**taken), **values)  # type: ignore[call-arg]
        except Exception:
            if debug:
                traceback.print_exc()
            raise

    parameters = [*own, *added]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    panel = section or None
    app.command(name or None, cls=HelpCommand, rich_help_panel=panel, hidden=hidden)(run)


def _parse_setting(setting: str) -> tuple[str, Any]:
    """Return the key and the value of `KEY=VALUE`. Raises `ConfigurationError`."""
    key, equals, text = setting.partition("=")
    if not equals:
        raise ConfigurationError(
            f"--set takes KEY=VALUE, not {setting!r}.", hint="As in: --set retrieval.k=5"
        )
    return key.strip(), parse_value(key, text)


def parse_value(key: str, text: str) -> Any:
    """Return the value of a setting as it was typed. Raises `ConfigurationError`."""
    import yaml

    from quoth.config import read_setting

    try:
        return read_setting(key, text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{key}: {text!r} is not a value.") from error
