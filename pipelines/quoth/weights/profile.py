"""How a model runs best on this machine, as `quoth tune` measured it, and kept until undone.

Each tuned model has a folder under the state folder, named by the fingerprint of its weights:
`profile.json`, and a copy of the weights stored in another way, where that was faster. A copy is
other bytes, so the journal knows what it answers by a fingerprint of its own.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from quoth.config import ModelSettings, state_folder
from quoth.system import processor
from quoth.weights.fingerprint import fingerprint_of

XLLAMACPP, LLAMA_CPP_PYTHON = "xllamacpp", "llama-cpp-python"
"""The packages with a llama.cpp that runs inside this process; the second one is compiled here."""
_FILE = "profile.json"


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing that was measured: `value` of `what`.

    Speeds are tokens a second; `seconds` is what a call of the job takes at them. `rounding` is the
    root mean square of what the weights of the copy are off, of the original's; `perplexity` the
    ratio to the original's on a fixed text, with its standard error in `uncertainty`.
    """

    what: str
    value: str
    seconds: float
    prompt_speed: float = 0.0
    generation_speed: float = 0.0
    rounding: float | None = None
    perplexity: float | None = None
    uncertainty: float | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """What was measured of one model here, and what was chosen.

    `engine` is the package that runs it. `settings` stand in for those of `backend` that the user
    left alone; `threads` is how many decode at most. `stored` names how the weights are stored,
    `weights` is the copy (empty for the user's own file). `default` and `chosen` were measured
    against each other at the end.
    """

    model: str
    fingerprint: str
    machine: str
    date: str
    job: str
    default: Trial
    chosen: Trial
    stored: str
    weights: str = ""
    engine: str = XLLAMACPP
    settings: Mapping[str, Any] = field(default_factory=dict)
    threads: int = 0
    busy_cores: float = 0.0
    seconds: float = 0.0
    trials: tuple[Trial, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def gain(self) -> float:
        """Return how many times as long a call of the job takes with the defaults."""
        return self.default.seconds / self.chosen.seconds


def machine() -> str:
    """Return what a measurement holds for: the processor, its cores, the builds of llama.cpp."""
    builds = {package: _version(package) for package in (XLLAMACPP, LLAMA_CPP_PYTHON)}
    held = (f"{package} {version}" for package, version in builds.items() if version)
    return f"{processor()}, {os.cpu_count()} cores, {', '.join(held)}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def folder_of(fingerprint: str) -> Path:
    """Return where the profile of a model lies."""
    return state_folder() / "tuned" / fingerprint


def profile_of(weights: Path) -> Profile | None:
    """Return the profile of the model in a file, where it was tuned on this very machine."""
    if not (state_folder() / "tuned").is_dir() or not weights.is_file():
        return None
    try:
        held = json.loads((folder_of(fingerprint_of(weights)) / _FILE).read_text())
        trials = tuple(Trial(**trial) for trial in held.pop("trials"))
        default, chosen = Trial(**held.pop("default")), Trial(**held.pop("chosen"))
        notes = tuple(held.pop("notes"))
        found = Profile(**held, trials=trials, default=default, chosen=chosen, notes=notes)
    except (OSError, ValueError, TypeError, KeyError):
        return None
    if found.machine != machine() or (found.weights and not Path(found.weights).is_file()):
        return None
    return found


def write_profile(profile: Profile) -> None:
    """Keep a profile beside the copy of the weights that it chose."""
    folder = folder_of(profile.fingerprint)
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{_FILE}.{os.getpid()}"
    part.write_text(json.dumps(asdict(profile), indent=2))
    part.replace(folder / _FILE)


def forget_profile(weights: Path) -> bool:
    """Delete the profile of a model and its copy of the weights; tell whether there was one."""
    folder = folder_of(fingerprint_of(weights))
    if not folder.is_dir():
        return False
    shutil.rmtree(folder)
    return True


@dataclass(frozen=True, slots=True)
class Tuned:
    """What to run a model with: the file, the settings, the most threads, the package."""

    weights: Path
    settings: ModelSettings
    max_threads: int = 0
    engine: str = XLLAMACPP


def apply_profile(weights: Path, settings: ModelSettings) -> Tuned:
    """Return how a model was found to run best; without a profile, as it was given.

    What the user set himself stays as it is.
    """
    profile = profile_of(weights)
    if profile is None:
        return Tuned(weights, settings)
    free = {k: v for k, v in profile.settings.items() if k not in settings.model_fields_set}
    return Tuned(
        Path(profile.weights or weights),
        settings.model_copy(update=free),
        profile.threads,
        profile.engine,
    )
