"""Another model of this machine, chosen by a person on the page."""

from __future__ import annotations

from collections.abc import Iterator

from quoth.errors import QuothError
from quoth.models import backend_names, list_installed
from quoth.server.endpoints import Incoming
from quoth.server.failures import BY_PERSON, CONFLICT, MODEL_NOT_FOUND, RefusedError
from quoth.server.model_shapes import InstalledList, InstalledModel, ModelBody, ModelChosen
from quoth.server.native.models import describe_model
from quoth.server.services import Services


def list_here(services: Services) -> InstalledList:
    """List the language models on this machine, the largest first; a silent backend has none."""
    found = sorted(_installed(services), key=lambda model: -model.bytes)
    return InstalledList(models=found)


def choose_model(services: Services, body: ModelChosen, incoming: Incoming) -> ModelBody:
    """Let a model of this machine answer until the server ends; only the page can ask for it.

    The name must be in the list of those that are here, and nothing may be at work.
    """
    if incoming.headers.get("sec-fetch-site") != "same-origin":
        raise RefusedError(
            BY_PERSON,
            "Only a person on the page of this server chooses the model.",
            hint="Start it with another one: quoth serve --model BACKEND:NAME",
        )
    if body.name not in {model.name for model in _installed(services)}:
        raise RefusedError(MODEL_NOT_FOUND, f"{body.name} is not on this machine.", param="name")
    if any(services.queue.counts):
        raise RefusedError(
            CONFLICT, "Something is at work with the model.", hint="Choose again when it is done."
        )
    services.shelf.change_model(body.name)
    return describe_model(services.shelf.model)


def _installed(services: Services) -> Iterator[InstalledModel]:
    settings = services.shelf.config.backend
    for backend in backend_names():
        try:
            models = list_installed(backend, settings)
        except QuothError:  # its program does not run, or its package is not here
            continue
        for model in models:
            name = f"{backend}:{model.name}"
            if model.kind != "embedder":
                yield InstalledModel(
                    name=name,
                    bytes=model.bytes,
                    quantization=model.quantization,
                    answers=name == services.shelf.model_name,
                )
