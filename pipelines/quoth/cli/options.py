"""Options that many commands share, and the library that they open."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from quoth.errors import ConfigurationError

if TYPE_CHECKING:
    from quoth.config import Effective
    from quoth.library import Library

Collection = Annotated[
    str, typer.Option("--collection", "-c", metavar="NAME", help="The collection to use.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ConfigFile = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Instead of ./quoth.yaml.")
]
Preset = Annotated[
    str, typer.Option("--preset", metavar="NAME", help="laptop, gpu, quality or fast.")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Override a setting, as retrieval.k=5."),
]
Model = Annotated[
    str, typer.Option("--model", "-m", metavar="BACKEND:NAME", help="The model to answer.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")]

DEFAULT_COLLECTION = "default"


def overridden(settings: list[str] | None, model: str = "") -> dict[str, Any]:
    """Return what `--set` and `--model` say, by dotted key."""
    import yaml

    values: dict[str, Any] = {}
    for setting in settings or ():
        key, equals, text = setting.partition("=")
        if not equals:
            raise ConfigurationError(
                f"--set takes KEY=VALUE, not {setting!r}.", hint="As in: --set retrieval.k=5"
            )
        try:
            values[key.strip()] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigurationError(f"--set {key}: {text!r} is not a value.") from error
    if model:
        values["backend.model"] = model
    return values


def effective(
    file: Path | None,
    settings: list[str] | None,
    model: str = "",
    *,
    preset: str = "",
    **overrides: Any,
) -> Effective:
    """Return the configuration in force for one command, and close this process by it."""
    from quoth.config import load_config
    from quoth.system import take_over

    values = overridden(settings, model)
    if preset:
        values["preset"] = preset
    values.update({key.replace("__", "."): value for key, value in overrides.items()})
    if file is None and (named := os.environ.get("QUOTH_CONFIG")):
        file = Path(named)
    configuration = load_config(file, overrides=values)
    take_over(configuration.config.guard)
    return configuration


@contextmanager
def opened(
    collection: str, file: Path | None, settings: list[str] | None, model: str = "", **more: Any
) -> Iterator[Library]:
    """Open the library for one command and close it afterwards."""
    from quoth.library import Library

    with Library(collection, config=effective(file, settings, model, **more).config) as library:
        library.lock.announce = lambda sentence: print(f"quoth: {sentence}", file=sys.stderr)
        yield library
