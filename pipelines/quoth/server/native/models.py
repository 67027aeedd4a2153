"""The model and the embedder of the server."""

from __future__ import annotations

from quoth.embed import Embedder
from quoth.models import LocalModel
from quoth.server.model_shapes import ModelBody, ModelList
from quoth.server.services import Services


def list_models(services: Services) -> ModelList:
    """List the model that answers and the one that embeds; a request cannot name others."""
    model, embedder = services.shelf.model, services.shelf.embedder
    return ModelList(models=[describe_model(model), _describe_embedder(services, embedder)])


def preload_model(services: Services) -> ModelBody:
    """Load the model that answers, so that the first answer does not wait for it."""
    services.shelf.model.preload()
    return describe_model(services.shelf.model)


def describe_model(model: LocalModel) -> ModelBody:
    """Return what clients are told of the model that answers."""
    description = model.describe()
    return ModelBody(
        name=model.model,
        duty="answers",
        context_window=description.context_window,
        parameters=description.parameters,
        fingerprint=description.fingerprint,
        note=description.note,
    )


def _describe_embedder(services: Services, embedder: Embedder) -> ModelBody:
    return ModelBody(
        name=services.shelf.config.embedding.model,
        duty="embeds",
        context_window=embedder.limit,
        parameters=0,
        fingerprint=embedder.fingerprint,
        note="",
    )
