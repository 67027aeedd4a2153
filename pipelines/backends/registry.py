"""From `backend:name` to a model, through the entry-point group `carrel.backends`."""

from __future__ import annotations

import difflib
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from pipelines.config import Backend
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.backends.model import LocalModel

GROUP = "carrel.backends"


def backend_names() -> tuple[str, ...]:
    """Return the names of all installed backends, sorted."""
    return tuple(sorted(_registered()))


def open_model(settings: Backend) -> LocalModel:
    """Return the model that `settings.model` names, split at its first colon, not loaded yet.

    Raises `ConfigurationError` for an unknown backend, `MissingExtraError` where its package is
    not installed.
    """
    backend, colon, name = settings.model.partition(":")
    registered = _registered()
    if not colon or not name:
        raise ConfigurationError(
            f"backend.model is {settings.model!r}, which is not `backend:name`.",
            hint=f"Backends: {', '.join(sorted(registered))}. The default is llamacpp:embedded.",
        )
    if backend not in registered:
        near = difflib.get_close_matches(backend, registered, n=1)
        raise ConfigurationError(
            f"There is no backend {backend!r}."
            + (f" The nearest one is {near[0]!r}." * bool(near)),
            hint=f"Backends: {', '.join(sorted(registered))}.",
        )
    model: LocalModel = registered[backend].load().open(name, settings)
    return model


def _registered() -> dict[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}
