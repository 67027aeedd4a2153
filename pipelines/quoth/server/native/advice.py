"""How the model that answers fits this machine, and which larger ones would."""

from __future__ import annotations

from quoth.server.services import Services
from quoth.server.shapes import AdvisedModel, FitBody
from quoth.weights import (
    ChatModelAdvice,
    advise_chat_models,
    fit_of,
    look_at_memory,
    measure_bandwidth,
)


def show_fit(services: Services) -> FitBody:
    """Tell whether the model fits this machine, and advise others; takes about a second.

    Nothing is fetched: each model has the command that fetches it.
    """
    model, settings = services.shelf.model, services.shelf.config.backend
    memory, bandwidth = look_at_memory(), measure_bandwidth()
    header = model.weights_header()
    fit = fit_of(header, settings, memory=memory, bandwidth=bandwidth) if header else None
    advised = advise_chat_models(memory, bandwidth=bandwidth, window=settings.context_window)
    return FitBody(
        place=fit.where if fit else "",
        bytes=fit.total if fit else 0,
        free=memory.available,
        tokens_per_second=fit.tokens_per_second if fit else None,
        advice=fit.advice if fit else "",
        models=[_present(each) for each in advised],
    )


def _present(advice: ChatModelAdvice) -> AdvisedModel:
    model = advice.model
    return AdvisedModel(
        name=model.name,
        licence=model.licence,
        place=advice.place,
        bytes=advice.needs,
        tokens_per_second=advice.tokens_per_second,
        fetch=f"quoth models pull hf:{model.file}",
    )
