"""How a model runs best on this machine: the profile that `quoth tune` measured.

Each tuned model has a folder under the state folder, named by the fingerprint of its weights. It
holds `profile.json`, and a copy of the weights in another format where that was faster. A copy has
other bytes, so its fingerprint differs too, and the journal keeps its answers apart.
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
from quoth.system import make_folder, parse_json, processor, write_whole
from quoth.weights.fingerprint import fingerprint_of

XLLAMACPP = "xllamacpp"
LLAMA_CPP_PYTHON = "llama-cpp-python"
"""The engines: packages with a llama.cpp that runs inside this process."""
_FILE = "profile.json"


@dataclass(frozen=True, slots=True)
class Trial:
    """One measurement: `value` of the choice `what`.

    Speeds are tokens a second; `seconds` is the time of the workload's call at these speeds.
    `rounding` is the root mean square of the rounding errors of a copy, as a share of the weights;
    `perplexity` is the ratio to the original's on a fixed text, and `uncertainty` its standard
    error.
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
    """How one model runs best on this machine.

    `engine` is the package that runs it. `settings` replace those settings of `backend` that the
    user did not set; `threads` is the highest number of threads that decode. `stored` names the
    format of the weights; `weights` is the path of the copy, empty for the user's own file.
    `default` and `chosen` were measured in turns at the end.
    """

    model: str
    fingerprint: str
    machine: str
    date: str
    workload: str
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
        """The factor by which a call of the workload takes longer with the defaults."""
        return self.default.seconds / self.chosen.seconds


def describe_machine() -> str:
    """Return the conditions of a measurement: processor, cores, builds of llama.cpp."""
    builds = {package: _version(package) for package in (XLLAMACPP, LLAMA_CPP_PYTHON)}
    engines = ", ".join(f"{package} {version}" for package, version in builds.items() if version)
    return f"{processor()}, {os.cpu_count()} cores, {engines}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def folder_of(fingerprint: str) -> Path:
    """Return the folder of a model's profile."""
    return state_folder() / "tuned" / fingerprint


def profile_of(weights: Path) -> Profile | None:
    """Return the profile of the model in a file; `None` if it was not tuned on this machine."""
    if not (state_folder() / "tuned").is_dir() or not weights.is_file():
        return None
    try:
        fields = parse_json((folder_of(fingerprint_of(weights)) / _FILE).read_text())
        trials = tuple(Trial(**trial) for trial in fields.pop("trials"))
        default, chosen = Trial(**fields.pop("default")), Trial(**fields.pop("chosen"))
        notes = tuple(fields.pop("notes"))
        profile = Profile(**fields, trials=trials, default=default, chosen=chosen, notes=notes)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if profile.machine != describe_machine() or (
        profile.weights and not Path(profile.weights).is_file()
    ):
        return None
    return profile


def write_profile(profile: Profile, staged: Path) -> None:
    """Write a profile into the folder `staged`, which becomes that of the model.

    `staged` is on the same disk, and holds the copy of the weights that the profile chose, if any.
    """
    write_whole(staged / _FILE, json.dumps(asdict(profile), indent=2))
    folder = folder_of(profile.fingerprint)
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder.parent)
    staged.replace(folder)


def forget_profile(weights: Path) -> bool:
    """Delete the profile of a model and its copy of the weights. Returns whether there was one."""
    folder = folder_of(fingerprint_of(weights))
    if not folder.is_dir():
        return False
    shutil.rmtree(folder)
    return True


@dataclass(frozen=True, slots=True)
class Tuned:
    """How to run a model: the file, the settings, the highest number of threads, the engine."""

    weights: Path
    settings: ModelSettings
    max_threads: int = 0
    engine: str = XLLAMACPP


def apply_profile(weights: Path, settings: ModelSettings) -> Tuned:
    """Return how to run a model by its profile; without a profile, as given.

    Settings that the user has set take precedence.
    """
    profile = profile_of(weights)
    if profile is None:
        return Tuned(weights, settings)
    unset = {k: v for k, v in profile.settings.items() if k not in settings.model_fields_set}
    return Tuned(
        Path(profile.weights or weights),
        settings.model_copy(update=unset),
        profile.threads,
        profile.engine,
    )
