"""The chat template of a model, with the special tokens that the model itself names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from quoth.config import ModelSettings
from quoth.prompts import WITHOUT_THINKING, ChatTemplate, ModelMetadata, resolve_template


def find_template(
    metadata: ModelMetadata,
    settings: ModelSettings,
    *,
    bos: str = "",
    eos: str = "",
    folders: Sequence[Path] = (),
) -> ChatTemplate:
    """Return the template that a model's messages are rendered with."""
    template = resolve_template(metadata, override=settings.template or None, folders=folders)
    return replace(
        template,
        bos_token=bos or template.bos_token,
        eos_token=eos or template.eos_token,
        variables={**variables_of(settings), **template.variables},
    )


def variables_of(settings: ModelSettings) -> Mapping[str, Any]:
    """Return the variables that the settings give to a template."""
    return {} if settings.thinking else WITHOUT_THINKING
