"""Prompts as data: one file for each task that a model is asked to do.

`prompts/tasks/NAME.yaml` declares its variables and holds a `system` and a `user` text, and under
`families` the wording of families that need their own. Where a reply has a form, `labels` are the
words that open its parts and `refusals` the replies that decline: the texts ask for them, and
replies are parsed by them. A file of that name in the user's folder replaces ours. Files of
`wordings` have a task in other languages. `{variable}` is
replaced in one pass, and nothing else is special: braces, template syntax and variable names inside
a document stay unchanged.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoth.errors import PromptError
from quoth.prompts.families import read_yaml
from quoth.prompts.wordings import read_wording
from quoth.system import prompts_folder

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_TEXTS = ("system", "user")
_KEYS = {"name", "version", "description", "variables", "labels", "refusals", "families", *_TEXTS}


@dataclass(frozen=True, slots=True)
class Prompt:
    """The prompt of a task: a `system` text, which may be empty, and a `user` text.

    `variables` are the names of the values to fill in; `path` is the file of the prompt.
    `labels` maps the name of a part of the reply to the word that opens it, `refusals` are replies
    that decline. Every wording of the prompt holds each of them. `language` is the code of the
    language of the texts, and empty for the general wording, which is English.

    >>> load_prompt("hyde").messages(question="Why is the sky blue?")[-1].type
    'human'
    """

    name: str
    version: int
    description: str
    variables: tuple[str, ...]
    system: str
    user: str
    path: Path
    labels: Mapping[str, str] = field(default_factory=dict)
    refusals: tuple[str, ...] = ()
    language: str = ""

    def label(self, part: str) -> str:
        """Return the word that opens a part of the reply.

        Raises `PromptError` naming the file when the prompt declares none for it.
        """
        if part not in self.labels:
            raise PromptError(
                f"The prompt {self.path} declares no label '{part}'.",
                hint=f"Add it, in the words of the prompt, under labels: {{{part}: …}}.",
            )
        return self.labels[part]

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change with the wording."""
        parts = [self.name, self.version, self.variables, self.system, self.user]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def texts(self, **values: str) -> tuple[str, str]:
        """Return the system and the user text with the variables filled in.

        Raises `PromptError` naming the file when a variable is missing or not known.
        """
        missing = [name for name in self.variables if name not in values]
        unexpected = [name for name in values if name not in self.variables]
        if missing or unexpected:
            faults = [f"'{name}' is missing" for name in missing]
            faults += [f"'{name}' is not one of them" for name in unexpected]
            raise PromptError(
                f"The prompt {self.path} takes the variables {', '.join(self.variables)}: "
                f"{', '.join(faults)}."
            )
        system, user = (
            _VARIABLE.sub(lambda match: values[match[1]], text) for text in (self.system, self.user)
        )
        return system, user

    def messages(self, **values: str) -> list[BaseMessage]:
        """Return the prompt as LangChain messages: a user's, and a system message where it has one.

        Raises `PromptError` naming the file when a variable is missing or not known.
        """
        from langchain_core.messages import HumanMessage, SystemMessage

        system, user = self.texts(**values)
        head: list[BaseMessage] = [SystemMessage(system)] if system else []
        return [*head, HumanMessage(user)]


def list_prompts(*, folders: Sequence[Path] = ()) -> tuple[Prompt, ...]:
    """Return the prompt of every task in its general wording, sorted by name."""
    names = {
        file.stem
        for folder in (*folders, prompts_folder())
        for file in (folder / "tasks").glob("*.yaml")
    }
    return tuple(load_prompt(name, folders=folders) for name in sorted(names))


def load_prompt(
    name: str, *, family: str | None = None, language: str = "", folders: Sequence[Path] = ()
) -> Prompt:
    """Return the prompt of a task, in the wording of a language or a family where it has one.

    The file is the first `languages/LANGUAGE.yaml` with this task or `tasks/NAME.yaml` in the
    user's `folders`, else ours. Raises `PromptError` when there is none, or when the file is
    invalid.
    """
    if prompt := _load_wording(name, language, folders):
        return prompt
    path, entry = _entry(name, folders)
    texts = entry
    if family is not None and family in entry["families"]:
        texts = entry["families"][family]
    return Prompt(
        name=name,
        version=entry["version"],
        description=" ".join(entry["description"].split()),
        variables=tuple(entry["variables"]),
        system=texts.get("system", "").strip(),
        user=texts["user"].strip(),
        path=path,
        labels=entry["labels"],
        refusals=tuple(entry["refusals"]),
    )


