"""Measures candidates in turns, and picks the one that is faster by more than the noise."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from quoth.models import LocalModel
from quoth.tune.trial import Candidate, Size, Workload, measure_call, open_candidate
from quoth.types import Progress
from quoth.weights import Trial

_ROUNDS = 3


@dataclass(slots=True)
class Contest:
    """The conditions under which candidates are compared.

    After `deadline` (`time.monotonic`) no further candidate is measured. `margin` is the highest
    share of the current time that a candidate may take in order to win. `notes` are sentences
    about the candidates that were not measured.
    """

    workload: Workload
    deadline: float
    margin: float
    progress: Progress | None = None
    size: Size = field(default_factory=lambda: Size(0, 0))
    notes: list[str] = field(default_factory=list)
    _number: int = 10

    @property
    def is_over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() > self.deadline

    def report(self, hundredths: int, what: str) -> None:
        """Report what is being measured."""
        if self.progress:
            self.progress(hundredths, 100, what)

    def pick(self, trials: Mapping[str, Trial], current: str) -> str:
        """Return the value of the winner."""
        return pick_winner(trials, current, margin=self.margin)

    def run(
        self,
        hundredths: int,
        what: str,
        candidates: Mapping[str, Candidate],
        measure: Callable[[LocalModel], Trial] | None = None,
        *,
        rounds: int = _ROUNDS,
        always: bool = False,
    ) -> dict[str, Trial]:
        """Return the fastest trial of each candidate, by its value.

        A trial is one call, unless `measure` makes another. With `always`, every candidate is
        measured, even after the deadline.
        """
        trials: dict[str, list[Trial]] = {}

        def measure_one(value: str, model: LocalModel) -> None:
            trial = (measure or self._measure_call)(model)
            trials.setdefault(value, []).append(replace(trial, what=what, value=value))

        together = _fit_together([candidate.path for candidate in candidates.values()])
        with ExitStack() as stack:
            models: dict[str, LocalModel] = {}
            for value, candidate in candidates.items():
                if (models or trials) and not always and self.is_over:
                    self.notes.append(f"No time was left to measure {what} {value}.")
                    continue
                self.report(hundredths, f"{what} {value}")
                if together:
                    models[value] = stack.enter_context(open_candidate(candidate))
                    continue
                with open_candidate(candidate) as model:
                    for _ in range(rounds):
                        measure_one(value, model)
            for number in range(rounds):
                if number and self.is_over and not always:
                    break
                for value, model in models.items():
                    measure_one(value, model)
        return {
            value: min(several, key=lambda trial: trial.seconds)
            for value, several in trials.items()
        }

    def _measure_call(self, model: LocalModel) -> Trial:
        self._number += 1
        return measure_call(model, self.workload, self.size, self._number)


def pick_winner(trials: Mapping[str, Trial], current: str, *, margin: float) -> str:
    """Return the fastest value, or the current one if no other is faster by the margin.

    Without a trial of the current value there is nothing to compare with, so it stays.
    """
    fastest = min(trials, key=lambda value: trials[value].seconds)
    if current not in trials or trials[fastest].seconds > trials[current].seconds * margin:
        return current
    return fastest


def _fit_together(files: Sequence[Path]) -> bool:
    """Return whether all models fit into the memory together, so that they can take turns."""
    import psutil

    sizes = [file.stat().st_size for file in files]
    return 2 * sum(sizes) < float(psutil.virtual_memory().available)
