"""How the model that answers fits this machine, and which larger ones would."""

from __future__ import annotations

from pathlib import Path

from quoth.server.model_shapes import AdvisedModel, FitBody, TunedBody
from quoth.server.services import Services
from quoth.tune import weights_to_tune
from quoth.weights import (
    ChatModelAdvice,
    advise_chat_models,
    fit_of,
    look_at_memory,
    measure_bandwidth,
    profile_of,
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
    weights = weights_to_tune(services.shelf.model_name)
    return FitBody(
        place=fit.where if fit else "",
        bytes=fit.total if fit else 0,
        free=memory.available,
        tokens_per_second=fit.tokens_per_second if fit else None,
        advice=fit.advice if fit else "",
        tunable=weights is not None,
        tuned=_present_profile(weights) if weights else None,
        models=[_present(each) for each in advised],
    )


def _present_profile(weights: Path) -> TunedBody | None:
    """Return what was measured of the model in a file; `None` where it was not tuned here."""
    profile = profile_of(weights)
    if profile is None:
        return None
    return TunedBody(
        stored=profile.stored,
        engine=profile.engine,
        threads=profile.threads,
        reads=profile.chosen.prompt_speed,
        writes=profile.chosen.generation_speed,
        gain=profile.gain,
        workload=profile.workload,
        date=profile.date,
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
