"""Which published embedders suit the languages of a collection."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from quoth.embed.families import KnownModel, known_models

ADVISED_EMBEDDERS = 3
"""The most embedders that are named at once."""
_BYTES_A_PARAMETER = 4
_ROOM = 4
"""The share of the free memory that an embedder may take is one in this number: the chat model
needs the rest."""


def advise_embedders(*, available: int, languages: Collection[str] = ()) -> list[KnownModel]:
    """Return at most three embedders that know all languages and fit, the smallest first.

    `available` is the free memory in bytes. Models whose facts were compared with their cards come
    before others, and one of them is a model of Ollama where there is one.
    """
    fitting = [
        model
        for model in known_models()
        if all(map(model.knows, languages)) and weights_bytes(model) * _ROOM <= available
    ]
    checked = [model for model in fitting if model.checked]
    pulled = [model for model in checked if model.ollama and model.note != "embedded"]
    order = chain(checked[: ADVISED_EMBEDDERS - 1], pulled[:1], checked, fitting)
    chosen = list(dict.fromkeys(order))[:ADVISED_EMBEDDERS]
    return sorted(chosen, key=lambda model: model.parameters)


def weights_bytes(model: KnownModel) -> int:
    """Return the bytes of a model's weights in numbers of four bytes."""
    return model.parameters * 10**6 * _BYTES_A_PARAMETER
