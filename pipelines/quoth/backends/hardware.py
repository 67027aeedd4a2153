"""The settings of llama.cpp for a machine's GPUs and memory, and who takes which of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Literal

from quoth.config import ModelSettings
from quoth.weights import read_gguf, weights_of

Hardware = Literal[
    "flash_attention",
    "kv_cache_type",
    "tensor_split",
    "main_gpu",
    "cpu_expert_layers",
    "draft_model",
]
HARDWARE: tuple[Hardware, ...] = (
    "flash_attention",
    "kv_cache_type",
    "tensor_split",
    "main_gpu",
    "cpu_expert_layers",
    "draft_model",
)


def chosen_hardware(settings: ModelSettings) -> Iterator[Hardware]:
    """Yield the settings that differ from the defaults."""
    for name in HARDWARE:
        if getattr(settings, name) != ModelSettings.model_fields[name].default:
            yield name


def explain_ignored(settings: ModelSettings, *, takes: Collection[Hardware] = ()) -> str:
    """Return a sentence about chosen settings that a backend does not take; empty for none."""
    ignored = [f"backend.{name}" for name in chosen_hardware(settings) if name not in takes]
    return f"This backend does not take {', '.join(ignored)}." if ignored else ""


def find_draft(settings: ModelSettings) -> Path | None:
    """Return the GGUF file of the draft model. Raises `ModelNotFoundError` for one not here."""
    if not settings.draft_model:
        return None
    return read_gguf(weights_of(settings.draft_model)).path


def cached_as(fingerprint: str, settings: ModelSettings) -> str:
    """Return the fingerprint of weights that run on a cache of this type, which rounds answers."""
    kept = settings.kv_cache_type
    return fingerprint if kept == "f16" else f"{fingerprint}:kv-{kept}"
