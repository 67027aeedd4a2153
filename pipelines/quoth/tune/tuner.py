"""Tries, one after the other, what may make a model faster here, and keeps what does.

First how the weights are stored, then which build of llama.cpp runs them, threads, flash attention,
the size of a step, and how many calls at once. Each is measured with the winners so far; a choice
is kept only when it is faster by more than the noise.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from quoth.config import ModelSettings
from quoth.errors import UsageError
from quoth.models import split_model
from quoth.tune.formats import CLOSE, LOSSY, Copy, possible, write_copies
from quoth.tune.perplexity import change, log_probabilities
from quoth.tune.trial import (
    JOBS,
    Generate,
    Job,
    Setup,
    Size,
    best,
    fitting_size,
    measured,
    measured_at_once,
    opened,
    served,
)
from quoth.types import Progress
from quoth.weights import (
    LLAMA_CPP_PYTHON,
    XLLAMACPP,
    Profile,
    Trial,
    busy_cores,
    cores_here,
    decode_threads,
    fingerprint_of,
    folder_of,
    forget_profile,
    machine,
    read_gguf,
    weights_of,
    write_profile,
)

BUDGET_SECONDS = 90.0
"""When so much time is spent, what was not tried yet is left as it is."""

_ROUNDS = 3
_FASTER, _FASTER_WHEN_BUSY = 0.95, 0.85
"""A choice must take at most this share of the time to be kept."""
_BUSY = 0.5
_LOOK_SECONDS = 0.5


def tune(
    settings: ModelSettings,
    *,
    job: str = "summarize",
    lossy: bool = False,
    seconds: float = BUDGET_SECONDS,
    progress: Progress | None = None,
) -> Profile:
    """Measure how the model of `settings` runs best on this machine, and remember it.

    From then on `llamacpp` opens it so. `job` is what it is tuned for: `summarize`, `ask` or
    `chat`. With `lossy`, storage that changes the weights noticeably is tried as well.

    Raises `UsageError` for a backend that does not run inside Quoth, or an unknown job.
    """
    weights = _weights(settings.model)
    if job not in JOBS:
        raise UsageError(f"There is no job {job!r}.", hint=f"Known: {', '.join(JOBS)}.")
    tuner = _Tuner(weights, settings, job, time.monotonic() + seconds, progress)
    profile = tuner.run((*CLOSE, *LOSSY) if lossy else CLOSE)
    write_profile(profile)
    return profile


def undo(settings: ModelSettings) -> bool:
    """Forget what was measured of a model; tell whether there was anything."""
    return forget_profile(_weights(settings.model))


def weights_to_tune(model: str) -> Path | None:
    """Return the file with the weights of a model; `None` where it does not run inside Quoth."""
    backend, name = split_model(model)
    return weights_of(name) if backend == "llamacpp" else None


def _weights(model: str) -> Path:
    weights = weights_to_tune(model)
    if weights is None:
        raise UsageError(
            f"{model} runs in a program of its own, which Quoth cannot tune.",
            hint="Tune the file itself: quoth tune llamacpp:FILE.gguf",
        )
    return weights


@dataclass(slots=True)
class _Tuner:
    original: Path
    settings: ModelSettings
    job_name: str
    deadline: float
    progress: Progress | None
    trials: list[Trial] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    chosen: dict[str, Any] = field(default_factory=dict)
    base: ModelSettings = field(default_factory=ModelSettings)
    engine: str = XLLAMACPP
    size: Size = field(default_factory=lambda: Size(0, 0))
    number: int = 10
    margin: float = _FASTER

    @property
    def job(self) -> Job:
        return JOBS[self.job_name]

    def run(self, formats: Sequence[str]) -> Profile:
        begin = time.monotonic()
        busy = busy_cores(_LOOK_SECONDS)
        self.margin = _FASTER_WHEN_BUSY if busy > _BUSY else _FASTER
        threads = decode_threads(self.settings.threads)  # the same for all that is compared
        self.base = self.settings.model_copy(update={"threads": threads})
        fingerprint = fingerprint_of(self.original)
        folder = folder_of(fingerprint)
        work = _work_folder(folder)
        try:
            copies = self._copies(formats, work)
            kept = self._choose_weights(copies)
            kept = self._choose_engine(kept, copies)
            path = kept.path if kept else self.original
            threads = self._choose_threads(path, busy)
            if threads:
                self.base = self.base.model_copy(update={"threads": threads})
            if self.engine == XLLAMACPP:
                self._choose_setting(path, 60, "flash attention", "flash_attention", ("off",))
            self._choose_setting(path, 70, "tokens a step", "batch_tokens", (256, 1024))
            if self.job.many and self.engine == XLLAMACPP:
                self._choose_slots(path)
            default, chosen = self._compare(path)
            if chosen.seconds > default.seconds * self.margin:
                self.notes.append("Nothing was faster than the defaults by more than the noise.")
                kept, self.chosen, threads, chosen = None, {}, 0, default
                self.engine = XLLAMACPP
            shutil.rmtree(folder, ignore_errors=True)
            return Profile(
                model=self.settings.model,
                fingerprint=fingerprint,
                machine=machine(),
                date=datetime.now(UTC).strftime("%Y-%m-%d"),
                job=self.job_name,
                default=default,
                chosen=chosen,
                stored=kept.name if kept else self._stored,
                weights=str(_move(kept, folder)) if kept else "",
                engine=self.engine,
                settings=self.chosen,
                threads=threads,
                busy_cores=round(busy, 2),
                seconds=time.monotonic() - begin,
                trials=tuple(self.trials),
                notes=tuple(self.notes),
            )
        finally:
            shutil.rmtree(work, ignore_errors=True)

    # -- how the weights are stored ------------------------------------------------------------

    def _copies(self, formats: Sequence[str], work: Path) -> list[Copy]:
        self._tell(1, "a first look")
        with opened(Setup(self.original, self.base)) as generate:
            self.size = fitting_size(generate, self.job)
        names, reasons = possible(self.original, formats, work)
        self.notes += reasons

        def moved(share: float) -> None:
            self._tell(2 + int(18 * share), "storing the weights in other ways")

        work.mkdir(parents=True)
        return write_copies(self.original, names, work, moved=moved) if names else []

    @property
    def _stored(self) -> str:
        """How the original is stored."""
        return read_gguf(self.original).quantization or "as it is"

    def _files(self, copies: Sequence[Copy]) -> dict[str, Path]:
        """Return the original and its copies by how they are stored."""
        return {self._stored: self.original, **{copy.name: copy.path for copy in copies}}

    def _choose_weights(self, copies: Sequence[Copy]) -> Copy | None:
        stored, by_name, files = self._stored, _named(copies), self._files(copies)
        found = self._in_turns(
            25, "weights", {name: Setup(path, self.base) for name, path in files.items()}
        )
        rounded = {
            name: replace(trial, rounding=by_name[name].rounding if name in by_name else 0.0)
            for name, trial in found.items()
        }
        winner = self._winner(rounded, stored)
        looked_at = [name for name in files if name in {winner, *LOSSY} and name != stored]
        self._tell(45, "what the storage changes")
        before = self._foreseen(self.original) if looked_at else []
        for name in looked_at:
            ratio, error = change(before, self._foreseen(files[name]))
            rounded[name] = replace(rounded[name], perplexity=ratio, uncertainty=error)
        self.trials += rounded.values()
        return by_name.get(winner)

    def _foreseen(self, path: Path) -> list[float]:
        with served(path, self.base) as client:
            return log_probabilities(client)

    def _choose_engine(self, kept: Copy | None, copies: Sequence[Copy]) -> Copy | None:
        """Return the copy that is fastest on the faster of the engines that are here.

        What one build of llama.cpp reads fast, another may read slowly: all storages are tried.
        """
        if importlib.util.find_spec("llama_cpp") is None:
            return kept
        files = self._files(copies)
        native = self._in_turns(
            48, LLAMA_CPP_PYTHON,
            {name: Setup(path, self.base, LLAMA_CPP_PYTHON) for name, path in files.items()},
        )  # fmt: skip
        self.trials += native.values()
        name = min(native, key=lambda name: native[name].seconds)
        calls = self.base.parallel if self.job.many else 1
        found = self._in_turns(
            50, "engine",
            {
                XLLAMACPP: Setup(kept.path if kept else self.original, self.base),
                LLAMA_CPP_PYTHON: Setup(files[name], self.base, LLAMA_CPP_PYTHON),
            },
            lambda generate: measured_at_once(generate, self.job, self.size, calls),
            rounds=2, always=True,
        )  # fmt: skip
        self.trials += found.values()
        if self._winner(found, XLLAMACPP) == XLLAMACPP:
            return kept
        self.engine = LLAMA_CPP_PYTHON
        return _named(copies).get(name)

    # -- how it runs ---------------------------------------------------------------------------

    def _choose_threads(self, path: Path, busy: float) -> int:
        """Return the most threads that are of use; 0 where that cannot be told now."""
        cores = cores_here()
        if busy > _BUSY:
            self.notes.append(
                f"Other programs kept {busy:.1f} of {cores} cores busy, so the number of threads "
                "is left to each start, which looks again. Speeds are lower than they could be."
            )
            return 0
        steps = [n for n in (1, 2, 4, 6, 8, 12, 16, 24, 32, 48, 64) if n < cores] + [cores]
        near = steps[-4:]
        options = {str(n): self._setup(path, {**self.chosen, "threads": n}) for n in near}
        found = self._in_turns(52, "threads", options)
        self.trials += found.values()
        return int(self._winner(found, str(cores)))

    def _choose_setting(
        self, path: Path, at: int, what: str, key: str, values: Sequence[Any]
    ) -> None:
        if key in self.settings.model_fields_set:
            return
        now = getattr(self.settings, key)
        options = {
            str(value): self._setup(path, {**self.chosen, key: value}) for value in (now, *values)
        }
        found = self._in_turns(at, what, options)
        self.trials += found.values()
        winner = self._winner(found, str(now))
        if winner != str(now):
            self.chosen[key] = next(value for value in values if str(value) == winner)

    def _choose_slots(self, path: Path) -> None:
        if "parallel" in self.settings.model_fields_set:
            return
        most = self.base.model_copy(update={**self.chosen, "parallel": 8})
        found: dict[str, Trial] = {}
        with opened(Setup(path, most)) as generate:
            for calls in (1, 2, 4, 8):
                if found and time.monotonic() > self.deadline:
                    break
                self._tell(82, f"{calls} at once")
                trial = measured_at_once(generate, self.job, self.size, calls)
                found[str(calls)] = replace(trial, what="at once", value=str(calls))
        self.trials += found.values()
        now = str(self.settings.parallel)
        if now not in found:
            self.notes.append("No time was left to measure how many calls at once.")
        elif (winner := self._winner(found, now)) != now:
            self.chosen["parallel"] = int(winner)

    def _compare(self, path: Path) -> tuple[Trial, Trial]:
        """Return the defaults and what was chosen, measured in turns."""
        options = {
            "defaults": Setup(self.original, self.base),
            "chosen": self._setup(path, self.chosen),
        }
        found = self._in_turns(92, "altogether", options, always=True)
        self._tell(100, "done")
        return found["defaults"], found["chosen"]

    def _setup(self, path: Path, changed: Mapping[str, Any]) -> Setup:
        return Setup(path, self.base.model_copy(update=dict(changed)), self.engine)

    def _in_turns(
        self,
        at: int,
        what: str,
        options: Mapping[str, Setup],
        trial_of: Callable[[Generate], Trial] | None = None,
        *,
        rounds: int = _ROUNDS,
        always: bool = False,
    ) -> dict[str, Trial]:
        """Return the best of some trials of each option; all of them take turns.

        A trial is one call, unless `trial_of` says what else. With `always`, time or not.
        """
        found: dict[str, list[Trial]] = {}

        def measure(value: str, generate: Generate) -> None:
            trial = (trial_of or self._one_call)(generate)
            found.setdefault(value, []).append(replace(trial, what=what, value=value))

        together = _fit_together([setup.path for setup in options.values()])
        with ExitStack() as stack:
            ready: dict[str, Generate] = {}
            for value, setup in options.items():
                if (ready or found) and not always and time.monotonic() > self.deadline:
                    self.notes.append(f"No time was left to measure {what} {value}.")
                    continue
                self._tell(at, f"{what} {value}")
                if together:
                    ready[value] = stack.enter_context(opened(setup))
                    continue
                with opened(setup) as generate:
                    for _ in range(rounds):
                        measure(value, generate)
            for number in range(rounds):
                if number and time.monotonic() > self.deadline and not always:
                    break
                for value, generate in ready.items():
                    measure(value, generate)
        return {value: best(trials) for value, trials in found.items()}

    def _one_call(self, generate: Generate) -> Trial:
        self.number += 1
        return measured(generate, self.job, self.size, self.number)

    def _winner(self, found: Mapping[str, Trial], now: str) -> str:
        """Return what is fastest; what is in force now, where nothing is faster by enough.

        What was not compared with it, for lack of time, is not chosen either.
        """
        fastest = min(found, key=lambda value: found[value].seconds)
        if now not in found or found[fastest].seconds > found[now].seconds * self.margin:
            return now
        return fastest

    def _tell(self, hundredths: int, what: str) -> None:
        if self.progress:
            self.progress(hundredths, 100, what)


def _named(copies: Sequence[Copy]) -> dict[str, Copy]:
    return {copy.name: copy for copy in copies}


def _fit_together(files: Sequence[Path]) -> bool:
    """Tell whether so many models can be open at once, to take turns."""
    import psutil

    sizes = [file.stat().st_size for file in files]
    return 2 * sum(sizes) < float(psutil.virtual_memory().available)


def _work_folder(folder: Path) -> Path:
    """Return the name of a folder for copies; what killed runs left behind is deleted."""
    import psutil

    for left in folder.parent.glob("*.part-*"):
        process = left.name.rpartition("-")[2]
        if process.isdigit() and not psutil.pid_exists(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    return folder.with_name(f"{folder.name}.part-{os.getpid()}")


def _move(copy: Copy, folder: Path) -> Path:
    """Move a copy to where it is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / copy.path.name
    copy.path.replace(kept)
    return kept
