"""Where an Ollama server has put a model that it loaded, and with which window."""

from __future__ import annotations

from dataclasses import replace

from quoth.backends.http import LocalHttp
from quoth.backends.llama.offload import explain_offload
from quoth.backends.ollama.facts import Facts, find_entry
from quoth.backends.stated import whole_number
from quoth.config import ModelSettings
from quoth.errors import BackendError
from quoth.models import Placement


def read_placement(http: LocalHttp, name: str) -> Placement | None:
    """Return where the model is; `None` while it is not loaded, or the server does not say."""
    try:
        entry = find_entry(http, "/api/ps", name)
    except BackendError:  # the answer is complete without it
        return None
    size = whole_number(entry.get("size"))
    if not size:
        return None
    return Placement(
        context_window=whole_number(entry.get("context_length")),
        bytes=size,
        gpu_bytes=whole_number(entry.get("size_vram")),
    )


def add_placement(facts: Facts, placement: Placement, settings: ModelSettings) -> Facts:
    """Return the facts with the layers on the GPU, and with the window that the server gives."""
    description = facts.description
    layers = round(facts.layers * placement.gpu_share)
    window = min(description.context_window, placement.context_window or description.context_window)
    note = description.note
    if window < description.context_window:
        shorter = f"Ollama gives it a window of {window} tokens, not {description.context_window}."
        note = f"{note} {shorter}".strip()
    return replace(
        facts,
        description=replace(
            description,
            context_window=window,
            gpu_layers=layers,
            offload_note=explain_offload(settings.gpu_layers, layers, gpu_here=False),
            note=note,
        ),
    )
