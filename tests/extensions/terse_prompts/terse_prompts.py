"""A wording of one's own for some models: those whose name ends in `terse`."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from quoth.prompts.tasks import Prompt, load_prompt


def conditions(task: str) -> list[tuple[Any, Prompt]]:
    """Return what is asked of which model, for a task."""
    if task != "answer":
        return []
    ours = load_prompt(task)
    terse = replace(ours, system=f"{ours.system}\nAnswer in five words.".strip())
    return [(lambda model: str(getattr(model, "model", "")).endswith("terse"), terse)]
