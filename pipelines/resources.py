"""Where the data files that belong to Carrel lie: prompts, presets, jobs, the sample library.

An installed wheel carries them inside the package; in a checkout they are the top-level folders.
"""

from __future__ import annotations

from pathlib import Path

_PACKED = Path(__file__).parent / "_resources"
_CHECKOUT = Path(__file__).parent.parent


def prompts_folder() -> Path:
    """Return the folder with the prompts and template families that ship with Carrel."""
    packed = _PACKED / "prompts"
    return packed if packed.is_dir() else _CHECKOUT / "prompts"


def presets_folder() -> Path:
    """Return the folder with the presets, a file each."""
    return Path(__file__).parent / "presets"


def jobs_folder() -> Path:
    """Return the folder with the example jobs, a file each."""
    return presets_folder() / "jobs"


def sample_library_folder() -> Path:
    """Return the folder with the sample documents."""
    packed = _PACKED / "library"
    return packed if packed.is_dir() else _CHECKOUT / "data" / "library"
