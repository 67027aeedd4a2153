"""The configuration: one frozen value, its defaults, and where each value came from.

Precedence: defaults < preset < the user's file < the project's < environment < argument. Building
it reads its arguments and nothing else; `load_config` is the one place that looks at files and the
environment.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from quoth.config.facts import describe_setting, read_setting
from quoth.config.settings import Config, Section
from quoth.errors import ConfigurationError
from quoth.system import (
    compose_yaml,
    construct_yaml,
    expand_home,
    presets_folder,
    read_text_file,
    real_path,
)

PROJECT_FILE = Path("quoth.yaml")
"""The settings of a project, in the working folder."""


@dataclass(frozen=True, slots=True)
class Effective:
    """A configuration, and the origin of each of its values by dotted key."""

    config: Config
    origins: Mapping[str, str]

    def rows(self) -> Iterator[tuple[str, Any, str]]:
        """Yield (dotted key, value, origin) for every setting."""
        for key, value in _flatten(self.config.model_dump()):
            yield key, value, self.origins.get(key, "default")


def load_config(
    file: Path | None = None,
    *,
    section: str = "",
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Effective:
    """Return the configuration in force.

    `file` must exist when given, and may hold the settings under `section`; otherwise `quoth.yaml`
    in the working folder is read if it is there. The user's own settings, those of `user_file`,
    stand below both. `overrides` maps dotted keys (`retrieval.k`) to
    values, as arguments do. Environment variables are the key in capitals, `QUOTH_RETRIEVAL__K`. A
    `preset`, whichever layer names it, replaces the defaults and yields to every layer above them.

    Raises `ConfigurationError` that names the key, the nearest known one, and the line.

    >>> effective = load_config(overrides={"retrieval.k": 5})
    >>> effective.config.retrieval.k
    5
    """
    environment = os.environ if environment is None else environment
    layers: list[tuple[dict[str, Any], dict[str, str]]] = []
    own = user_file(environment)
    if own is not None and own.is_file():
        layers.append(_read_file(own, section=""))
    path = file or PROJECT_FILE
    if file is not None or path.is_file():
        layers.append(_read_file(path, section))
    layers.append(_read_environment(environment))
    arguments = dict(overrides or {})
    layers.append((arguments, dict.fromkeys(arguments, "argument")))
    preset = next((layer["preset"] for layer, _ in reversed(layers) if "preset" in layer), "")
    if preset:
        layers.insert(0, _read_preset(preset))

    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    known = dict(_flatten(Config().model_dump()))
    for layer, places in layers:
        for key, value in layer.items():
            if key not in known:
                raise _unknown(key, places[key], known)
            values[key] = value
            origins[key] = places[key]
    try:
        config = Config.model_validate(_nest(values))
    except ValidationError as error:
        first = error.errors()[0]
        parts = [str(part) for part in first["loc"]]
        key = next((k for n in range(len(parts), 0, -1) if (k := ".".join(parts[:n])) in known), "")
        origin = origins.get(key, "default")
        if not key:  # a check of several settings, which names them
            raise ConfigurationError(
                f"Two settings contradict each other: {first['ctx']['error']}.",
                hint="`quoth config show` lists every setting with its value.",
            ) from error
        facts = describe_setting(key)
        raise ConfigurationError(
            f"{key} cannot be {values.get(key)!r} (from {origin}): it takes {facts.takes}.",
            hint=facts.description,
        ) from error
    return Effective(config, origins)


def user_file(environment: Mapping[str, str] | None = None) -> Path | None:
    """Return the path of the user's own settings, `None` where the user has no home folder."""
    try:
        return state_folder(environment) / PROJECT_FILE.name
    except ConfigurationError:
        return None


def setting_names() -> tuple[str, ...]:
    """Return the dotted keys of all settings."""
    return tuple(key for key, _ in _flatten(Config().model_dump()))


def preset_names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    return tuple(sorted(path.stem for path in presets_folder().glob("*.yaml")))


