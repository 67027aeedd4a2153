"""Known embedders and rerankers, as data: prompts, pooling, languages, sizes, licences.

`families.yaml` has one entry for a family. It serves models whose own files name no prompts, and
the list of models that can be recommended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

_FILE = Path(__file__).with_name("families.yaml")
MANY = "many"
"""The languages of a model that was trained on a hundred or more of them."""


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A published model.

    `parameters` are millions, `dimensions` the lengths of vector that it was trained for, the
    whole one first, `languages` codes or `many`. `ollama` is its name there, where it has one.
    Facts of a model that is not `checked` are from memory.
    """

    name: str
    kind: Literal["embedder", "reranker"]
    repository: str
    parameters: int
    dimensions: tuple[int, ...]
    tokens: int
    languages: tuple[str, ...]
    licence: str
    ollama: str
    note: str
    checked: bool

    def knows(self, language: str) -> bool:
        """Return whether the model was trained on texts in a language."""
        return MANY in self.languages or language in self.languages


@dataclass(frozen=True, slots=True)
class Family:
    """Models that are used in the same way. `pattern` matches their names."""

    name: str
    pattern: re.Pattern[str]
    query_prompt: str
    passage_prompt: str
    pooling: str
    models: tuple[KnownModel, ...]


def family_of(names: Iterable[str]) -> Family | None:
    """Return the family of the first name that belongs to one."""
    for name in names:
        for family in families():
            if family.pattern.search(name):
                return family
    return None


def tokens_of_family(name: str) -> int:
    """Return the token limit of the models of a family, the least of them; 0 when not known."""
    family = family_of([name])
    return min((model.tokens for model in family.models), default=0) if family else 0


def known_models(
    *, kind: Literal["embedder", "reranker"] = "embedder", language: str = ""
) -> list[KnownModel]:
    """Return the models of a kind, the smallest first; those that know a language, if given."""
    models = [model for family in families() for model in family.models if model.kind == kind]
    chosen = [model for model in models if not language or model.knows(language)]
    return sorted(chosen, key=lambda model: model.parameters)


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Return every known family, in the order of the file."""
    entries = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return tuple(_read_family(entry) for entry in entries)


def _read_family(entry: Mapping[str, Any]) -> Family:
    return Family(
        name=entry["family"],
        pattern=re.compile(entry["pattern"], re.IGNORECASE),
        query_prompt=entry.get("query", ""),
        passage_prompt=entry.get("passage", ""),
        pooling=entry.get("pooling", ""),
        models=tuple(_read_model(model, entry) for model in entry["models"]),
    )


def _read_model(entry: Mapping[str, Any], family: Mapping[str, Any]) -> KnownModel:
    repository = str(entry["repository"])
    dimensions = entry.get("dimensions", [])
    return KnownModel(
        name=repository.partition("/")[2],
        kind=family.get("kind", "embedder"),
        repository=repository,
        parameters=entry["parameters"],
        dimensions=tuple(dimensions if isinstance(dimensions, list) else [dimensions]),
        tokens=entry["tokens"],
        languages=tuple(str(entry["languages"]).split()),
        licence=entry["licence"],
        ollama=entry.get("ollama", ""),
        note=entry.get("note", ""),
        checked=entry.get("checked", False),
    )
