"""`quoth config show | get | set | unset | path | edit`."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from quoth.cli import show
from quoth.cli.complete import complete_key, complete_value
from quoth.cli.options import SETTINGS, SharedOptions, add_command, add_group, parse_value
from quoth.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from quoth.config import SettingFacts

Key = Annotated[
    str,
    typer.Argument(
        metavar="KEY", help="A setting, such as retrieval.k.", autocompletion=complete_key
    ),
]
Project = Annotated[
    bool, typer.Option("--project", help="The file ./quoth.yaml, in place of your own.")
]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    group = add_group(app, "config", help="Show and change the settings.", section="Set-up")
    add_command(group, show_config, "json", *SETTINGS, name="show")
    add_command(group, get, "json", *SETTINGS, name="get")
    add_command(group, set_setting, name="set")
    add_command(group, unset, name="unset")
    add_command(group, print_paths, "json", name="path")
    add_command(group, edit, name="edit")


def show_config(shared: SharedOptions) -> None:
    """Print every setting with its value and its origin."""
    from quoth.config import write_setting

    rows = list(shared.effective().rows())
    if shared.json:
        show.print_json({key: {"value": value, "from": origin} for key, value, origin in rows})
        return
    show.print_table(
        ("setting", "value", "from"),
        [(key, write_setting(value), origin) for key, value, origin in rows],
    )


def get(shared: SharedOptions, key: Key) -> None:
    """Print the value of one setting."""
    from quoth.config import write_setting

    values = {name: value for name, value, _ in shared.effective().rows()}
    _check_key(key)
    if shared.json:
        show.print_json(values[key])
    else:
        print(write_setting(values[key]))


def set_setting(
    shared: SharedOptions,
    key: Key,
    value: Annotated[
        str | None,
        typer.Argument(
            metavar="VALUE",
            help="Text, or as in YAML: 5, true, [a, b].",
            autocompletion=complete_value,
        ),
    ] = None,
    project: Project = False,
) -> None:
    """Set a setting in your own settings file, or in that of a project.

    The value is checked first. Comments in the file are kept.
    """
    from quoth.config import load_config, set_value, write_setting
    from quoth.models import split_model

    if value is None and "=" in key:
        key, _, value = key.partition("=")
    _check_key(key)
    if value is None:
        raise _missing_value(shared, key)
    parsed = parse_value(key, value)
    load_config(overrides={key: parsed})  # raises for a value that cannot be
    if key == "backend.model":
        split_model(parsed)
    file = _file(project=project)
    _write(file, set_value(_read(file), key, parsed))
    show.print_line(f"{key} is {write_setting(parsed) or 'empty'} in {file}.")


def unset(shared: SharedOptions, key: Key, project: Project = False) -> None:
    """Remove a setting from your own settings file, or from that of a project."""
    from quoth.config import unset_value

    _check_key(key)
    file = _file(project=project)
    before = _read(file)
    after = unset_value(before, key)
    if after == before:
        raise UsageError(f"{file} does not set {key}.", hint="`quoth config show` says what does.")
    _write(file, after)
    show.print_line(f"{key} is no longer set in {file}.")


def print_paths(shared: SharedOptions) -> None:
    """Print the paths of the settings files, the strongest last."""
    files = {"yours": _file(project=False), "project": _file(project=True)}
    if named := os.environ.get("QUOTH_CONFIG"):
        files["QUOTH_CONFIG"] = Path(named)
    if shared.json:
        show.print_json({name: str(file) for name, file in files.items()})
        return
    for name, file in files.items():
        print(f"{name:<8} {file}{'' if file.is_file() else ' (not there)'}")


def edit(shared: SharedOptions, project: Project = False) -> None:
    """Open your own settings file in $VISUAL or $EDITOR, and check it afterwards."""
    from quoth.config import load_config

    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _system_editor()
    file = _file(project=project)
    if not file.exists():
        _write(file, "# Settings of Quoth; `quoth config show` lists them all.\n")
    try:
        code = subprocess.run([*shlex.split(editor), str(file)], check=False).returncode
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The editor {editor!r} cannot be started: {error}.", hint=f"Open {file} yourself."
        ) from error
    if code:
        raise UsageError(f"The editor ended with exit code {code}.")
    load_config()
    show.print_line(f"{file} is in force.")


def _missing_value(shared: SharedOptions, key: str) -> UsageError:
    """Return the error for a setting without a value, which says what it takes and what it is."""
    from quoth.config import describe_setting, write_setting

    facts = describe_setting(key)
    now = write_setting({name: value for name, value, _ in shared.effective().rows()}[key])
    return UsageError(
        f"{key} needs a value: {facts.takes}. It is {now or 'empty'} now.",
        hint=f"{facts.description} As in: quoth config set {key} {_example(facts)}",
    )


def _example(facts: SettingFacts) -> str:
    """Return a value that a setting takes, as it is typed in a shell."""
    from quoth.config import write_setting

    return shlex.quote((facts.choices or (write_setting(facts.default) or "VALUE",))[-1])


def _check_key(key: str) -> None:
    from quoth.config import nearest, setting_names

    names = setting_names()
    if key not in names:
        near = nearest(key, names)
        raise ConfigurationError(
            f"There is no setting {key!r}." + (f" The nearest one is {near!r}." if near else ""),
            hint="`quoth config show` lists every setting.",
        )


def _file(*, project: bool) -> Path:
    from quoth.config import PROJECT_FILE, state_folder
    from quoth.system import real_path

    return real_path(PROJECT_FILE) if project else state_folder() / PROJECT_FILE.name


def _read(file: Path) -> str:
    from quoth.system import read_text_file

    try:
        return read_text_file(file)
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}.") from error


def _write(file: Path, text: str) -> None:
    from quoth.system import write_whole

    write_whole(file, text)


def _system_editor() -> str:
    return "notepad" if os.name == "nt" else "vi"
