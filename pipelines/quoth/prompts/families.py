"""Model families: how each is recognised, and its chat template.

A family is data: an entry of `families/index.yaml` and a Jinja file next to it, in the folder that
ships with Quoth or in a user's folder of the same shape. The user's comes first: its `NAME.jinja`
replaces ours, and its index adds families or replaces them by name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from quoth.errors import PromptError
from quoth.system import parse_yaml, prompts_folder, read_text_file

InputKind = Literal["text", "chat"]
"""The input of a model: one string, or messages."""

PLAIN = "plain"
"""The family of a model that no other family fits."""


@dataclass(frozen=True, slots=True)
class ModelMetadata:
    """The facts of a model before it is loaded.

    `name` is its name or file name, `architecture` GGUF's `general.architecture`, `chat_template`
    the template in its file. `kind` is `text` when the model takes one string, `chat` when it, or
    its server, takes messages.
    """

    name: str
    architecture: str = ""
    chat_template: str | None = None
    kind: InputKind = "text"


@dataclass(frozen=True, slots=True)
class Family:
    """Models with the same prompt format. See `families/index.yaml`."""

    name: str
    file: str
    aliases: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()
    markers: tuple[str, ...] = ()
    bos: str = ""
    eos: str = ""
    stop: tuple[str, ...] = ()
    system_role: bool = True
    variables: Mapping[str, Any] = field(default_factory=dict)


def list_families(folders: Sequence[Path] = ()) -> tuple[Family, ...]:
    """Return every family in the order of recognition; those of `folders` come first."""
    by_name: dict[str, Family] = {}
    for folder in (*folders, prompts_folder()):
        index = folder / "families" / "index.yaml"
        if index.is_file():
            for family in _read_index(index, index.stat().st_mtime_ns):
                by_name.setdefault(family.name, family)
    named = {name for family in by_name.values() for name in (family.file, *family.aliases)}
    for folder in folders:
        for file in sorted((folder / "families").glob("*.jinja")):
            if file.stem not in named:
                by_name.setdefault(file.stem, Family(name=file.stem, file=file.stem))
    return tuple(by_name.values())


def find_family(name: str, *, folders: Sequence[Path] = ()) -> Family:
    """Return the family of this name or alias. Raises `PromptError` naming the nearest one."""
    known: dict[str, Family] = {}
    for family in list_families(folders):
        for key in (family.name, *family.aliases):
            known.setdefault(key, family)
    if name not in known:
        nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        raise PromptError(
            f"There is no model family '{name}'."
            + (f" Did you mean '{nearest[0]}'?" if nearest else ""),
            hint="List them with: quoth prompts list",
        )
    return known[name]


def family_template(family: Family, *, folders: Sequence[Path] = ()) -> tuple[str, bool]:
    """Return the family's template, and whether it is the one that ships with Quoth."""
    ours = prompts_folder()
    for folder in (*folders, ours):
        file = folder / "families" / f"{family.file}.jinja"
        if file.is_file():
            return _read(file), folder == ours
    raise PromptError(
        f"The family '{family.name}' has no template: {family.file}.jinja is missing."
    )


def family_of(metadata: ModelMetadata, *, folders: Sequence[Path] = ()) -> str:
    """Return the name of the model's family, `plain` when none fits.

    The template in the model's file decides, then its name, then its architecture: a finetune
    keeps its base model's architecture and often its name, but not its template.
    """
    known = list_families(folders)
    if metadata.chat_template:
        for family in known:
            if family.markers and all(mark in metadata.chat_template for mark in family.markers):
                return family.name
    name = re.sub(r"[_\s]", "-", metadata.name.lower())
    for family in known:
        if any(re.search(pattern, name) for pattern in family.names):
            return family.name
    for family in known:
        if metadata.architecture in family.architectures:
            return family.name
    return PLAIN


def _read(file: Path) -> str:
    try:
        return read_text_file(file)
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{file} cannot be read: {error}") from error


@lru_cache(maxsize=16)
def _read_index(file: Path, _changed: int) -> tuple[Family, ...]:
    entries = read_yaml(file)
    if not isinstance(entries, list):
        raise PromptError(f"{file} must be a list of families.")
    return tuple(_family(entry, file) for entry in entries)


def _family(entry: Any, file: Path) -> Family:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise PromptError(f"{file}: every family needs a name.")
    values: dict[str, Any] = {"file": entry["name"]}
    for key, value in entry.items():
        if key not in _SHAPES:
            raise PromptError(f"{file}: the family '{entry['name']}' has an unknown key '{key}'.")
        expected, shape = _SHAPES[key]
        if not isinstance(value, expected) or (
            isinstance(value, list) and not all(isinstance(item, str) for item in value)
        ):
            raise PromptError(f"{file}: '{key}' of the family '{entry['name']}' must be {shape}.")
        values[key] = tuple(value) if isinstance(value, list) else value
    for pattern in values.get("names", ()):
        try:
            re.compile(pattern)
        except re.error as error:
            raise PromptError(f"{file}: '{pattern}' is not a pattern: {error}") from error
    return Family(**values)


_SHAPES: dict[str, tuple[type, str]] = {
    "name": (str, "a text"),
    "file": (str, "a text"),
    "aliases": (list, "a list of texts"),
    "names": (list, "a list of texts"),
    "architectures": (list, "a list of texts"),
    "markers": (list, "a list of texts"),
    "bos": (str, "a text"),
    "eos": (str, "a text"),
    "stop": (list, "a list of texts"),
    "system_role": (bool, "true or false"),
    "variables": (dict, "a mapping"),
}


def read_yaml(file: Path) -> Any:
    """Return the contents of a YAML file, which all callers share: none may change them.

    A file is parsed once for each time that it was written. Raises `PromptError` naming the file.
    """
    try:
        status = file.stat()
    except OSError as error:
        raise PromptError(f"{file} cannot be read: {error}") from error
    return _parse(file, status.st_mtime_ns, status.st_size, status.st_ino)


@lru_cache(maxsize=256)
def _parse(file: Path, *_state: int) -> Any:
    import yaml

    try:
        return parse_yaml(_read(file))
    except yaml.YAMLError as error:
        raise PromptError(f"{file} is not valid YAML: {error}") from error
