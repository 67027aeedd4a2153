"""The wordings of prompts in a language: `prompts/languages/CODE.yaml`, one file for each language.

A file maps the name of a task to its `system` and `user` text, and to the `labels` and `refusals`
that the texts ask for. The variables of a task are those of its general wording. A file of that
name in the user's folder comes before ours; a task that no file has keeps its general wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from quoth.errors import PromptError
from quoth.prompts.families import read_yaml
from quoth.system import prompts_folder

_KEYS = {"system", "user", "labels", "refusals"}


def list_languages(*, folders: Sequence[Path] = ()) -> tuple[str, ...]:
    """Return the codes of the languages that have prompts of their own, sorted."""
    files = (
        file
        for folder in (*folders, prompts_folder())
        for file in (folder / "languages").glob("*.yaml")
    )
    return tuple(sorted({file.stem for file in files}))


def read_wording(name: str, file: Path) -> dict[str, Any] | None:
    """Return the texts, labels and refusals that a language's file has for a task, or `None`.

    Raises `PromptError`, which names the file and the task, when they have another form.
    """
    if not file.is_file():
        return None
    tasks = read_yaml(file)
    if not isinstance(tasks, dict):
        raise PromptError(f"The prompts {file} must map each task to its texts.")
    wording = tasks.get(name)
    if wording is None:
        return None
    if not isinstance(wording, dict):
        raise PromptError(f"The prompts {file} must map '{name}' to its texts.")
    if unknown := [key for key in wording if key not in _KEYS]:
        raise PromptError(f"The prompts {file} have an unknown key '{unknown[0]}' in '{name}'.")
    return {"labels": {}, "refusals": [], "system": "", **wording}
