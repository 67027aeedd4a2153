"""From `backend:name` to a model, through the entry-point group `quoth.backends`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.config import Config, ModelSettings
from quoth.errors import ConfigurationError
from quoth.models.provider import Provider
from quoth.system import Guard, load_entry_point, read_entry_points

if TYPE_CHECKING:
    from quoth.embed import Embedder
    from quoth.models.model import LocalModel
    from quoth.weights import Installed

GROUP = "quoth.backends"
EMBEDDERS = "quoth.embedders"
_LIST_SECONDS = 5.0
"""The longest time that a server may take to list its models."""


def backend_names() -> tuple[str, ...]:
    """Return the names of all installed backends, sorted."""
    return tuple(read_entry_points(GROUP))


def open_model(
    settings: ModelSettings, *, prompt_folders: Sequence[Path] = (), guard: Guard | None = None
) -> LocalModel:
    """Return the model that `settings.model` names, not loaded yet.

    `prompt_folders` are folders of the user's own prompts and families, which take precedence.
    Raises `ConfigurationError` for an unknown backend, `MissingExtraError` where the package of the
    backend is not installed, and `EgressError` for a server that `guard` does not permit; without
    one, only this machine is permitted.

    >>> from quoth.config import ModelSettings
    >>> model = open_model(ModelSettings(model="llamacpp:embedded"))
    >>> model.describe().context_window
    8192
    """
    backend, name = split_model(settings.model)
    model = open_provider(backend, settings, prompt_folders=prompt_folders).open(name)
    (guard or Guard()).check_address(model.address)
    return model


def open_embedder(config: Config) -> Embedder:
    """Return the embedder that `embedding.model` names: a folder, or `backend:name`.

    Before the colon may also stand an entry point of `quoth.embedders`, a function from the name to
    a LangChain `Embeddings`. Raises `EgressError` for a server that `config.privacy` does not
    permit.

    >>> embedder = open_embedder(Config())
    >>> embedder.count_tokens("The deposit is 4,500 crowns.")
    8
    """
    from quoth.embed import FolderEmbedder, as_embedder

    settings = config.embedding
    kind, colon, name = settings.model.partition(":")
    if colon and kind in backend_names():
        provider = open_provider(kind, _with_address(config, kind))
        embedder = provider.open_embedder(name, embedding=settings)
    elif colon and kind in read_entry_points(EMBEDDERS):
        embedder = as_embedder(load_entry_point(EMBEDDERS, kind, kind="embedder")(name), settings)
    else:
        return FolderEmbedder.open(settings)
    config.guard.check_address(embedder.address)
    return embedder


def list_installed(backend: str, settings: ModelSettings) -> Sequence[Installed]:
    """Return the models that a backend has on this machine.

    Raises `BackendUnavailableError` when its server does not tell them in a few seconds.
    """
    quick = settings.model_copy(update={"timeout": _LIST_SECONDS})
    return open_provider(backend, quick).installed()


def with_model(config: Config, model: str) -> Config:
    """Return the configuration with another `backend.model`.

    The address and the key of its backend go with it, and those of another backend do not.
    """
    settings, (backend, _) = config.backend, split_model(model)
    update = {"model": model}
    if settings.model.partition(":")[0] != backend:
        update |= {"url": "", "api_key_file": ""}
    return config.model_copy(update={"backend": settings.model_copy(update=update)})


def with_embedder(config: Config, model: str) -> Config:
    """Return the configuration with another `embedding.model`."""
    embedding = config.embedding.model_copy(update={"model": model})
    return config.model_copy(update={"embedding": embedding})


def _with_address(config: Config, backend: str) -> ModelSettings:
    """Return the settings of a backend with the address of the embedder's server, if it has one."""
    own = {"url": config.embedding.url, "api_key_file": config.embedding.api_key_file}
    if not any(own.values()):
        return config.backend
    return config.backend.model_copy(update={"model": f"{backend}:", **own})


def open_provider(
    backend: str, settings: ModelSettings, *, prompt_folders: Sequence[Path] = ()
) -> Provider:
    """Return the provider of a backend.

    The address and the key in `settings` belong to the backend of `settings.model`; the provider
    of another backend gets neither. Raises `ConfigurationError` for an unknown backend.
    """
    if settings.model.partition(":")[0] != backend:
        settings = settings.model_copy(update={"url": "", "api_key_file": ""})
    kind = load_entry_point(GROUP, backend, kind="backend")
    if not (isinstance(kind, type) and issubclass(kind, Provider)):
        raise ConfigurationError(
            f"The backend {backend!r} names {kind!r}, which is not a Provider.",
            hint="Update or remove the package that registers it.",
        )
    return kind(settings, prompt_folders=tuple(prompt_folders))


def split_model(model: str) -> tuple[str, str]:
    """Return (backend, name) of a model, split at the first colon.

    Raises `ConfigurationError` for anything else.
    """
    backend, colon, name = model.partition(":")
    if not colon or not name:
        raise ConfigurationError(
            f"{model!r} is not a model of the form `backend:name`.",
            hint=f"Backends: {', '.join(backend_names())}. The default is llamacpp:embedded.",
        )
    return backend, name
