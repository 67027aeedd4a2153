"""The parts of a model whose weights are split over several GGUF files, by their names."""

from __future__ import annotations

import re
from pathlib import Path

_PART = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$")


def list_parts(path: Path) -> list[Path]:
    """Return the paths of all parts of a split GGUF file, also of those that are missing.

    The path alone is returned for a file that is not split.
    """
    return [path.with_name(name) for name in split_part(path.name)]


def split_part(name: str) -> list[str]:
    """Return the names of all parts of the model that a file name belongs to."""
    part = _PART.search(name)
    if part is None or not 1 <= int(part.group(1)) <= int(part.group(2)):
        return [name]
    stem, count = name[: part.start()], part.group(2)
    return [f"{stem}-{number:05}-of-{count}.gguf" for number in range(1, int(count) + 1)]
