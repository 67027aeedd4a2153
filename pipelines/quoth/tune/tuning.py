"""Tuning of a model: measured once, remembered, and undone on request."""

from __future__ import annotations

from pathlib import Path

from quoth.config import ModelSettings
from quoth.errors import UsageError
from quoth.models import open_provider, split_model
from quoth.tune.formats import CLOSE, LOSSY
from quoth.tune.trial import WORKLOADS
from quoth.tune.tuner import measure_profile
from quoth.types import Progress
from quoth.weights import (
    Profile,
    fingerprint_of,
    folder_of,
    forget_profile,
    weights_of,
)

BUDGET_SECONDS = 90.0
"""The time for all choices; those that were not tried by then stay as they are."""


def tune(
    settings: ModelSettings,
    *,
    workload: str = "summarize",
    lossy: bool = False,
    seconds: float = BUDGET_SECONDS,
    progress: Progress | None = None,
) -> Profile:
    """Measure how the model of `settings` runs best on this machine, and remember it.

    From then on, `llamacpp` opens the model in this way. `workload` is `summarize`, `ask` or
    `chat`. With `lossy`, storage that changes the weights noticeably is tried as well.

    Raises `UsageError` for a backend that runs in a separate program, or an unknown workload.
    """
    weights = _weights_here(settings)
    if workload not in WORKLOADS:
        raise UsageError(
            f"There is no workload {workload!r}.", hint=f"Known: {', '.join(WORKLOADS)}."
        )
    return measure_profile(
        weights,
        settings,
        folder_of(fingerprint_of(weights)),
        workload=workload,
        formats=(*CLOSE, *LOSSY) if lossy else CLOSE,
        seconds=seconds,
        progress=progress,
    )


def undo(settings: ModelSettings) -> bool:
    """Forget the profile of a model. Returns whether there was one."""
    return forget_profile(_weights_here(settings))


def weights_to_tune(model: str) -> Path | None:
    """Return the file with the weights of a model; `None` where `llamacpp` does not run it."""
    backend, name = split_model(model)
    return weights_of(name) if backend == "llamacpp" else None


def _weights_here(settings: ModelSettings) -> Path:
    open_provider(split_model(settings.model)[0], settings)  # raises for an unknown backend
    weights = weights_to_tune(settings.model)
    if weights is None:
        raise UsageError(
            f"{settings.model} runs in a separate program, which Quoth cannot tune.",
            hint="Tune the file itself: quoth tune llamacpp:FILE.gguf",
        )
    return weights
