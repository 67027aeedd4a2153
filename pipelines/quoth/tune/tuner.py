"""Tries the choices that may make a model faster here, one after the other, and keeps the best.

The order is: how the weights are stored, which engine runs them, threads, flash attention, tokens
per step, and parallel calls. Each choice is measured with the winners so far; it is kept only when
it is faster by more than the noise.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quoth.config import ModelSettings
from quoth.system import ScratchFolder
from quoth.tune.contest import Contest
from quoth.tune.formats import LOSSY, Copy, choose_formats, write_copies
from quoth.tune.perplexity import compare_perplexities, read_log_probabilities
from quoth.tune.trial import WORKLOADS, Candidate, choose_size, measure_batch, open_candidate
from quoth.types import Progress
from quoth.weights import (
    LLAMA_CPP_PYTHON,
    XLLAMACPP,
    Profile,
    Trial,
    choose_threads,
    count_cores,
    describe_machine,
    fingerprint_of,
    measure_busy_cores,
    read_gguf,
    write_profile,
)

_FASTER, _FASTER_WHEN_BUSY = 0.95, 0.85
"""The highest share of the current time at which a choice is kept."""
_BUSY_CORES = 0.5
_LOOK_SECONDS = 0.5


def measure_profile(
    weights: Path,
    settings: ModelSettings,
    folder: Path,
    *,
    workload: str,
    formats: Sequence[str],
    seconds: float,
    progress: Progress | None,
) -> Profile:
    """Return how a model runs best here; keep it in `folder`, with the winning copy of the weights.

    Copies are made in a folder beside that one, of which a killed run leaves nothing.
    """
    busy = measure_busy_cores(_LOOK_SECONDS)
    contest = Contest(
        WORKLOADS[workload],
        time.monotonic() + seconds,
        _FASTER_WHEN_BUSY if busy > _BUSY_CORES else _FASTER,
        progress,
    )
    return _Tuner(weights, settings, workload, contest, busy, folder).run(formats)


@dataclass(slots=True)
class _Tuner:
    """One tuning in the making; `chosen`, `engine` and `copy` are the winners so far."""

    original: Path
    settings: ModelSettings
    workload: str
    contest: Contest
    busy: float
    folder: Path
    base: ModelSettings = field(default_factory=ModelSettings)
    copy: Copy | None = None
    engine: str = XLLAMACPP
    threads: int = 0
    chosen: dict[str, Any] = field(default_factory=dict)
    trials: list[Trial] = field(default_factory=list)

    def run(self, formats: Sequence[str]) -> Profile:
        begin = time.monotonic()
        # The same number of threads for all candidates, until threads are compared.
        self.base = self.settings.model_copy(
            update={
                "threads": choose_threads(self.settings.threads),
                "deterministic": "off",
                "parallel": self.settings.parallel,
            }
        )
        with ScratchFolder(_name_work_folder(self.folder)) as scratch:
            copies = self._write_copies(formats, scratch.path)
            self._choose_weights(copies)
            self._choose_engine(copies)
            self._choose_threads()
            if self.engine == XLLAMACPP:
                self._choose_setting(60, "flash attention", "flash_attention", ("off",))
            self._choose_setting(70, "tokens a step", "batch_tokens", (256, 1024))
            if self.contest.workload.many and self.engine == XLLAMACPP:
                self._choose_parallel()
            default, chosen = self._compare_with_defaults()
            profile = Profile(
                model=self.settings.model,
                fingerprint=fingerprint_of(self.original),
                machine=describe_machine(),
                date=datetime.now(UTC).strftime("%Y-%m-%d"),
                workload=self.workload,
                default=default,
                chosen=chosen,
                stored=self.copy.name if self.copy else self._stored,
                weights=str(self.folder / self.copy.path.name) if self.copy else "",
                engine=self.engine,
                settings=self.chosen,
                threads=self.threads,
                busy_cores=round(self.busy, 2),
                seconds=time.monotonic() - begin,
                trials=tuple(self.trials),
                notes=tuple(self.contest.notes),
            )
            write_profile(
                profile, self.copy.path.parent if self.copy else scratch.path / "as it is"
            )
        return profile

    # -- how the weights are stored ------------------------------------------------------------

    def _write_copies(self, formats: Sequence[str], work: Path) -> dict[str, Copy]:
        self.contest.report(1, "a first look")
        with open_candidate(Candidate(self.original, self.base)) as model:
            self.contest.size = choose_size(model, self.contest.workload)
        names, reasons = choose_formats(self.original, formats, work)
        self.contest.notes += reasons
        if not names:
            return {}

        def report(share: float) -> None:
            self.contest.report(2 + int(18 * share), "storing the weights in other formats")

        copies = write_copies(self.original, names, work, progress=report)
        return {copy.name: copy for copy in copies}

    @property
    def _stored(self) -> str:
        """The storage of the original."""
        return read_gguf(self.original).quantization or "as it is"

    @property
    def _path(self) -> Path:
        """The file with the weights that won."""
        return self.copy.path if self.copy else self.original

    def _files(self, copies: Mapping[str, Copy]) -> dict[str, Path]:
        """Return the original and its copies by their storage."""
        return {self._stored: self.original, **{name: c.path for name, c in copies.items()}}

    def _choose_weights(self, copies: Mapping[str, Copy]) -> None:
        files = self._files(copies)
        candidates = {name: Candidate(path, self.base) for name, path in files.items()}
        trials = {
            name: replace(trial, rounding=copies[name].rounding if name in copies else 0.0)
            for name, trial in self.contest.run(25, "weights", candidates).items()
        }
        winner = self.contest.pick(trials, self._stored)
        changed = [name for name in copies if name in {winner, *LOSSY}]
        self.contest.report(45, "the perplexity of each format")
        before = read_log_probabilities(candidates[self._stored]) if changed else []
        for name in changed:
            ratio, error = compare_perplexities(before, read_log_probabilities(candidates[name]))
            if name in trials:
                trials[name] = replace(trials[name], perplexity=ratio, uncertainty=error)
        self.trials += trials.values()
        self.copy = copies.get(winner)

    def _choose_engine(self, copies: Mapping[str, Copy]) -> None:
        """Choose the fastest installed engine, and the storage that is fastest on it.

        A storage that one build of llama.cpp reads fast, another may read slowly: all storages are
        tried.
        """
        if importlib.util.find_spec("llama_cpp") is None:
            return
        candidates = {
            name: Candidate(path, self.base, LLAMA_CPP_PYTHON)
            for name, path in self._files(copies).items()
        }
        native = self.contest.run(48, LLAMA_CPP_PYTHON, candidates)
        self.trials += native.values()
        name = min(native, key=lambda name: native[name].seconds)
        calls = self.base.parallel if self.contest.workload.many else 1
        engines = self.contest.run(
            50,
            "engine",
            {XLLAMACPP: Candidate(self._path, self.base), LLAMA_CPP_PYTHON: candidates[name]},
            lambda model: measure_batch(model, self.contest.workload, self.contest.size, calls),
            rounds=2,
            always=True,
        )
        self.trials += engines.values()
        if self.contest.pick(engines, XLLAMACPP) == LLAMA_CPP_PYTHON:
            self.engine, self.copy = LLAMA_CPP_PYTHON, copies.get(name)

    # -- how it runs ---------------------------------------------------------------------------

    def _choose_threads(self) -> None:
        """Choose the number of threads, if the machine is quiet enough to measure it."""
        cores = count_cores()
        if self.busy > _BUSY_CORES:
            self.contest.notes.append(
                f"Other programs kept {self.busy:.1f} of {cores} cores busy, so the number of "
                "threads is chosen at each start. Speeds are lower than on an idle machine."
            )
            return
        steps = [n for n in (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64) if n < cores] + [cores]
        candidates = {str(n): self._candidate({"threads": n}) for n in steps[-4:]}
        trials = self.contest.run(52, "threads", candidates)
        self.trials += trials.values()
        self.threads = int(self.contest.pick(trials, str(cores)))
        self.base = self.base.model_copy(update={"threads": self.threads})

    def _choose_setting(self, hundredths: int, what: str, key: str, values: Sequence[Any]) -> None:
        """Choose a value of a setting, unless the user has set it."""
        if key in self.settings.model_fields_set:
            return
        current = getattr(self.settings, key)
        candidates = {str(value): self._candidate({key: value}) for value in (current, *values)}
        trials = self.contest.run(hundredths, what, candidates)
        self.trials += trials.values()
        winner = self.contest.pick(trials, str(current))
        if winner != str(current):
            self.chosen[key] = next(value for value in values if str(value) == winner)

    def _choose_parallel(self) -> None:
        """Choose the number of parallel calls, unless the user has set it."""
        if "parallel" in self.settings.model_fields_set:
            return
        contest, trials = self.contest, dict[str, Trial]()
        with open_candidate(self._candidate({"parallel": 8})) as model:
            for calls in (1, 2, 4, 8):
                if trials and contest.is_over:
                    break
                contest.report(82, f"{calls} at once")
                trial = measure_batch(model, contest.workload, contest.size, calls)
                trials[str(calls)] = replace(trial, what="at once", value=str(calls))
        self.trials += trials.values()
        current = str(self.settings.parallel)
        if current not in trials:
            contest.notes.append("No time was left to measure parallel calls.")
        elif (winner := contest.pick(trials, current)) != current:
            self.chosen["parallel"] = int(winner)

    def _compare_with_defaults(self) -> tuple[Trial, Trial]:
        """Return the defaults and the choices, measured in turns; slower choices are dropped."""
        candidates = {
            "defaults": Candidate(self.original, self.base),
            "chosen": self._candidate({}),
        }
        trials = self.contest.run(92, "altogether", candidates, always=True)
        self.contest.report(100, "done")
        default, chosen = trials["defaults"], trials["chosen"]
        if chosen.seconds <= default.seconds * self.contest.margin:
            return default, chosen
        self.contest.notes.append("Nothing was faster than the defaults by more than the noise.")
        self.copy, self.chosen, self.threads, self.engine = None, {}, 0, XLLAMACPP
        return default, default

    def _candidate(self, changes: Mapping[str, Any]) -> Candidate:
        """Return the winners so far, with a change."""
        settings = self.base.model_copy(update={**self.chosen, **changes})
        return Candidate(self._path, settings, self.engine)


def _name_work_folder(folder: Path) -> Path:
    """Return the path of a folder for copies; those that a power cut left are deleted."""
    import psutil

    for left_over in folder.parent.glob("*.part-*"):
        process = left_over.name.rpartition("-")[2]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(left_over, ignore_errors=True)
    return folder.with_name(f"{folder.name}.part-{os.getpid()}")
