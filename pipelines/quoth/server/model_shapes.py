"""What clients are told of models and prompts: what validates is what the description says."""

from __future__ import annotations

from typing import Literal

from quoth.views import Body


class ModelBody(Body):
    """A model that answers or embeds."""

    name: str
    duty: Literal["answers", "embeds"]
    context_window: int
    parameters: int
    fingerprint: str
    note: str


class ModelList(Body):
    """The model and the embedder of this server."""

    models: list[ModelBody]


class AdvisedModel(Body):
    """A larger model that fits this machine, and the command that fetches it."""

    name: str
    licence: str
    place: str
    bytes: int
    tokens_per_second: float | None
    fetch: str


class FitBody(Body):
    """How the model fits this machine; `place` is empty where its weights cannot be read here.

    Sizes are bytes, `tokens_per_second` is an upper bound by the memory's bandwidth.
    """

    place: str
    bytes: int
    free: int
    tokens_per_second: float | None
    advice: str
    models: list[AdvisedModel]


class PromptFacts(Body):
    """A prompt: what it asks for, and the names of what is filled in."""

    name: str
    version: int
    description: str
    variables: list[str]


class PromptList(Body):
    """The prompts that this server uses."""

    prompts: list[PromptFacts]


class PromptText(PromptFacts):
    """A prompt, and its text as the model reads it, with `{variable}` where text is filled in."""

    text: str
