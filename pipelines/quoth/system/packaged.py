"""The folders of Quoth's data files: prompts, presets, jobs, notebooks, the sample library.

In an installed wheel they are inside the package, in a checkout at the top level.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
_PACKED = _PACKAGE / "_resources"
_CHECKOUT = _PACKAGE.parents[1]


def prompts_folder() -> Path:
    """Return the folder of the prompts and template families that ship with Quoth."""
    packed = _PACKED / "prompts"
    return packed if packed.is_dir() else _CHECKOUT / "prompts"


def presets_folder() -> Path:
    """Return the folder of the presets, one file each."""
    return _PACKAGE / "config" / "presets"


def jobs_folder() -> Path:
    """Return the folder of the example jobs, one file each."""
    return presets_folder() / "jobs"


def notebooks_folder() -> Path:
    """Return the folder of the notebooks, without their outputs."""
    packed = _PACKED / "notebooks"
    return packed if packed.is_dir() else _CHECKOUT / "notebooks"


def sample_questions_file() -> Path:
    """Return the file of golden questions about the sample documents, a JSON object in each line.

    Each has `id`, `question`, `answerable`, and the `document`, `page` and `quote` of its answer.
    """
    packed = _PACKED / "questions.jsonl"
    return packed if packed.is_file() else _CHECKOUT / "data" / "questions.jsonl"


def sample_library_folder() -> Path:
    """Return the folder of the sample documents."""
    packed = _PACKED / "library"
    return packed if packed.is_dir() else _CHECKOUT / "data" / "library"
