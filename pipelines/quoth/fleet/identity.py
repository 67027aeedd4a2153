"""What must be equal on all machines, so that they write what one machine would write."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from importlib import metadata
from typing import Literal

from quoth.library import Library
from quoth.prompts import list_languages, list_prompts, load_prompt

Work = Literal["summaries", "ingestion"]

_OF_WORK: dict[Work, tuple[str, ...]] = {
    "summaries": ("version", "prompts", "weights", "profile"),
    "ingestion": ("version", "embedder", "splitter"),
}

_SETTINGS = {"temperature", "seed", "thinking", "kv_cache_type", "deterministic"}
"""The settings of a model that may change what it writes."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What shapes the results of a machine.

    `prompts` is a hash of all prompts, `weights` and `embedder` are fingerprints, `profile` is the
    settings with which the model runs. A machine without a model has empty `weights`, and one
    without an embedder an empty `embedder`.
    """

    version: str
    prompts: str
    weights: str
    profile: str
    embedder: str
    splitter: str

    def suits(self, work: Work) -> bool:
        """Whether the machine can do a kind of work at all."""
        return bool(self.weights if work == "summaries" else self.embedder)

    def digest(self, work: Work) -> str:
        """Return a text that is equal for machines whose results of this work are equal."""
        values = [getattr(self, name) for name in _OF_WORK[work]]
        return hashlib.sha256(json.dumps([work, *values]).encode()).hexdigest()[:16]

    def differences(self, other: Identity, work: Work) -> tuple[str, ...]:
        """Return a text for each difference that matters to the work, with both values."""
        return tuple(
            f"{name} {getattr(self, name) or 'none'}, not {getattr(other, name) or 'none'}"
            for name in _OF_WORK[work]
            if getattr(self, name) != getattr(other, name)
        )


def identify(library: Library, *, works: Sequence[Work]) -> Identity:
    """Return the identity of this machine for some kinds of work; nothing is loaded for others."""
    weights = profile = embedder = splitter = ""
    if "summaries" in works:
        description = library.model.describe()
        weights = description.fingerprint
        settings = library.model.settings.model_dump(mode="json", include=_SETTINGS)
        profile = json.dumps(settings | {"context_window": description.context_window})
    if "ingestion" in works:
        embedder, splitter = library.embedder.fingerprint, library.splitter.fingerprint
    prompts = hashlib.sha256()
    folders = library.config.prompt_folders
    for prompt in list_prompts(folders=folders):
        for language in ("", *list_languages(folders=folders)):
            wording = load_prompt(prompt.name, language=language, folders=folders)
            prompts.update(f"{prompt.name} {language} {wording.fingerprint}\n".encode())
    return Identity(
        version=metadata.version("quoth"),
        prompts=prompts.hexdigest()[:16],
        weights=weights,
        profile=profile,
        embedder=embedder,
        splitter=splitter,
    )


def identity_of(values: dict[str, str]) -> Identity:
    """Return the identity that a machine of any version sent; what it lacks is empty."""
    return Identity(**{field.name: str(values.get(field.name, "")) for field in fields(Identity)})


def identity_values(identity: Identity) -> dict[str, str]:
    """Return an identity as it is sent."""
    return asdict(identity)