def _load_wording(name: str, language: str, folders: Sequence[Path]) -> Prompt | None:
    """Return a prompt in a language; `None` if the first folder with this task lacks the language.

    So a prompt of the user's own, written in one language, is used for all.
    """
    for folder in (*folders, prompts_folder()):
        file = folder / "languages" / f"{language}.yaml"
        wording = read_wording(name, file) if language else None
        if wording is not None:
            break
        if (folder / "tasks" / f"{name}.yaml").is_file():
            return None
    else:
        return None
    _, general = _entry(name, folders)
    entry = {**general, "user": None, **wording}
    _check_texts(entry, entry, file)
    _check_reply(entry, file)
    return Prompt(
        name=name,
        version=general["version"],
        description=" ".join(general["description"].split()),
        variables=tuple(general["variables"]),
        system=entry["system"].strip(),
        user=entry["user"].strip(),
        path=file,
        labels=entry["labels"],
        refusals=tuple(entry["refusals"]),
        language=language,
    )


def families_with_wording(name: str, *, folders: Sequence[Path] = ()) -> tuple[str, ...]:
    """Return the families for which a task has its own wording."""
    _, entry = _entry(name, folders)
    return tuple(entry["families"])


def _entry(name: str, folders: Sequence[Path]) -> tuple[Path, dict[str, Any]]:
    for folder in (*folders, prompts_folder()):
        path = folder / "tasks" / f"{name}.yaml"
        if path.is_file():
            return path, _checked(name, path)
    raise PromptError(
        f"There is no prompt '{name}'.", hint="List the prompts with: quoth prompts list"
    )


def _checked(name: str, path: Path) -> dict[str, Any]:
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise PromptError(f"The prompt {path} must be a mapping.")
    if unknown := [key for key in raw if key not in _KEYS]:
        raise PromptError(f"The prompt {path} has an unknown key '{unknown[0]}'.")
    entry = {
        "description": "",
        "variables": [],
        "labels": {},
        "refusals": [],
        "families": {},
        **raw,
    }
    if entry.get("name") != name:
        raise PromptError(f"The prompt {path} must have the name of its file, '{name}'.")
    if not isinstance(entry.get("version"), int) or not isinstance(entry["description"], str):
        raise PromptError(
            f"The prompt {path} needs a whole number as version and a text as description."
        )
    variables = entry["variables"]
    if not isinstance(variables, list) or not all(
        isinstance(variable, str) and _VARIABLE.fullmatch(f"{{{variable}}}")
        for variable in variables
    ):
        raise PromptError(f"The prompt {path} must declare its variables as a list of names.")
    _check_reply(entry, path)
    _check_families(entry, path)
    _check_texts(entry, entry, path)
    return entry


def _check_reply(entry: dict[str, Any], path: Path) -> None:
    labels, refusals = entry["labels"], entry["refusals"]
    if not isinstance(labels, dict) or not all(
        isinstance(text, str) and text for pair in labels.items() for text in pair
    ):
        raise PromptError(f"The prompt {path} must map the name of each label to its word.")
    if not isinstance(refusals, list) or not all(
        isinstance(text, str) and text for text in refusals
    ):
        raise PromptError(f"The prompt {path} must declare its refusals as a list of texts.")


def _check_families(entry: dict[str, Any], path: Path) -> None:
    if not isinstance(entry["families"], dict):
        raise PromptError(f"The prompt {path} must map each family to its texts.")
    for family, texts in entry["families"].items():
        if not isinstance(texts, dict) or any(key not in _TEXTS for key in texts):
            raise PromptError(f"The prompt {path} may give '{family}' a system and a user text.")
        _check_texts(texts, entry, path)


def _check_texts(texts: dict[str, Any], entry: dict[str, Any], path: Path) -> None:
    if not isinstance(texts.get("user"), str) or not isinstance(texts.get("system", ""), str):
        raise PromptError(f"The prompt {path} needs a user text, and may have a system text.")
    both = f"{texts.get('system', '')}\n{texts['user']}"
    variables = entry["variables"]
    used = set(_VARIABLE.findall(both))
    if undeclared := sorted(used - set(variables)):
        raise PromptError(f"The prompt {path} uses '{undeclared[0]}', which it does not declare.")
    if unused := sorted(set(variables) - used):
        raise PromptError(f"The prompt {path} declares '{unused[0]}', but does not use it.")
    for text in (*entry["labels"].values(), *entry["refusals"]):
        if text not in both:
            raise PromptError(f"The prompt {path} declares '{text}', but does not ask for it.")
