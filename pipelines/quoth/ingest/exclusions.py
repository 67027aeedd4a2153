"""What is left out of a folder: by the settings, by `.quothignore` files, and outputs of jobs."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

from pathspec import GitIgnoreSpec

from quoth.errors import ConfigurationError, DocumentError
from quoth.ingest.outputs import OUTPUT_RECORD, read_outputs
from quoth.ingest.patterns import read_patterns

IGNORE_FILE = ".quothignore"
_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class _Rules:
    """Patterns in the syntax of gitignore, for the paths below `folder`."""

    folder: str
    spec: GitIgnoreSpec
    origin: str

    def decide(self, name: str, *, is_folder: bool) -> bool | None:
        """Return whether the path `name` below the folder is left out; `None` where not told."""
        return self.spec.check_file(name + "/" * is_folder).include


@dataclass(frozen=True, slots=True)
class _Written:
    """The names of the files below `folder` that jobs wrote."""

    folder: str
    names: frozenset[str]
    origin: ClassVar[str] = "the record of the outputs of a job"

    def decide(self, name: str, *, is_folder: bool) -> bool | None:
        """Return whether a job wrote the path `name` below the folder; else `None`."""
        return True if name in self.names and not is_folder else None


@dataclass(frozen=True, slots=True)
class Exclusions:
    """The rules that hold in one folder; those of deeper folders override those above them."""

    rules: tuple[_Rules | _Written, ...] = ()

    @classmethod
    def at(cls, root: str, patterns: Sequence[str]) -> Exclusions:
        """Return the rules of the settings for a folder. Raises `ConfigurationError`."""
        if not patterns:
            return cls()
        return cls((_Rules(root, compile_patterns(tuple(patterns)), "the setting `exclude`"),))

    def enter(self, folder: str) -> Exclusions:
        """Return the rules within a folder, with those of its `.quothignore`.

        What jobs wrote there is left out too, unless another rule takes it in. Raises
        `DocumentError` when the file cannot be read: nothing that it may exclude is then to be
        read.
        """
        rules = self.rules
        if os.path.lexists(os.path.join(folder, OUTPUT_RECORD)):  # noqa: PTH118 - as below
            written = frozenset(output.name for output in read_outputs(Path(folder)))
            rules = (_Written(folder, written), *rules)
        path = os.path.join(folder, IGNORE_FILE)  # noqa: PTH118 - one per folder: text is faster than Path
        if (text := _read(path)) is None:
            return Exclusions(rules)
        try:
            spec = read_patterns(text.splitlines())
        except ValueError as error:
            raise DocumentError(
                f"Its {IGNORE_FILE} has patterns that are none: {error}."
            ) from error
        return Exclusions((*rules, _Rules(folder, spec, IGNORE_FILE)))

    def decide(self, path: str, *, is_folder: bool) -> tuple[bool | None, str]:
        """Return whether a path is excluded, and by what; `None` where no rule speaks of it.

        `False` says that a rule with `!` takes it in.
        """
        if path.endswith(os.sep + OUTPUT_RECORD):
            return True, _Written.origin
        for rules in reversed(self.rules):
            name = os.path.relpath(path, rules.folder).replace(os.sep, "/")
            include = rules.decide(name, is_folder=is_folder)
            if include is not None:
                return include, rules.origin
        return None, ""


@lru_cache(maxsize=8)
def compile_patterns(patterns: tuple[str, ...]) -> GitIgnoreSpec:
    """Return patterns of gitignore, ready to match. Raises `ConfigurationError`."""
    try:
        return read_patterns(patterns)
    except ValueError as error:
        raise ConfigurationError(
            f"`exclude` has patterns that are none: {error}.",
            hint="The patterns are those of .gitignore, such as `*.bak` or `/drafts/`.",
        ) from error


def _read(path: str) -> str | None:
    """Return the text of a `.quothignore`, `None` where there is none. Raises `DocumentError`."""
    try:
        status = os.stat(path)  # noqa: PTH116 - one per folder: text is faster than Path
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            raise DocumentError(f"Its {IGNORE_FILE} is not a text file of at most a megabyte.")
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123 - as above
            return file.read()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8"
        raise DocumentError(f"Its {IGNORE_FILE} cannot be read: {reason}.") from error
