"""The modules after the transformer, as sentence-transformers describes them in a folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LEGACY_MODES = {
    "pooling_mode_cls_token": "cls",
    "pooling_mode_max_tokens": "max",
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_mean_sqrt_len_tokens": "mean_sqrt_len_tokens",
    "pooling_mode_weightedmean_tokens": "weightedmean",
    "pooling_mode_lasttoken": "lasttoken",
}
"""The flags of older folders, in the order in which several of them are joined."""


@dataclass(frozen=True)
class Pooling:
    """Vectors of tokens → one vector; several modes are joined end to end.

    Without `include_prompt`, the tokens of the prompt are left out of the pooled ones.
    """

    modes: tuple[str, ...]
    include_prompt: bool = True


@dataclass(frozen=True)
class Dense:
    """A linear layer with an activation, named as in torch."""

    weights: Path
    activation: str


@dataclass(frozen=True)
class Normalize:
    """Scaling to unit length."""


@dataclass(frozen=True)
class Unknown:
    """A module that only sentence-transformers itself runs."""

    kind: str


Module = Pooling | Dense | Normalize | Unknown


def read_pooling(config: Mapping[str, Any]) -> Pooling:
    """Return the pooling that a module's configuration names; without a name, by mean."""
    modes = config.get("pooling_mode")
    if isinstance(modes, str):
        modes = (modes,)
    elif not modes:
        modes = [mode for key, mode in _LEGACY_MODES.items() if config.get(key)] or ("mean",)
    return Pooling(tuple(modes), include_prompt=bool(config.get("include_prompt", True)))


def read_dense(config: Mapping[str, Any], weights: Path) -> Module:
    """Return a dense layer, or `Unknown` for one that does more than sentence vectors need."""
    plain = (
        weights.is_file()
        and not config.get("use_residual")
        and config.get("module_input_name", "sentence_embedding") == "sentence_embedding"
        and config.get("module_output_name") in {None, "sentence_embedding"}
    )
    if not plain:
        return Unknown("Dense")
    return Dense(weights, str(config.get("activation_function", "Tanh")).rpartition(".")[2])


def describe_modules(modules: tuple[Module, ...]) -> str:
    """Return the modules as text, such as `mean` or `cls, normalize, dense Tanh`."""
    return ", ".join(map(_describe, modules))


def _describe(module: Module) -> str:
    match module:
        case Pooling(modes, include_prompt):
            return "+".join(modes) + ("" if include_prompt else " without the prompt")
        case Dense(_, activation):
            return f"dense {activation}"
        case Normalize():
            return "normalize"
        case Unknown(kind):
            return kind
