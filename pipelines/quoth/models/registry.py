"""From `backend:name` to a model, through the entry-point group `quoth.backends`."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.config import Config, ModelSettings
from quoth.errors import ConfigurationError
from quoth.system import Guard, load_entry_point, read_entry_points

if TYPE_CHECKING:
    from quoth.embed import Embedder
    from quoth.models.model import LocalModel

GROUP = "quoth.backends"


def backend_names() -> tuple[str, ...]:
    """Return the names of all installed backends, sorted."""
    return tuple(read_entry_points(GROUP))


def open_model(
    settings: ModelSettings, *, prompt_folders: Sequence[Path] = (), guard: Guard | None = None
) -> LocalModel:
    """Return the model that `settings.model` names, split at its first colon, not loaded yet.

    `prompt_folders` hold prompts and families that go before ours. Raises `ConfigurationError` for
    an unknown backend, `MissingExtraError` where its package is not installed, and `EgressError`
    for a server that `guard` does not permit; without one, only this machine is permitted.
    """
    backend, name = split_model(settings.model)
    model = backend_class(backend).open(name, settings)
    (guard or Guard()).check_address(model.address)
    model.prompt_folders = tuple(prompt_folders)
    return model


def open_embedder(config: Config) -> Embedder:
    """Return the embedder that `embedding.model` names: of a folder, or `backend:name`.

    Raises `EgressError` for a server that `config.privacy` does not permit.
    """
    from quoth.embed import FolderEmbedder

    backend, colon, name = config.embedding.model.partition(":")
    if not colon or backend not in read_entry_points(GROUP):
        return FolderEmbedder.open(config.embedding)
    embedder = backend_class(backend).open_embedder(name, settings_of(backend, config.backend))
    config.guard.check_address(embedder.address)
    return embedder


def settings_of(backend: str, settings: ModelSettings) -> ModelSettings:
    """Return the settings as they are for a backend that may not be the configured one.

    An address and a key belong to the configured one alone.
    """
    if settings.model.partition(":")[0] == backend:
        return settings
    return settings.model_copy(update={"url": "", "api_key_file": ""})


def backend_class(backend: str) -> type[LocalModel]:
    """Return the class that is registered under a backend's name."""
    found: type[LocalModel] = load_entry_point(GROUP, backend, kind="backend")
    return found


def split_model(model: str) -> tuple[str, str]:
    """Return (backend, name) of a model. Raises `ConfigurationError` for anything else."""
    registered = read_entry_points(GROUP)
    backend, colon, name = model.partition(":")
    if not colon or not name:
        raise ConfigurationError(
            f"{model!r} is not `backend:name`.",
            hint=f"Backends: {', '.join(registered)}. The default is llamacpp:embedded.",
        )
    if backend not in registered:
        near = difflib.get_close_matches(backend, registered, n=1)
        raise ConfigurationError(
            f"There is no backend {backend!r}."
            + "".join(f" The nearest one is {other!r}." for other in near),
            hint=f"Backends: {', '.join(registered)}.",
        )
    return backend, name
