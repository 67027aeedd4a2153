"""OpenAI's models: a collection is one, the language model and the embedder are two more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from quoth.errors import QuothError
from quoth.server.failures import MODEL_NOT_FOUND, RefusedError
from quoth.server.services import Services

PREFIX = "quoth/"
"""The beginning of the id of a collection as a model."""


@dataclass(frozen=True, slots=True)
class Named:
    """What the model of a request is: a collection, or the bare model where it is empty."""

    id: str
    collection: str = ""


def find_model(services: Services, id: str) -> Named:
    """Return what a model id names. Raises `RefusedError`; no id makes the server load a model."""
    if id.startswith(PREFIX) and id[len(PREFIX) :] in services.shelf.names():
        return Named(id, id[len(PREFIX) :])
    if id == services.shelf.model_name:
        return Named(id)
    raise RefusedError(
        MODEL_NOT_FOUND,
        f"There is no model {id!r}.",
        hint=f"There are: {', '.join(model_ids(services))}.",
        param="model",
    )


def model_ids(services: Services) -> list[str]:
    """Return the ids of the models that answer."""
    collections = [f"{PREFIX}{name}" for name in services.shelf.names()]
    return [*collections, services.shelf.model_name]


def list_models(services: Services) -> dict[str, Any]:
    """List the models: collections, the language model, the embedder."""
    ids = [*model_ids(services), services.shelf.config.embedding.model]
    return {"object": "list", "data": [_present(services, id) for id in ids]}


def show_model(services: Services, model: str) -> dict[str, Any]:
    """Show a model."""
    if model != services.shelf.config.embedding.model:
        find_model(services, model)
    return _present(services, model)


def _present(services: Services, id: str) -> dict[str, Any]:
    kind = "model"
    told: dict[str, Any] = {}
    if id == services.shelf.config.embedding.model:
        kind = "embedder"
    elif id.startswith(PREFIX):
        kind = "collection"
        try:
            store = services.shelf.store(id[len(PREFIX) :])
            told = {"documents": store.content_count(), "chunks": store.chunk_count()}
        except QuothError as error:  # a damaged collection hides no other
            told = {"problem": str(error)}
    return {
        "id": id,
        "object": "model",
        "created": 0,
        "owned_by": "quoth",
        "quoth": {"kind": kind, **told},
    }
