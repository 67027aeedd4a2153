from __future__ import annotations

import psutil
from quoth.backends import LlamaCpp
from quoth.config.settings import ModelSettings
from quoth.models import open_model


def test_memory_does_not_grow_with_the_number_of_prompts() -> None:
    model = open_model(ModelSettings(threads=1, parallel=1, context_window=1024))
    held = []
    for number in range(12):
        model.invoke(f"Page {number}. " + "The pump was tested again. " * 60, max_tokens=1)
        held.append(psutil.Process().memory_info().rss)
    model.unload()
    a_prompt = 360 * 23_000  # its tokens, and what the model remembers of one, in bytes
    assert held[-1] - held[3] < 3 * a_prompt


def test_preload_loads_the_weights() -> None:
    model = open_model(ModelSettings(threads=1, parallel=1, context_window=1024))
    assert isinstance(model, LlamaCpp)
    assert not model.loaded
    model.preload()
    assert model.loaded
    model.unload()
