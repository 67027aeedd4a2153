"""Selects the wording of a task for a model, with LangChain's `ConditionalPromptSelector`.

A condition tests the LangChain model: its family, whether it takes text or messages, or anything
else. Conditions of other packages are tested first: register one with `register_condition`, or
from an installed package through the entry-point group `quoth.prompt_conditions`, whose entries
name a function that takes a task and returns a list of `(condition, prompt)`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoth.prompts.families import InputKind, ModelMetadata, family_of, find_family
from quoth.prompts.tasks import Prompt, families_with_wording, load_prompt
from quoth.system import load_entry_point, read_entry_points

if TYPE_CHECKING:
    from langchain_classic.chains.prompt_selector import ConditionalPromptSelector
    from langchain_core.language_models import BaseLanguageModel

    Condition = Callable[[BaseLanguageModel[Any]], bool]
    Conditionals = Sequence[tuple[Condition, Prompt]]

GROUP = "quoth.prompt_conditions"

_NAMES = ("model_path", "model", "model_name", "model_id", "repo_id")

_registered: list[tuple[str, Condition, Prompt]] = []


def register_condition(task: str, condition: Condition, prompt: Prompt) -> None:
    """Use `prompt` for a task with the models for which `condition` holds.

    The condition registered last is tested first.
    """
    _registered.insert(0, (task, condition, prompt))


def unregister_condition(condition: Condition) -> None:
    """Remove a registered condition."""
    _registered[:] = [entry for entry in _registered if entry[1] is not condition]


def select_prompt(
    task: str,
    model: BaseLanguageModel[Any],
    *,
    language: str = "",
    folders: Sequence[Path] = (),
) -> Prompt:
    """Return the prompt of a task in the wording that fits the model and the language.

    `language` is a code; a wording in it comes before those of families. Without `folders`, the
    prompt folders of the model come before ours.
    """
    from quoth.prompts.langchain import TaskPromptTemplate

    folders = folders or getattr(model, "prompt_folders", ())
    selected = prompt_selector(task, language=language, folders=folders).get_prompt(model)
    assert isinstance(selected, TaskPromptTemplate)
    return selected.prompt


def prompt_selector(
    task: str, *, language: str = "", folders: Sequence[Path] = ()
) -> ConditionalPromptSelector:
    """Return LangChain's selector for a task; its `get_prompt(model)` returns a chat template.

    The first call takes 10 ms where LangChain's models are imported already, else a second.
    """
    from langchain_classic.chains.prompt_selector import ConditionalPromptSelector

    from quoth.prompts.langchain import TaskPromptTemplate

    conditionals: list[tuple[Condition, Prompt]] = [
        (condition, prompt) for name, condition, prompt in _registered if name == task
    ]
    for provide in _providers():
        conditionals += provide(task)
    default = load_prompt(task, language=language, folders=folders)
    if not default.language:
        conditionals += [
            (is_family(family, folders=folders), load_prompt(task, family=family, folders=folders))
            for family in families_with_wording(task, folders=folders)
        ]
    return ConditionalPromptSelector(
        default_prompt=TaskPromptTemplate.of(default),
        conditionals=[
            (condition, TaskPromptTemplate.of(prompt)) for condition, prompt in conditionals
        ],
    )


def is_family(family: str, *, folders: Sequence[Path] = ()) -> Condition:
    """Return a condition that holds for the models of a family, given by name or alias."""
    name = find_family(family, folders=folders).name
    return lambda model: family_of_model(model, folders=folders) == name


def family_of_model(model: BaseLanguageModel[Any], *, folders: Sequence[Path] = ()) -> str:
    """Return the family of a LangChain model: its own `family`, else one that fits its name."""
    family = getattr(model, "family", None)
    if isinstance(family, str) and family:
        return family
    for attribute in _NAMES:
        name = getattr(model, attribute, None)
        if isinstance(name, str | Path) and str(name):
            return family_of(ModelMetadata(name=_last_part(str(name))), folders=folders)
    return family_of(ModelMetadata(name=""), folders=folders)


def kind_of_model(model: BaseLanguageModel[Any]) -> InputKind:
    """Return whether a LangChain model takes text or messages."""
    from langchain_core.language_models import BaseChatModel

    kind = getattr(model, "kind", None)
    if kind == "text" or kind == "chat":
        return "text" if kind == "text" else "chat"
    return "chat" if isinstance(model, BaseChatModel) else "text"


def _last_part(name: str) -> str:
    """Return the file name of a path, and the model of `user/model`."""
    return name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def _providers() -> tuple[Callable[[str], Conditionals], ...]:
    return tuple(
        load_entry_point(GROUP, name, kind="prompt condition") for name in read_entry_points(GROUP)
    )