def state_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Return the one folder that holds state: `QUOTH_HOME`, else the platform's data folder.

    Raises `ConfigurationError` where the user has no home folder: state in the working folder would
    be lost from one run to the next. It also does for a name that is no Unicode, which native
    libraries cannot open.
    """
    environment = os.environ if environment is None else environment
    if chosen := environment.get("QUOTH_HOME"):
        folder = real_path(expand_home(chosen))
        try:
            str(folder).encode()
        except UnicodeEncodeError as error:
            raise ConfigurationError(
                "QUOTH_HOME is not valid Unicode.", hint="Set it to another folder."
            ) from error
        return folder
    import platformdirs

    try:
        folder = Path(platformdirs.user_data_dir("quoth", appauthor=False))
    except RuntimeError:  # the system does not know the user
        folder = Path()
    if not folder.is_absolute() or environment.get("HOME") == "":
        raise ConfigurationError(
            "There is no home folder: the environment has no HOME, and the system knows none.",
            hint="Name the folder of Quoth, as in: QUOTH_HOME=/srv/quoth quoth …",
        )
    return folder


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _nest(values: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *sections, name = key.split(".")
        branch = tree
        for section in sections:
            branch = branch.setdefault(section, {})
        branch[name] = value
    return tree


def _read_environment(environment: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    values, places = {}, {}
    for name, text in environment.items():
        if name.startswith("QUOTH_") and name not in {
            "QUOTH_HOME",
            "QUOTH_CONFIG",
            *("QUOTH_JOB", "QUOTH_EXIT_CODE", "QUOTH_REPORT", "QUOTH_ERROR"),  # for `on_done`
        }:
            key = name.removeprefix("QUOTH_").lower().replace("__", ".")
            try:
                values[key] = read_setting(key, text)
            except yaml.YAMLError as error:
                raise ConfigurationError(f"{name} is not a value: {text!r}.") from error
            places[key] = f"environment {name}"
    return values, places


def _read_preset(name: object) -> tuple[dict[str, Any], dict[str, str]]:
    if name not in preset_names():
        raise ConfigurationError(
            f"There is no preset {name!r}.", hint=f"Presets: {', '.join(preset_names())}."
        )
    values, _ = _read_file(presets_folder() / f"{name}.yaml", section="")
    return values, dict.fromkeys(values, f"preset {name}")


def compose(path: Path) -> yaml.Node | None:
    """Return the tree of a YAML file, `None` for an empty one. Raises `ConfigurationError`."""
    try:
        return compose_yaml(read_text_file(path))
    except FileNotFoundError as error:
        raise ConfigurationError(f"There is no configuration file {path}.") from error
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigurationError(f"{path} cannot be read: {reason}.") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" at line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).partition("\n")[0]
        raise ConfigurationError(
            f"{path} is not valid YAML{line}: {problem}.",
            hint="Settings look like `retrieval:` with `  k: 5` indented below it.",
        ) from error


def _read_file(path: Path, section: str) -> tuple[dict[str, Any], dict[str, str]]:
    root = compose(path)
    if section and isinstance(root, yaml.MappingNode):
        found = [value for key, value in root.value if key.value == section]
        root = found[0] if found else None
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    if root is None:
        return values, places
    _collect(root, "", path, values, places)
    return values, places


def _collect(
    node: yaml.Node, prefix: str, path: Path, values: dict[str, Any], places: dict[str, str]
) -> None:
    if not isinstance(node, yaml.MappingNode):
        raise ConfigurationError(
            f"{path}, line {node.start_mark.line + 1}: {prefix.rstrip('.') or 'the file'} "
            "must hold settings as `name: value`.",
        )
    for key_node, value_node in node.value:
        key = prefix + str(key_node.value)
        place = f"{path} line {key_node.start_mark.line + 1}"
        if key in Config.model_fields and isinstance(Config.model_fields[key].default, Section):
            _collect(value_node, key + ".", path, values, places)
            continue
        if key in places:
            raise ConfigurationError(f"{place} sets {key} a second time.")
        try:
            values[key] = construct_yaml(value_node)
        except yaml.YAMLError as error:
            raise ConfigurationError(f"{place}: {key} is not a value.") from error
        places[key] = place


def nearest(key: str, names: Sequence[str]) -> str:
    """Return the name that a misspelt key was most likely meant to be; empty when none is near."""
    by_last = {name.rsplit(".", 1)[-1]: name for name in names}
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    near = near or [
        by_last[last]
        for last in difflib.get_close_matches(key.rsplit(".", 1)[-1], by_last, n=1, cutoff=0.6)
    ]
    return near[0] if near else ""


def _unknown(key: str, place: str, known: Mapping[str, Any]) -> ConfigurationError:
    near = nearest(key, [*known, *Config.model_fields])
    return ConfigurationError(
        f"{place}: there is no setting {key!r}."
        + (f" The nearest one is {near!r}." if near else ""),
        hint="`quoth config show` lists every setting.",
    )
