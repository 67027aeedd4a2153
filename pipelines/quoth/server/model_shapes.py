"""What clients are told of models and prompts: what validates is what the description says."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from quoth.server.shapes import Asked
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


class InstalledModel(Body):
    """A model that is on this machine; `name` is `backend:name`."""

    name: str
    bytes: int
    quantization: str
    answers: bool


class InstalledList(Body):
    """The language models on this machine, the largest first."""

    models: list[InstalledModel]


class ModelChosen(Asked):
    """The model that shall answer: a name as the list of those on this machine has it."""

    name: str = Field(min_length=1, max_length=500)


class TunedBody(Body):
    """What `quoth tune` found to be fastest on this machine. Speeds are tokens a second.

    `gain` is the factor by which a call of the `workload` takes longer with the defaults.
    """

    stored: str
    engine: str
    threads: int
    reads: float
    writes: float
    gain: float
    workload: str
    date: str


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

    Sizes are bytes, `tokens_per_second` is an upper bound by the memory's bandwidth. A model that
    is `tunable` runs in this process; `tuned` is `null` until `quoth tune` has measured it.
    """

    place: str
    bytes: int
    free: int
    tokens_per_second: float | None
    advice: str
    tunable: bool
    tuned: TunedBody | None
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
